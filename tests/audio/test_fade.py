from __future__ import annotations

import numpy as np

from desktop_app.audio.fade import FADE_MS, cross_fade, fade_out
from desktop_app.audio.pcm import from_bytes


def test_a_fade_falls_evenly_to_nothing() -> None:
    fade = fade_out(48_000)
    assert len(fade) == 48 * FADE_MS
    assert 0.99 < fade[0] < 1
    assert fade[-1] == 0
    assert np.all(np.diff(fade) < 0)


def test_a_change_begins_as_the_old_and_ends_as_the_new() -> None:
    old, new = np.full(240, 10_000, "<i2"), np.full(240, -10_000, "<i2")
    mixed = from_bytes(cross_fade(old.tobytes(), new.tobytes()))
    assert (mixed[0], mixed[-1]) == (10_000, -10_000)
    assert np.abs(np.diff(mixed.astype(int))).max() < 100

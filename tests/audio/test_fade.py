from __future__ import annotations

import numpy as np

from desktop_app.audio.fade import FADE_MS, fade_out


def test_a_fade_falls_evenly_to_nothing() -> None:
    fade = fade_out(48_000)
    assert len(fade) == 48 * FADE_MS
    assert 0.99 < fade[0] < 1
    assert fade[-1] == 0
    assert np.all(np.diff(fade) < 0)

from __future__ import annotations

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.offline.recording import LONGEST_MS, Recording


def ramp(start: int, samples: int) -> np.ndarray[tuple[int], np.dtype[np.int16]]:
    return (np.arange(start, start + samples) % 30_000).astype(np.int16)


@given(
    st.lists(st.integers(0, 3_000), max_size=8),
    st.integers(0, 300),
    st.integers(0, 300),
    st.integers(0, 300),
)
def test_a_stretch_is_what_came_at_that_time(
    sizes: list[int], forget_ms: int, start_ms: int, more_ms: int
) -> None:
    recording, total = Recording(), 0
    for size in sizes:
        recording.add(ramp(total, size))
        total += size
    recording.forget_before(forget_ms)
    first = max(start_ms * 24, min(forget_ms * 24, total))
    last = max(first, min((start_ms + more_ms) * 24, total))
    assert (recording.cut(start_ms, start_ms + more_ms) == ramp(first, last - first)).all()
    assert recording.end_ms == total // 24


def test_time_goes_on_when_everything_is_forgotten() -> None:
    recording = Recording()
    recording.add(ramp(0, 2_400))
    recording.forget_all()
    assert (recording.start_ms, recording.end_ms, recording.kept_ms) == (100, 100, 0)
    recording.add(ramp(0, 240))
    assert len(recording.all()) == 240


def test_it_does_not_grow_without_end() -> None:
    recording = Recording()
    minute = np.zeros(24_000 * 60, np.int16)
    for _ in range(17):
        recording.add(minute)
    assert recording.kept_ms == LONGEST_MS

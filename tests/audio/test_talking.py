from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pytest

from desktop_app.audio.pcm import BLOCK_BYTES
from desktop_app.audio.talking import Talking
from tests import rooms
from tests.servers import speech
from tests.servers.speech import RATE_HZ, Sound

ROOM_DBFS = -62.0


def room(seconds: float, dbfs: float = ROOM_DBFS, seed: int = 1) -> Sound:
    return rooms.noise(round(seconds * RATE_HZ), dbfs, seed)


def talks_after_s(sound: Sound) -> float | None:
    """When it is clear that somebody talks; None: never."""
    talking, pcm = Talking(), speech.to_pcm(sound)
    for at in range(0, len(pcm) - BLOCK_BYTES, BLOCK_BYTES):
        if talking.hear(pcm[at : at + BLOCK_BYTES]):
            return at / 2 / RATE_HZ
    return None


def bursts(at_s: list[float], length_s: float, falls_s: float) -> Sound:
    """Noises in a quiet room, each of which dies away."""
    sound = room(10)
    rng = np.random.default_rng(5)
    for begin in at_s:
        at, count = round(begin * RATE_HZ), round(length_s * RATE_HZ)
        dying = np.exp(-np.arange(count) / RATE_HZ / falls_s)
        sound[at : at + count] += (rng.standard_normal(count) * dying * 0.2).astype(np.float32)
    return sound


@pytest.mark.parametrize("voice_dbfs", [-20.0, -30.0, -38.0])
@pytest.mark.parametrize("seed", [1, 4, 7])
def test_a_voice_is_noticed_within_three_seconds(voice_dbfs: float, seed: int) -> None:
    said = rooms.as_loud(rooms.asked(5, seed), voice_dbfs)
    after_s = talks_after_s(np.concatenate([room(2), said + room(5)[: len(said)]]))
    assert after_s is not None
    assert 2.5 < after_s < 5


def test_who_talks_already_while_muting_is_noticed_too() -> None:
    assert talks_after_s(rooms.as_loud(rooms.asked(5, 2), -25)) is not None


NOISES: dict[str, Callable[[], Sound]] = {
    "a quiet room": lambda: room(10),
    "a loud fan": lambda: room(10, -30),
    "a fan that is switched on": lambda: np.concatenate([room(3), room(7, -30)]),
    "keys": lambda: bursts([0.5 + 0.17 * n for n in range(50)], 0.03, 0.006),
    "doors": lambda: bursts([1, 4, 7], 0.5, 0.1),
    "a cough": lambda: bursts([1, 1.5, 5, 5.6], 0.3, 0.1),
    "nothing at all": lambda: np.zeros(10 * RATE_HZ, np.float32),
}


@pytest.mark.parametrize("noise", NOISES)
def test_noise_is_no_talk(noise: str) -> None:
    assert talks_after_s(NOISES[noise]()) is None


def test_it_is_told_again_only_after_as_much_again_and_never_after_a_reset() -> None:
    talking = Talking()
    pcm = speech.to_pcm(np.concatenate([room(1), rooms.asked(8, 3)]))
    blocks = [pcm[at : at + BLOCK_BYTES] for at in range(0, len(pcm) - BLOCK_BYTES, BLOCK_BYTES)]
    times = [n for n, block in enumerate(blocks) if talking.hear(block)]
    assert len(times) > 1
    assert all(later - earlier >= 90 for earlier, later in zip(times, times[1:], strict=False))
    talking.reset()
    assert not any(talking.hear(block) for block in blocks[:150])

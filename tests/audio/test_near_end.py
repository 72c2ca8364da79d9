"""Of two voices at once: bursts of noise stand for what is played, narrow ones for somebody."""

from __future__ import annotations

import numpy as np
import pytest

from desktop_app.audio.near_end import NearEnd
from desktop_app.audio.pcm import BLOCK_SAMPLES, RATE_HZ, to_bytes
from tests.servers.speech import Sound

ECHO_GAIN = 0.3
LEARNT = 250
"""Blocks after which it knows the room."""


def blocks(count: int, level: float, seed: int = 1, *, steady: bool = False) -> Sound:
    """Noise in bursts of 100 ms, one block in each row."""
    sound = np.random.default_rng(seed).standard_normal((count, BLOCK_SAMPLES)) * level
    if not steady:
        sound[np.arange(count) // 10 % 2 == 1] = 0
    return sound.astype(np.float32)


def somebody(count: int, level: float) -> Sound:
    """Tones as of a vowel."""
    time_s = np.arange(count * BLOCK_SAMPLES) / RATE_HZ
    tones = sum(np.sin(2 * np.pi * hz * time_s) for hz in (300, 510, 770, 1270))
    return np.asarray(level * tones, np.float32).reshape(count, BLOCK_SAMPLES)


def heard(
    near: NearEnd, played: Sound, said: Sound | None = None, gain: float = ECHO_GAIN
) -> list[bool]:
    """Whether somebody is heard at the end of each block, over the echo of what is played."""
    room = blocks(len(played), 1e-4, seed=2, steady=True)
    told = []
    for far, noise, more in zip(played, room, 0 * played if said is None else said, strict=True):
        sounds = to_bytes(far) if np.any(far) else None
        near.compare(to_bytes(gain * far + noise + more), sounds)
        told.append(near.heard)
    return told


@pytest.fixture
def near() -> NearEnd:
    """One that knows the room."""
    near = NearEnd()
    assert not any(heard(near, blocks(LEARNT, 0.05)))
    return near


@pytest.mark.parametrize("level", [0.005, 0.05, 0.2])
def test_an_echo_is_nobody_however_loud_it_is_what_is_played(near: NearEnd, level: float) -> None:
    assert not any(heard(near, blocks(100, level, seed=3)))


def test_an_echo_that_comes_two_blocks_later_and_rings_is_nobody(near: NearEnd) -> None:
    played = blocks(100, 0.05, seed=3)
    late = np.roll(played, 2, axis=0) * ECHO_GAIN
    late[:2] = 0
    rings = sum(np.roll(late, k, axis=0) * 0.8**k for k in range(1, 4))
    assert not any(heard(near, played, np.asarray(late + 0.4 * rings, np.float32), gain=0))


def test_somebody_as_loud_as_the_echo_is_heard_within_a_syllable(near: NearEnd) -> None:
    said = somebody(10, ECHO_GAIN * 0.05 / 2**0.5)
    assert True in heard(near, blocks(10, 0.05, seed=3), said)[:6]


def test_blocks_that_come_as_one_are_compared_as_well() -> None:
    one, four = NearEnd(), NearEnd()
    played = blocks(LEARNT + 22, 0.05)
    said = np.concatenate([0 * played[:LEARNT], somebody(22, 0.1)])
    sounds = to_bytes(played.reshape(-1))
    in_room = to_bytes(
        (ECHO_GAIN * played + said + blocks(len(played), 1e-4, 2, steady=True)).reshape(-1)
    )
    size = 4 * 2 * BLOCK_SAMPLES
    by_four = [
        four.compare(in_room[at : at + size], sounds[at : at + size])
        for at in range(0, len(sounds), size)
    ]
    by_one = []
    for at in range(0, len(sounds), size // 4):
        one.compare(in_room[at : at + size // 4], sounds[at : at + size // 4])
        by_one.append(one.heard)
    assert by_four.index(True) == by_one.index(True) // 4
    assert four.heard is by_one[-1]


def test_a_key_is_nobody(near: NearEnd) -> None:
    said = np.zeros((20, BLOCK_SAMPLES), np.float32)
    said[5] = somebody(1, 0.1)
    assert not any(heard(near, blocks(20, 0.05, seed=3), said))


def test_in_the_first_second_nobody_knows_how_loud_the_echo_is() -> None:
    assert not any(heard(NearEnd(), blocks(90, 0.05), somebody(90, 0.1)))


def test_a_sound_that_stays_is_the_room(near: NearEnd) -> None:
    fan = blocks(1_000, 0.02, seed=4, steady=True)
    told = heard(near, blocks(1_000, 0.05, seed=3), fan)
    assert not any(told[800:])


def test_a_louder_speaker_is_soon_known(near: NearEnd) -> None:
    told = heard(near, blocks(400, 0.05, seed=3), gain=4 * ECHO_GAIN)
    assert any(told)
    assert not any(told[200:])


def test_a_microphone_that_was_switched_off_does_not_make_the_room_a_person(near: NearEnd) -> None:
    for _ in range(50):
        near.compare(bytes(2 * BLOCK_SAMPLES), None)
    told = heard(near, blocks(1_500, 0.05, seed=3), blocks(1_500, 0.01, seed=4, steady=True))
    assert not any(told[1_200:])


def test_after_a_reset_nobody_is_heard(near: NearEnd) -> None:
    assert any(heard(near, blocks(10, 0.05, seed=3), somebody(10, 0.1)))
    near.reset()
    assert not near.heard
    assert not any(heard(near, blocks(10, 0.05, seed=3), somebody(10, 0.1)))

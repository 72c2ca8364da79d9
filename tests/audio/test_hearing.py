from __future__ import annotations

import numpy as np
import pytest
from scipy import signal  # type: ignore[import-untyped]

from desktop_app.audio import hearing
from desktop_app.audio.level import FLOOR_DBFS
from desktop_app.audio.pcm import RATE_HZ, Float32, to_bytes, to_floats

NOTHING = np.zeros(0, np.float32)


def noise(dbfs: float, seconds: float = 1.0, seed: int = 3) -> Float32:
    samples = np.random.default_rng(seed).standard_normal(round(seconds * RATE_HZ))
    return (samples * 10 ** (dbfs / 20)).astype(np.float32)


def in_16_bits(sound: Float32) -> Float32:
    return to_floats(to_bytes(sound))


def below(hz: float, sound: Float32) -> Float32:
    edge = signal.butter(10, hz, fs=RATE_HZ, output="sos")
    return np.asarray(signal.sosfilt(edge, sound), dtype=np.float32)


def test_noise_is_measured_and_a_slammed_door_left_out() -> None:
    room = noise(-50)
    room[5_000:6_000] = 0.5
    assert hearing.noise_dbfs(room) == pytest.approx(-50, abs=0.5)
    assert hearing.noise_dbfs(NOTHING) == FLOOR_DBFS


def test_exact_silence_is_zeroed_and_the_last_bit_is_only_dead() -> None:
    silence = np.zeros(2_400, np.float32)
    last_bit = to_floats(np.random.default_rng(1).integers(-1, 2, 2_400, np.int16).tobytes())
    assert hearing.is_zeroed(silence)
    assert not hearing.is_zeroed(last_bit)
    assert hearing.is_dead(last_bit + np.float32(0.01))
    assert hearing.is_dead(NOTHING)
    assert not hearing.is_dead(in_16_bits(noise(-75)))


def test_the_share_of_clipped_blocks() -> None:
    sound = noise(-40)
    sound[: RATE_HZ // 4] = 1.0
    assert hearing.clipped_share(sound) == pytest.approx(0.25)
    assert hearing.clipped_share(noise(-40)) == 0
    assert hearing.clipped_share(NOTHING) == 0


@pytest.mark.parametrize(("edge_hz", "band_hz"), [(3_400, 4_000), (7_400, 8_000), (11_900, 12_000)])
@pytest.mark.parametrize("dbfs", [-40, -60])
def test_the_band_is_known_by_its_edge(edge_hz: int, band_hz: int, dbfs: float) -> None:
    assert hearing.band_hz(in_16_bits(below(edge_hz, noise(dbfs, 2)))) == band_hz


@pytest.mark.parametrize("sound", [NOTHING, np.zeros(RATE_HZ, np.float32), noise(-97)])
def test_what_is_as_soft_as_rounding_has_no_band(sound: Float32) -> None:
    assert hearing.band_hz(in_16_bits(sound)) is None


def test_the_rumble_of_a_fan_is_no_telephone() -> None:
    rumble = np.cumsum(noise(-60, 2)).astype(np.float32)
    rumble *= np.float32(0.01 / np.std(rumble))
    assert hearing.band_hz(rumble) == 12_000


def test_what_is_left_of_an_echo() -> None:
    near = noise(-60, 3)
    near[RATE_HZ:] += noise(-20, 2, seed=9)
    clean = noise(-60, 3)
    clean[RATE_HZ:] += noise(-50, 2, seed=9)
    echoing = np.zeros(len(near), np.bool_)
    echoing[RATE_HZ:] = True
    left = hearing.echo_left(near, clean, echoing, slice(0, RATE_HZ))
    assert left.removed_db == pytest.approx(30, abs=1)
    assert left.left_dbfs == pytest.approx(-49.6, abs=1)
    assert left.noise_dbfs == pytest.approx(-60, abs=0.5)


def test_no_more_than_the_noise_allows_to_tell_is_claimed() -> None:
    near = noise(-60, 3)
    near[RATE_HZ:] += noise(-40, 2, seed=9)
    echoing = np.zeros(len(near), np.bool_)
    echoing[RATE_HZ:] = True
    left = hearing.echo_left(near, noise(-60, 3), echoing, slice(0, RATE_HZ))
    assert 20 <= left.removed_db <= 31


def test_an_echo_shorter_than_a_fifth_of_a_second_has_no_loudest() -> None:
    short = noise(-20, 0.1)
    left = hearing.echo_left(short, short, np.ones(len(short), np.bool_), slice(0, 240))
    assert left.left_dbfs == FLOOR_DBFS


def test_a_voice_is_heard_over_noise_and_a_click_is_not() -> None:
    room = noise(-60, 3)
    click = room.copy()
    click[24_000:24_480] += noise(-10, 0.02)
    voice = room.copy()
    voice[24_000:48_000] += noise(-30, 1, seed=8)
    assert hearing.voice_dbfs(room, -60) is None
    assert hearing.voice_dbfs(click, -60) is None
    assert hearing.voice_dbfs(voice, -60) == pytest.approx(-30, abs=1)
    assert hearing.voice_dbfs(NOTHING, -60) is None

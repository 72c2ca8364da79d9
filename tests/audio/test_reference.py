from __future__ import annotations

import numpy as np
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from desktop_app.audio.pcm import BLOCK_MS, BLOCK_SAMPLES, RATE_HZ, from_bytes, samples_of_ms
from desktop_app.audio.reference import (
    BORNE_BEHIND_MS,
    KEPT_MS,
    MOST_AHEAD_MS,
    MOST_BEHIND_MS,
    MOST_TAKEN_MS,
    Reference,
)
from desktop_app.audio.tape import Tape
from tests.servers import speech

SIZE = 1 << 17
KEPT = samples_of_ms(KEPT_MS)
MOST_BLOCKS = MOST_TAKEN_MS // BLOCK_MS


class Deck:
    """A tape with a head that the test moves, and a reference that reads behind it."""

    def __init__(self, rate_hz: int = RATE_HZ) -> None:
        self.head = 0
        self.rate_hz = rate_hz
        self.tape = Tape(np.zeros(SIZE, np.float32), lambda: self.head, rate_hz)
        self.reference = Reference(self.tape, lambda: self.head, rate_hz)

    def run(self, samples: int) -> None:
        """Let the device take."""
        self.head += samples
        self.tape.release(KEPT)

    def take(self, blocks: int = 1) -> np.ndarray:
        """Take in step with the device."""
        taken = []
        for _ in range(blocks):
            self.run(BLOCK_SAMPLES * self.rate_hz // RATE_HZ)
            taken.append(self.reference.take(BLOCK_SAMPLES) or bytes(2 * BLOCK_SAMPLES))
        return from_bytes(b"".join(taken))


def counted(samples: int) -> np.ndarray:
    """Samples of which each tells its place."""
    return ((np.arange(samples) + 1) / 32_768).astype(np.float32)


def test_what_was_played_comes_in_step() -> None:
    deck = Deck()
    deck.tape.write(counted(2_400))
    taken = deck.take(12)
    assert taken[taken != 0].tolist() == list(range(1, 2_401))


def test_silence_is_none() -> None:
    deck = Deck()
    assert deck.reference.take(BLOCK_SAMPLES) is None
    deck.tape.write(np.zeros(4_800, np.float32))
    deck.run(480)
    assert deck.reference.take(BLOCK_SAMPLES) is None


@example([480] * 29)
@example([480] * 40)
@given(st.lists(st.sampled_from((0, 120, 240, 480)), min_size=3, max_size=40))
def test_the_device_may_take_in_bursts_and_no_sample_is_lost_or_late(bursts: list[int]) -> None:
    deck = Deck()
    for burst in bursts:  # Silence first: then too nobody passes the head.
        deck.run(burst)
        deck.reference.take(BLOCK_SAMPLES)
    begin = deck.tape.write(counted(6_000))[0].begin
    taken = deck.take(60)  # With all that the bursts have left behind it is over by then.
    assert taken[taken != 0].tolist() == list(range(1, 6_001))
    assert begin <= deck.head


@pytest.mark.parametrize("rate_hz", [RATE_HZ, 48_000])
def test_what_is_taken_in_one_go_is_what_blocks_would_have_given(rate_hz: int) -> None:
    one_by_one, at_once = Deck(rate_hz), Deck(rate_hz)
    given = b""
    for deck in (one_by_one, at_once):
        deck.take(3)
        deck.tape.write(counted(rate_hz * 2 // 3))
    for _ in range(6):
        at_once.run(MOST_BLOCKS * BLOCK_SAMPLES * rate_hz // RATE_HZ)
        samples = MOST_BLOCKS * BLOCK_SAMPLES
        given += at_once.reference.take(samples) or bytes(2 * samples)
    assert from_bytes(given).tolist() == one_by_one.take(6 * MOST_BLOCKS).tolist()


def test_the_end_of_an_answer_and_the_begin_of_the_next_are_whole() -> None:
    deck = Deck()
    for _ in range(3):
        deck.tape.write(counted(1_000))
        taken = deck.take(9)
        assert taken[taken != 0].tolist() == list(range(1, 1_001))


def test_a_device_that_stands_still_is_waited_for() -> None:
    deck = Deck()
    deck.tape.write(counted(30_000))
    first = deck.take(10)
    still = [deck.reference.take(BLOCK_SAMPLES) for _ in range(10)]
    given_ahead = [block for block in still if block is not None]
    assert len(given_ahead) * 10 <= MOST_AHEAD_MS
    then = deck.take(20)
    whole = [*first.tolist(), *from_bytes(b"".join(given_ahead)).tolist(), *then.tolist()]
    heard = [value for value in whole if value]
    assert heard == list(range(1, len(heard) + 1))


def test_after_a_microphone_that_was_away_it_goes_on_where_the_device_is() -> None:
    deck = Deck()
    deck.tape.write(counted(30_000))
    deck.take(5)
    deck.run(samples_of_ms(MOST_BEHIND_MS) + 4_800)
    deck.run(BLOCK_SAMPLES)
    taken = deck.reference.take(BLOCK_SAMPLES)
    assert taken is not None
    assert from_bytes(taken)[-1] == deck.head


def test_a_clock_that_is_faster_is_caught_up_with() -> None:
    deck = Deck()
    deck.tape.write(np.full(120_000, 0.5, np.float32))
    behind = []
    for _ in range(400):
        deck.run(BLOCK_SAMPLES + 1)
        deck.reference.take(BLOCK_SAMPLES)
        behind.append(deck.head - deck.reference._at)
    assert max(behind) > samples_of_ms(BORNE_BEHIND_MS)
    assert max(behind) < 3 * samples_of_ms(BORNE_BEHIND_MS)
    assert behind[-1] < max(behind)


@pytest.mark.parametrize("blocks", [1, 4])
@pytest.mark.parametrize("ppm", [-300, -200, 100, 300])
def test_clocks_that_differ_never_let_it_jump(ppm: int, blocks: int) -> None:
    deck = Deck()
    taken, behind, position = [], [], 0.0
    # The device takes in bursts, and something is always there to be played.
    for number in range(18_000 // blocks):
        if deck.tape.end - deck.head < 24_000:
            sawtooth = (deck.tape.end + np.arange(24_000)) % 20_000 + 1
            deck.tape.write((sawtooth / 32_768).astype(np.float32))
        position += blocks * BLOCK_SAMPLES * (1 + ppm * 1e-6)
        deck.run(int(position + number % 3 * 40) // 120 * 120 - deck.head)
        taken.append(deck.reference.take(blocks * BLOCK_SAMPLES) or b"")
        behind.append(position - deck.reference._at)
    steps = np.diff(from_bytes(b"".join(taken)).astype(int)) % 20_000
    assert set(steps.tolist()) <= {0, 1, 2}  # A sample may come twice, or be left out.
    assert max(map(abs, behind)) < samples_of_ms(BORNE_BEHIND_MS)


def test_a_device_with_another_rate_gives_the_same_sound() -> None:
    deck = Deck(48_000)
    sound = speech.speech_like(600)
    deck.tape.write(speech.resample(sound, RATE_HZ, 48_000))
    taken = speech.from_pcm(deck.take(70).tobytes())
    assert speech.correlation(sound, taken) > 0.98
    deck.take(3)
    deck.tape.write(speech.resample(sound, RATE_HZ, 48_000))
    assert speech.correlation(sound, speech.from_pcm(deck.take(70).tobytes())) > 0.98

from __future__ import annotations

import threading
from collections.abc import Iterator
from concurrent.futures import CancelledError
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pytest

from desktop_app.offline import ears as ears_module
from desktop_app.offline.ears import NOTHING, Ears, Speculation, Urgency, model_for_machine
from desktop_app.offline.whisper import Decoding, Heard

Pcm = npt.NDArray[np.int16]


class Scribe:
    """Writes down how loud a sound is, when it is let; counts how often it was made."""

    made = 0

    def __init__(self, folder: Path, threads: int) -> None:
        type(self).made += 1
        self.gate = threading.Event()
        self.gate.set()
        self.entered = threading.Event()
        self.order: list[int] = []
        self.beams: list[int] = []

    def transcribe(
        self,
        sound: npt.NDArray[np.float32],
        language: str | None,
        prompt: str | None,
        decoding: Decoding,
    ) -> Heard:
        loud = round(float(sound.max()) * 32_768) if len(sound) else 0
        self.entered.set()
        if not self.gate.wait(10):
            raise TimeoutError
        if loud == 13:
            raise ValueError("unlucky")
        self.order.append(loud)
        self.beams.append(decoding.beam)
        return Heard(f"number {loud}", language or "en", 0.0, -0.1)


def sound(loudness: int) -> Pcm:
    return np.full(16_000, loudness, np.int16)


class Studio:
    """Ears with a scribe whose pace the test sets."""

    def __init__(self) -> None:
        self.scribe = Scribe(Path(), 1)
        self.ears = Ears(Path(), make=lambda *_: self.scribe)
        self.ears.load()
        self.scribe.order.clear()
        self.scribe.beams.clear()

    def hold(self) -> None:
        """Keep the scribe busy, so that what follows queues up."""
        self.scribe.gate.clear()
        self.scribe.entered.clear()
        self.ears.hear(sound(1), rate_hz=16_000)
        assert self.scribe.entered.wait(10)

    def go_on(self) -> None:
        self.scribe.gate.set()


@pytest.fixture
def studio() -> Iterator[Studio]:
    made = Studio()
    yield made
    made.go_on()
    made.ears.close()


def test_what_ends_a_turn_is_heard_before_guesses_and_partials(studio: Studio) -> None:
    studio.hold()
    wanted = [
        (4, Urgency.PARTIAL, "a"),
        (3, Urgency.GUESS, "a"),
        (2, Urgency.FINAL, "b"),
        (5, Urgency.PARTIAL, "b"),
    ]
    futures = [
        studio.ears.hear(sound(loud), rate_hz=16_000, urgency=urgency, owner=owner)
        for loud, urgency, owner in wanted
    ]
    studio.go_on()
    assert [future.result(10).text for future in futures] == [
        "number 4",
        "number 3",
        "number 2",
        "number 5",
    ]
    assert studio.scribe.order == [1, 2, 3, 4, 5]
    assert studio.scribe.beams == [5, 5, 5, 1, 1]


def test_a_newer_partial_replaces_only_its_own_sessions_older_one(studio: Studio) -> None:
    studio.hold()
    old = studio.ears.hear(sound(2), rate_hz=16_000, urgency=Urgency.PARTIAL, owner="a")
    other = studio.ears.hear(sound(3), rate_hz=16_000, urgency=Urgency.PARTIAL, owner="b")
    new = studio.ears.hear(sound(4), rate_hz=16_000, urgency=Urgency.PARTIAL, owner="a")
    studio.go_on()
    assert new.result(10).text == "number 4"
    assert other.result(10).text == "number 3"
    with pytest.raises(CancelledError):
        old.result(10)


def test_a_request_that_was_cancelled_while_it_waited_is_never_heard(studio: Studio) -> None:
    studio.hold()
    future = studio.ears.hear(sound(2), rate_hz=16_000)
    assert future.cancel()
    studio.go_on()
    assert studio.ears.transcribe(sound(3), rate_hz=16_000).text == "number 3"
    assert studio.scribe.order == [1, 3]


def test_a_failure_reaches_whoever_asked_and_nobody_else(studio: Studio) -> None:
    with pytest.raises(ValueError, match="unlucky"):
        studio.ears.transcribe(sound(13), rate_hz=16_000)
    assert studio.ears.transcribe(sound(14), rate_hz=16_000).text == "number 14"


def test_a_click_is_too_short_to_ask_about(studio: Studio) -> None:
    assert studio.ears.transcribe(np.ones(100, np.int16)) == NOTHING
    assert studio.scribe.order == []


def test_closing_cancels_what_waits(studio: Studio) -> None:
    studio.hold()
    future = studio.ears.hear(sound(2), rate_hz=16_000)
    studio.go_on()
    studio.ears.close()
    assert future.cancelled() or future.result().text == "number 2"
    with pytest.raises(RuntimeError, match="closed"):
        studio.ears.hear(sound(3))


def test_nothing_is_loaded_before_the_first_request_and_unloading_gives_it_back() -> None:
    Scribe.made = 0
    ears = Ears(Path(), make=Scribe)
    assert (ears.loaded, Scribe.made) == (False, 0)
    ears.transcribe(sound(2), rate_hz=16_000)
    assert (ears.loaded, Scribe.made) == (True, 1)
    ears.unload()
    assert not ears.loaded
    assert ears.transcribe(sound(3), rate_hz=16_000).text == "number 3"
    assert Scribe.made == 2
    ears.close()
    assert not ears.loaded


def test_a_guess_that_stands_is_the_answer(studio: Studio) -> None:
    turn = Speculation(studio.ears, "a")
    studio.scribe.entered.clear()
    turn.guess(sound(2))
    assert studio.scribe.entered.wait(10)
    turn.guess(sound(3))
    assert turn.settle(sound(4)).result(10).text == "number 2"


def test_a_dropped_guess_is_not_the_answer(studio: Studio) -> None:
    turn = Speculation(studio.ears, "a")
    turn.guess(sound(2))
    turn.drop()
    turn.drop()
    assert turn.settle(sound(4)).result(10).text == "number 4"


def test_a_guess_that_still_waits_is_asked_again_with_more_urgency(studio: Studio) -> None:
    studio.hold()
    turn = Speculation(studio.ears, "a")
    turn.guess(sound(2))
    answer = turn.settle(sound(4))
    studio.go_on()
    assert answer.result(10).text == "number 4"
    assert 2 not in studio.scribe.order


def test_the_model_fits_the_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    assert model_for_machine(1) == "whisper-tiny.en"
    assert model_for_machine(2) == "whisper-base"
    monkeypatch.setattr(ears_module, "cores", lambda: 1)
    assert model_for_machine() == "whisper-tiny.en"

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.offline.turn_detector import (
    FRAME_MS,
    PATIENCE,
    Began,
    Ended,
    Idle,
    Paused,
    Resumed,
    Rules,
    TurnDetector,
    TurnEvent,
    sounds_complete,
)


def frames(*pieces: tuple[float, int]) -> list[float]:
    """Probabilities, each for so many milliseconds."""
    return [p for p, ms in pieces for _ in range(round(ms / FRAME_MS))]


def hear(detector: TurnDetector, *pieces: tuple[float, int]) -> list[TurnEvent]:
    return [event for p in frames(*pieces) for event in detector.hear(p)]


def test_a_turn_begins_before_its_speech_and_ends_after_its_silence() -> None:
    events = hear(TurnDetector(Rules()), (0.1, 640), (0.9, 960), (0.1, 640))
    assert events == [Began(340), Paused(), Ended(640 + 960 + 512)]


def test_a_click_is_no_speech() -> None:
    assert hear(TurnDetector(Rules()), (0.1, 320), (0.9, 32), (0.1, 640)) == []


def test_a_turn_starts_with_the_sound_when_there_is_no_more_of_it() -> None:
    assert hear(TurnDetector(Rules()), (0.9, 96)) == [Began(0)]


def test_a_turn_does_not_reach_into_the_one_before() -> None:
    detector = TurnDetector(Rules(silence_ms=200, prefix_ms=500))
    events = hear(detector, (0.9, 320), (0.1, 256), (0.9, 320))
    ended = next(e for e in events if isinstance(e, Ended))
    assert events[-1] == Began(ended.end_ms)


def test_a_short_pause_is_resumed() -> None:
    events = hear(TurnDetector(Rules()), (0.9, 320), (0.1, 256), (0.9, 320))
    assert events[1:] == [Paused(), Resumed()]


def test_a_voice_may_fade_without_a_pause() -> None:
    assert len(hear(TurnDetector(Rules()), (0.9, 320), (0.4, 960))) == 1


def test_the_threshold_is_the_users() -> None:
    assert hear(TurnDetector(Rules(threshold=0.95)), (0.9, 320)) == []
    assert hear(TurnDetector(Rules(threshold=0.3)), (0.35, 320)) == [Began(0)]


def test_no_pause_is_reported_when_the_turn_ends_at_once() -> None:
    events = hear(TurnDetector(Rules(silence_ms=160)), (0.9, 320), (0.1, 320))
    assert [type(e) for e in events] == [Began, Ended]


@pytest.mark.parametrize("eagerness", list(PATIENCE))
@pytest.mark.parametrize("complete", [True, False])
def test_what_was_said_decides_how_long_a_pause_may_be(eagerness: str, complete: bool) -> None:
    patience = PATIENCE[eagerness]
    detector = TurnDetector(Rules(patience=patience))
    assert [type(e) for e in hear(detector, (0.9, 320), (0.1, 224))] == [Began, Paused]
    detector.judge(complete)
    (ended,) = hear(detector, (0.1, 10_000))
    wanted_ms = patience.complete_ms if complete else patience.longest_ms
    assert isinstance(ended, Ended)
    assert 0 <= ended.end_ms - 320 - wanted_ms < FRAME_MS


def test_a_judgement_is_void_once_the_user_goes_on() -> None:
    detector = TurnDetector(Rules(patience=PATIENCE["high"]))
    hear(detector, (0.9, 320), (0.1, 224))
    detector.judge(True)
    events = hear(detector, (0.9, 64), (0.1, 1_600))
    assert not [e for e in events if isinstance(e, Ended)]


def test_idleness_is_counted_from_the_end_of_an_answer_and_only_once() -> None:
    detector = TurnDetector(Rules(idle_ms=5_000))
    assert hear(detector, (0.1, 6_400)) == []
    detector.arm_idle(7_000)
    (idle,) = hear(detector, (0.1, 20_000))
    assert isinstance(idle, Idle)
    assert idle.start_ms == 7_000
    assert 0 <= idle.end_ms - 12_000 < FRAME_MS


def test_who_speaks_is_not_idle() -> None:
    detector = TurnDetector(Rules(idle_ms=5_000))
    detector.arm_idle(0)
    events = hear(detector, (0.9, 320), (0.1, 20_000))
    assert not [e for e in events if isinstance(e, Idle)]


@given(st.lists(st.floats(0, 1), max_size=200), st.integers(0, 2_000), st.integers(0, 1_000))
def test_turns_alternate_and_do_not_overlap(
    odds: list[float], silence_ms: int, prefix_ms: int
) -> None:
    detector = TurnDetector(Rules(silence_ms=silence_ms, prefix_ms=prefix_ms))
    last_ms, speaking = 0, False
    for odd in odds:
        for event in detector.hear(odd):
            match event:
                case Began(start_ms):
                    assert not speaking
                    assert last_ms <= start_ms <= detector.now_ms
                    speaking = True
                case Ended(end_ms):
                    assert speaking
                    speaking, last_ms = False, end_ms
                case _:
                    assert speaking
    assert detector.speaking == speaking


@pytest.mark.parametrize(
    ("text", "complete"),
    [
        ("What time is it?", True),
        ("Set a timer for twelve minutes.", True),
        ("", True),
        ("I would like to", False),
        ("Remind me to call my", False),
        ("Well, um", False),
        ("Add milk, eggs and...", False),
        ("What is it for?", True),
    ],
)
def test_words_tell_whether_more_will_come(text: str, complete: bool) -> None:
    assert sounds_complete(text) is complete

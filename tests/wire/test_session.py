"""The session's configuration, and what a model would refuse of it."""

from __future__ import annotations

from typing import Any

import pytest
from msgspec import UNSET

from desktop_app.wire.base import known
from desktop_app.wire.session import (
    Audio,
    AudioInput,
    AudioOutput,
    NoiseReduction,
    RealtimeSession,
    Reasoning,
    SemanticVad,
    ServerVad,
    for_model,
    is_reasoning_model,
    merged,
)

WISH = RealtimeSession(
    instructions="Be brief.", reasoning=Reasoning(effort="low"), parallel_tool_calls=True
)


@pytest.mark.parametrize(
    ("model", "reasons"),
    [
        ("gpt-realtime-2", True),
        ("gpt-realtime-2.1", True),
        ("gpt-realtime-2.1-mini", True),
        ("gpt-realtime-2-2026-05-07", True),
        ("gpt-realtime-2025-08-28", False),
        ("gpt-realtime", False),
        ("gpt-realtime-1.5", False),
        ("gpt-realtime-mini", False),
        ("my-gpt-realtime-2", False),
        ("", False),
    ],
)
def test_only_models_that_reason_are_told_how_long(model: str, reasons: bool) -> None:
    assert is_reasoning_model(model) is reasons
    told = for_model(WISH, model)
    assert (told.reasoning is not UNSET, told.parallel_tool_calls is not UNSET) == (
        reasons,
        reasons,
    )
    assert told.instructions == "Be brief."


@pytest.mark.parametrize(("field", "read"), [(UNSET, 7), (None, 7), (0, 0), (3, 3)])
def test_absent_and_null_both_read_as_the_default(field: int | None, read: int) -> None:
    assert known(field, 7) == read


def _listening(**fields: Any) -> RealtimeSession:
    return RealtimeSession(audio=Audio(input=AudioInput(**fields)))


def test_an_update_changes_only_what_it_names() -> None:
    base = RealtimeSession(
        model="m",
        instructions="Be brief.",
        audio=Audio(
            input=AudioInput(
                turn_detection=ServerVad(threshold=0.5, silence_duration_ms=500),
                noise_reduction=NoiseReduction(type="near_field", strength=0.5),
            ),
            output=AudioOutput(voice="cedar"),
        ),
    )
    change = _listening(turn_detection=ServerVad(threshold=0.7), noise_reduction=None)
    assert merged(base, change) == RealtimeSession(
        model="m",
        instructions="Be brief.",
        audio=Audio(
            input=AudioInput(
                turn_detection=ServerVad(threshold=0.7, silence_duration_ms=500),
                noise_reduction=None,
            ),
            output=AudioOutput(voice="cedar"),
        ),
    )


def test_another_turn_detector_takes_nothing_over_from_the_last() -> None:
    base = _listening(turn_detection=ServerVad(threshold=0.5, create_response=False))
    change = _listening(turn_detection=SemanticVad(eagerness="low"))
    assert merged(base, change) == change


def test_what_was_switched_off_can_be_switched_on_again() -> None:
    change = _listening(turn_detection=ServerVad(threshold=0.5))
    assert merged(_listening(turn_detection=None), change) == change

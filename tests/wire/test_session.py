"""The session's configuration, and what a model would refuse of it."""

from __future__ import annotations

import pytest
from msgspec import UNSET

from desktop_app.wire.base import known
from desktop_app.wire.session import RealtimeSession, Reasoning, for_model, is_reasoning_model

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

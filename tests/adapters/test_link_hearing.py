from __future__ import annotations

import json
import logging
from typing import Any

import pytest

from desktop_app.adapters.link_hearing import Hearing
from desktop_app.core import far_end as fe
from desktop_app.wire.dialects import BETA, GA, XAI, Dialect

GA_SESSION: dict[str, Any] = {"type": "realtime", "id": "s", "model": "m", "audio": {"output": {}}}
FLAT: dict[str, Any] = {"id": "s", "model": "m", "voice": "sage", "modalities": ["text"]}
LIFTED: dict[str, Any] = {"id": "s", "voice": "eve", "turn_detection": None, "audio": {"input": {}}}
OLD_DELTA = {"delta": "Hi", "response_id": "r", "item_id": "i"}
ITEM = {"id": "i", "type": "message", "role": "user", "content": []}


def frame(kind: str, **fields: object) -> bytes:
    return json.dumps({"type": kind, **fields}).encode()


@pytest.mark.parametrize("kind", ["session.created", "session.updated"])
@pytest.mark.parametrize(
    ("session", "dialect"), [(GA_SESSION, GA), (FLAT, BETA), (LIFTED, XAI), ({"id": "s"}, GA)]
)
def test_the_shape_of_the_session_tells_the_dialect(
    kind: str, session: dict[str, Any], dialect: Dialect
) -> None:
    hearing = Hearing()
    assert hearing.dialect is GA
    hearing.heard(frame(kind, session=session))
    assert hearing.dialect is dialect


@pytest.mark.parametrize(
    ("name", "dialect"), [("ga", GA), ("beta", BETA), ("xai", XAI), ("klingon", GA)]
)
def test_a_dialect_that_was_chosen_stays(name: str, dialect: Dialect) -> None:
    assert Hearing(name).dialect is dialect
    if name != "klingon":
        hearing = Hearing(name)
        for session in (GA_SESSION, FLAT, LIFTED):
            hearing.heard(frame("session.created", session=session))
        hearing.heard(frame("response.text.delta", **OLD_DELTA))
        assert hearing.dialect is dialect


def test_without_a_session_old_names_tell_the_dialect() -> None:
    hearing = Hearing()
    hearing.heard(frame("response.text.delta", **OLD_DELTA))
    assert hearing.dialect is BETA


def test_a_server_of_today_may_use_an_old_name_now_and_then() -> None:
    first, second = Hearing(), Hearing()
    first.heard(frame("conversation.item.created", item=ITEM))
    second.heard(frame("session.created", session=GA_SESSION))
    second.heard(frame("response.text.delta", **OLD_DELTA))
    assert (first.dialect, second.dialect) == (GA, GA)


def test_the_model_is_the_one_that_the_server_says_it_runs() -> None:
    hearing = Hearing(model="asked")
    hearing.heard(frame("session.created", session={"type": "realtime", "id": "s"}))
    assert hearing.model == "asked"
    hearing.heard(frame("session.updated", session={"type": "transcription", "id": "s"}))
    assert hearing.model == "asked"
    hearing.heard(frame("session.created", session=GA_SESSION))
    assert hearing.model == "m"


def test_a_session_s_life_is_told_by_the_server_s_clock() -> None:
    hearing = Hearing(server_time=lambda: 100.0)
    session = {**GA_SESSION, "expires_at": 103}
    (started,) = hearing.heard(frame("session.created", session=session))
    assert started == fe.SessionStarted("s", "m", lifetime_ms=3000)


def test_the_last_error_is_remembered() -> None:
    hearing = Hearing()
    (told,) = hearing.heard(frame("error", error={"message": "No.", "code": "c"}))
    assert told == fe.ServerError("c", message="No.")
    assert hearing.last_error == "No."


def test_what_is_not_understood_is_noted_once_and_summed_up_without_its_content(
    caplog: pytest.LogCaptureFixture,
) -> None:
    hearing = Hearing()
    with caplog.at_level(logging.DEBUG):
        for _ in range(3):
            assert hearing.heard(frame("session.mood", words="my secret")) == ()
            assert hearing.heard(b"my secret") == ()
            assert hearing.heard(b"\xff\xfe\x00") == ()
        hearing.heard(frame("input_audio_buffer.cleared", mood="my secret"))
        hearing.heard(frame("session.created", session=FLAT))
        hearing.sum_up()
    assert caplog.text.count("Unknown event 'session.mood'") == 1
    assert "session.mood (3)" in caplog.text
    assert "input_audio_buffer.cleared: mood (1)" in caplog.text
    assert "session.created (1)" in caplog.text
    assert "malformed frames:" in caplog.text
    assert "secret" not in caplog.text


def test_a_long_list_of_oddities_is_cut(caplog: pytest.LogCaptureFixture) -> None:
    hearing = Hearing()
    for number in range(30):
        hearing.heard(frame(f"odd.{number}"))
    with caplog.at_level(logging.INFO):
        hearing.sum_up()
    assert "and 10 more" in caplog.text


def test_a_well_spoken_server_leaves_nothing_to_sum_up(caplog: pytest.LogCaptureFixture) -> None:
    hearing = Hearing()
    hearing.heard(frame("session.created", session={**GA_SESSION, "object": "realtime.session"}))
    with caplog.at_level(logging.DEBUG):
        hearing.sum_up()
    assert not caplog.records

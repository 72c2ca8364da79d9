"""What a new session is told of the old one, and of what was typed meanwhile."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.events import TimerFired
from desktop_app.core.state import AppState
from desktop_app.core.transcript import Role, Row, Text, worded
from tests.core.dialogue import (
    LOST,
    after,
    live,
    only,
    orders,
    run,
    speaking,
    told,
    words,
)

OPENED = far.LinkOpened("example.org")
STARTED = far.SessionStarted("sess_1", "model-a")
ACCEPTED = far.SessionConfigured("model-a", "marin")
CONNECTING = after(AppState(), wish.ConnectAsked())


def done(item: str, role: Role, text: str, state: Text = Text.DONE) -> Row:
    return worded(Row(item, role), text, state)


# --- replay -----------------------------------------------------------------------------------


def test_what_was_said_is_put_back_as_text_cut_to_what_was_heard() -> None:
    state = after(live(), far.ItemAdded("u1", "message", "user"), far.UserTextDone("u1", "Count."))
    state = speaking(state)
    state = after(state, far.UserSpeechStarted("u2"), sound.SpeakerStopped("a1", 1000, cut=True))
    state = after(
        state, far.ItemAdded("f1", "function_call", name="clock"), LOST, TimerFired("retry")
    )
    effects = told(state, OPENED, STARTED, ACCEPTED)
    assert only(effects, fx.AddText) == [
        fx.AddText("u1", "user", "Count."),
        fx.AddText("a1", "assistant", "one two"),
    ]
    assert only(effects, fx.CreateResponse) == [], "the answer had begun"


def test_a_question_without_any_answer_is_asked_again() -> None:
    state = after(live(), far.InputCommitted("u1"), far.UserTextDone("u1", "Why?"), LOST)
    effects = told(state, TimerFired("retry"), OPENED, STARTED, ACCEPTED)
    assert orders(effects)[1:] == (fx.AddText("u1", "user", "Why?"), fx.CreateResponse("resp_3"))


def test_words_lost_behind_a_question_do_not_hide_it() -> None:
    rows = (done("u1", Role.USER, "Why?"), Row("u2", Role.USER, Text.LOST), Row("s", Role.SYSTEM))
    effects = told(replace(CONNECTING, rows=rows), OPENED, STARTED, ACCEPTED)
    assert only(effects, fx.CreateResponse)
    state = replace(live(), rows=rows)
    state = after(state, far.SessionStarted("sess_1", lifetime_ms=3_600_000))
    assert only(told(state, TimerFired("renew")), fx.OpenLink) == []


def test_a_server_that_takes_no_replay_is_asked_nothing() -> None:
    state = after(live(), far.InputCommitted("u1"), far.UserTextDone("u1", "Why?"), LOST)
    opened = far.LinkOpened("example.org", Capabilities(replay=False))
    effects = told(state, TimerFired("retry"), opened, STARTED, ACCEPTED)
    assert len(orders(effects)) == 1


def test_the_newest_turns_are_put_back_within_limits() -> None:
    rows = tuple(done(f"u{i}", Role.USER, str(i)) for i in range(60))
    added = only(told(replace(CONNECTING, rows=rows), OPENED, STARTED, ACCEPTED), fx.AddText)
    assert [text.item_id for text in added] == [f"u{i}" for i in range(20, 60)]
    rows = tuple(done(f"u{i}", Role.USER, "x" * 5000) for i in range(5))
    added = only(told(replace(CONNECTING, rows=rows), OPENED, STARTED, ACCEPTED), fx.AddText)
    assert [text.item_id for text in added] == ["u3", "u4"]


def test_a_row_with_an_id_too_long_for_us_is_put_back_under_another_and_not_shown_twice() -> None:
    long = "item-" + "0" * 36
    state, effects = run(
        replace(CONNECTING, rows=(done(long, Role.USER, "Hi"),)), OPENED, STARTED, ACCEPTED
    )
    (added,) = only(effects, fx.AddText)
    assert len(added.item_id) <= 32
    state = after(state, far.ItemAdded(added.item_id, "message", "user", None, "Hi"))
    assert words(state) == ["user: Hi"]


def test_the_echo_of_the_replay_leaves_rows_where_people_have_read_them() -> None:
    rows = (
        done("u1", Role.USER, "One"),
        done("f1", Role.TOOL, "clock"),
        done("a1", Role.ASSISTANT, "Two"),
        Row("u2", Role.USER, Text.LOST),
        done("u3", Role.USER, "Three"),
    )
    state = after(replace(CONNECTING, rows=rows), OPENED, STARTED, ACCEPTED)
    state = after(
        state,
        far.ItemAdded("u1", "message", "user", None, "One"),
        far.ItemAdded("a1", "message", "assistant", "u1", "Two"),
        far.ItemAdded("u3", "message", "user", "a1", "Three"),
    )
    assert state.rows == rows


# --- typed words that wait --------------------------------------------------------------------


def test_typing_while_offline_connects_and_sends_when_live() -> None:
    state, effects = run(AppState(), wish.TextSubmitted(" Hello "))
    assert only(effects, fx.OpenLink)
    assert words(state) == ["user: Hello"]
    assert not state.rows[0].sent
    state, effects = run(state, wish.TextSubmitted("there"), OPENED, STARTED, ACCEPTED)
    assert orders(effects)[1:] == (
        fx.AddText("msg_1", "user", "Hello"),
        fx.AddText("msg_2", "user", "there"),
        fx.CreateResponse("resp_4"),
    )
    assert state.texts == ()


def test_words_that_waited_belong_to_the_conversation_once_they_are_sent() -> None:
    state = after(AppState(), wish.TextSubmitted("Hello"), OPENED, STARTED, ACCEPTED)
    assert state.rows[0].sent
    effects = told(state, LOST, TimerFired("retry"), OPENED, STARTED, ACCEPTED)
    assert fx.AddText("msg_1", "user", "Hello") in effects

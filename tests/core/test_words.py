"""How the words of both sides reach the transcript, and how typed words leave it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.events import TimerFired
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState
from desktop_app.core.transcript import Role, Row, Text, find, worded
from tests.core.dialogue import after, live, only, orders, pcm, run, speaking, told, words

QUESTION = far.InputCommitted("u1")
ASKED = far.UserTextDone("u1", " What time is it? ")
ANSWER = (
    far.ResponseStarted("r1"),
    far.ItemAdded("a1", "message", "assistant", "u1"),
    far.AssistantTextArrived("r1", "a1", "It is "),
    far.AssistantTextArrived("r1", "a1", "noon."),
    far.AssistantTextDone("r1", "a1", "It is noon."),
    far.ResponseEnded("r1", texts=(("a1", "It is noon."),)),
)
BOTH = ["user: What time is it?", "assistant: It is noon."]


def state_of(state: AppState, item_id: str) -> Text:
    row = find(state.rows, item_id)
    assert row is not None
    return row.state


@pytest.mark.parametrize("at", range(len(ANSWER) + 1))
def test_the_users_words_stand_first_whenever_they_come(at: int) -> None:
    state = after(live(), QUESTION, *ANSWER[:at], ASKED, *ANSWER[at:])
    assert words(state) == BOTH


def test_the_users_words_may_come_before_their_item() -> None:
    state = after(live(), far.UserTextArrived("u1", "What"), ASKED, QUESTION, *ANSWER)
    assert words(state) == BOTH


def test_the_users_words_may_never_come() -> None:
    state = after(live(), QUESTION, *ANSWER)
    assert state_of(state, "u1") is Text.WAITING
    state = after(state, TimerFired("transcript:u1"))
    assert state_of(state, "u1") is Text.FAILED
    assert words(after(state, ASKED)) == BOTH, "late is better than never"


def test_words_in_pieces_grow_and_a_whole_replaces_them() -> None:
    state = after(
        live(), QUESTION, far.UserTextArrived("u1", "What "), far.UserTextArrived("u1", "time")
    )
    assert words(state) == ["user: What time"]
    state = after(state, far.UserTextArrived("u1", "What time is", whole=True))
    assert words(state) == ["user: What time is"]
    assert state_of(after(state, TimerFired("transcript:u1")), "u1") is Text.DONE


def test_final_words_stop_the_waiting_and_no_later_piece_changes_them() -> None:
    state, effects = run(live(), QUESTION, ASKED)
    assert effects[-1] == fx.StopTimer("transcript:u1")
    for late in (
        far.UserTextArrived("u1", "x"),
        far.UserTextFailed("u1"),
        TimerFired("transcript:u1"),
        TimerFired("transcript:unknown"),
    ):
        assert after(state, late) is state


def test_noise_without_words_is_not_shown() -> None:
    state = after(live(), QUESTION, far.UserTextDone("u1", "  "))
    assert (state_of(state, "u1"), words(state)) == (Text.NONE, [])


def test_words_that_could_not_be_written_down_leave_the_turn_standing() -> None:
    state = after(live(), QUESTION, far.UserTextFailed("u1", "unintelligible"))
    assert (state_of(state, "u1"), words(state)) == (Text.FAILED, ["user: "])


def test_order_follows_links_and_not_arrival() -> None:
    state = after(
        live(),
        far.UserSpeechStarted("u1"),
        far.UserSpeechStarted("u2"),
        far.ItemAdded("a1", "message", "assistant", "u1"),
        far.InputCommitted("u2", "a1"),
        far.InputCommitted("u1", None),
    )
    assert [row.item_id for row in state.rows] == ["u1", "a1", "u2"]


def test_the_next_question_stands_behind_words_that_were_lost() -> None:
    rows = (worded(Row("a1", Role.ASSISTANT), "Hi.", Text.DONE), Row("u1", Role.USER, Text.LOST))
    state = after(
        replace(live(), rows=rows), far.UserSpeechStarted("u2"), far.InputCommitted("u2", "a1")
    )
    assert [row.item_id for row in state.rows] == ["a1", "u1", "u2"]


@pytest.mark.parametrize(
    ("event", "role", "text", "shown"),
    [
        (far.ItemAdded("i", "message", "user", None, "Typed"), Role.USER, "Typed", True),
        (far.ItemAdded("i", "message", "system", None, "Be kind"), Role.SYSTEM, "Be kind", False),
        (far.ItemAdded("i", "function_call", name="clock"), Role.TOOL, "clock", True),
        (far.ItemAdded("i", "function_call_output"), Role.SYSTEM, "", False),
        (far.ItemAdded("i", "mcp_list_tools"), Role.SYSTEM, "", False),
        (far.ItemAdded("i", "message", "assistant"), Role.ASSISTANT, "", False),
    ],
)
def test_every_kind_of_item_has_its_row(
    event: far.ItemAdded, role: Role, text: str, shown: bool
) -> None:
    (row,) = after(live(), event).rows
    assert (row.role, row.text, row.shown) == (role, text, shown)


def test_an_item_the_server_dropped_is_not_shown() -> None:
    state = after(live(), QUESTION, ASKED, *ANSWER, far.ItemDeleted("u1"))
    assert words(state) == BOTH[1:]
    assert after(state, far.ItemDeleted("u1")) is state
    assert after(state, far.ItemDeleted("unknown"), far.ItemTruncated("a1", 5)) is state


# --- the assistant ----------------------------------------------------------------------------


def test_what_the_assistant_finally_said_replaces_pieces_that_were_lost() -> None:
    state = after(live(), *ANSWER[:3], far.AssistantTextDone("r1", "a1", "It is noon."))
    assert words(state) == BOTH[1:]


def test_a_server_that_repeats_no_words_at_the_end_keeps_the_pieces() -> None:
    state = after(live(), *ANSWER[:4], far.AssistantTextDone("r1", "a1", ""))
    assert (words(state), state_of(state, "a1")) == (BOTH[1:], Text.DONE)


def test_an_item_of_two_parts_has_the_words_of_both() -> None:
    state = after(
        live(),
        *ANSWER[:5],
        far.AssistantTextArrived("r1", "a1", " Anything else?"),
        far.AssistantTextDone("r1", "a1", " Anything else?"),
    )
    assert words(state) == ["assistant: It is noon. Anything else?"]
    assert after(state, far.AssistantTextDone("r1", "a1", "again")) is state


def test_words_that_came_only_with_the_end_are_shown() -> None:
    assert words(after(live(), *ANSWER[:2], ANSWER[-1])) == BOTH[1:]


@pytest.mark.parametrize(
    ("status", "reason", "end"),
    [
        ("completed", "", Text.DONE),
        ("cancelled", "client_cancelled", Text.INTERRUPTED),
        ("incomplete", "max_output_tokens", Text.CUT),
        ("incomplete", "content_filter", Text.FILTERED),
        ("failed", "", Text.FAILED),
    ],
)
def test_an_answer_that_is_not_whole_is_marked(status: str, reason: str, end: Text) -> None:
    ended = far.ResponseEnded("r1", status, reason, texts=(("a1", "It is"), ("x", "unknown")))
    assert state_of(after(live(), *ANSWER[:3], ended), "a1") is end
    bare = replace(ended, texts=())
    assert state_of(after(live(), *ANSWER[:3], bare), "a1") is end, "though it is not repeated"
    assert (
        state_of(after(live(), *ANSWER[:3], replace(bare, response_id="r0")), "a1") is Text.PARTIAL
    )


def test_an_answer_cut_at_its_longest_is_marked_though_its_words_were_done() -> None:
    ended = far.ResponseEnded(
        "r1", "incomplete", "max_output_tokens", texts=(("a1", "It is noon."),)
    )
    assert state_of(after(live(), *ANSWER[:5], ended), "a1") is Text.CUT
    cancelled = replace(ended, status="cancelled")
    assert state_of(after(live(), *ANSWER[:5], cancelled), "a1") is Text.DONE


def test_what_was_cut_to_the_heard_words_is_not_repaired_by_the_end() -> None:
    state = after(
        speaking(), far.UserSpeechStarted("u1"), sound.SpeakerStopped("a1", 1000, cut=True)
    )
    ended = far.ResponseEnded(
        "r1", "cancelled", "turn_detected", texts=(("a1", "one two three four"),)
    )
    assert words(after(state, ended))[0] == "assistant: one two"


def test_an_interrupted_answer_is_not_filled_up_while_the_speaker_still_fades() -> None:
    state = after(speaking(), wish.InterruptAsked())
    ended = far.ResponseEnded("r1", "cancelled", texts=(("a1", "one two three four five six"),))
    assert words(after(state, ended)) == ["assistant: one two three four"]


def test_sound_without_words_makes_a_row_that_is_not_shown() -> None:
    state = after(live(), far.AudioArrived("r1", "a1", pcm(20)))
    assert (state.rows[0].spoken, words(state)) == (True, [])


def test_untouched_rows_keep_their_identity() -> None:
    state = after(live(), QUESTION, ASKED, *ANSWER)
    new = after(state, far.UserSpeechStarted("u2"), far.UserTextDone("u2", "Thanks."))
    assert all(a is b for a, b in zip(state.rows, new.rows, strict=False))


# --- typed ------------------------------------------------------------------------------------


def test_typed_words_stand_in_the_transcript_at_once_and_are_answered() -> None:
    state, effects = run(live(), wish.TextSubmitted(" Hello "))
    assert orders(effects) == (fx.AddText("msg_2", "user", "Hello"), fx.CreateResponse("resp_3"))
    assert (words(state), state.rows[0].typed) == (["user: Hello"], True)
    state = after(state, far.ItemAdded("msg_2", "message", "user", None, "Hello"))
    assert words(state) == ["user: Hello"]


def test_a_server_that_names_its_items_as_we_do_does_not_get_into_our_way() -> None:
    state = after(live(), far.ItemAdded("msg_2", "message", "user", None, "Mine"))
    assert words(after(state, wish.TextSubmitted("Ours"))) == ["user: Mine", "user: Ours"]


def test_typing_interrupts() -> None:
    effects = told(speaking(), wish.TextSubmitted("Stop"))
    assert effects == (
        fx.CancelResponse("r1", "cancel_3"),
        fx.CutSpeaker(),
        fx.AddText("msg_2", "user", "Stop"),
    )


def test_nothing_typed_is_nothing_said() -> None:
    assert run(live(), wish.TextSubmitted(" \n")) == (live(), ())


def test_typing_while_connecting_opens_no_second_link() -> None:
    state = after(AppState(), wish.ConnectAsked())
    assert only(told(state, wish.TextSubmitted("Hi")), fx.OpenLink) == []


def test_typing_with_transcription_off_is_written_all_the_same() -> None:
    assert words(after(live(Settings(transcription_model="")), wish.TextSubmitted("Hi"))) == [
        "user: Hi"
    ]

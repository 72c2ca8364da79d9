"""One question over a link: what is sent, what is waited for, and how it ends."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence

import pytest

from desktop_app import app_turn
from desktop_app.app_answer import Answer, TurnError
from desktop_app.app_probe import FixedTarget, probe
from desktop_app.app_turn import BLOCK_BYTES, Turn
from desktop_app.core.effects import (
    AddText,
    AddToolOutput,
    CommitInput,
    ConfigureSession,
    CreateResponse,
    Order,
    SendAudio,
)
from desktop_app.core.events import Event
from desktop_app.core.far_end import (
    AssistantTextArrived,
    AudioArrived,
    InputCommitted,
    LinkFailure,
    ResponseEnded,
    ServerError,
    SessionConfigured,
    SessionStarted,
    ToolCalled,
    UserTextArrived,
    UserTextDone,
    UserTextFailed,
)
from desktop_app.core.settings import Settings
from desktop_app.ports import LinkTarget
from tests.fakes.link import HELLO, FakeLink, polite

SPOKEN = b"\x01\x00" * 24_000
QUESTION = bytes(BLOCK_BYTES * 2 + 100)
ANSWER: tuple[Event, ...] = (
    AssistantTextArrived("r", "a", "Half "),
    AudioArrived("r", "a", SPOKEN),
    AssistantTextArrived("r", "a", "past three."),
    ResponseEnded("r"),
)
HEARD = UserTextDone("u", " What time is it? ")
CALL = ToolCalled("r", "c", "call_1", "clock", "{}")
Replies = Callable[[Order], Sequence[Event]]


class Tools:
    def __init__(self) -> None:
        self.calls: list[tuple[str, str]] = []

    def specs(self) -> Sequence[dict[str, object]]:
        return ()

    async def call(self, name: str, arguments: str) -> str:
        self.calls.append((name, arguments))
        return "12:00"


@pytest.fixture(autouse=True)
def _impatient(monkeypatch: pytest.MonkeyPatch) -> None:
    """Wait a moment where a person would be given seconds."""
    monkeypatch.setattr(app_turn, "_PATIENCE_S", dict.fromkeys(app_turn._PATIENCE_S, 0.05))


def far_end(*answers: Sequence[Event]) -> Replies:
    """Acknowledge all; say the next of ``answers`` when a response is asked for."""
    left = list(answers)

    def replies(order: Order) -> Sequence[Event]:
        return left.pop(0) if isinstance(order, CreateResponse) and left else polite(order)

    return replies


def ask(
    link: FakeLink, text: str = "", *, settings: Settings = Settings(), timeout_s: float = 10.0
) -> Answer:
    turn = Turn(link, Tools(), settings)
    there = FixedTarget(LinkTarget("ws://127.0.0.1/v1/realtime"))
    try:
        return asyncio.run(turn.run(there, b"" if text else QUESTION, text, timeout_s))
    finally:
        assert link.closed


def test_a_recording_is_sent_whole_committed_and_answered() -> None:
    link = FakeLink(replies=far_end((HEARD, *ANSWER)))
    answer = ask(link)
    assert b"".join(one.pcm for one in link.sent(SendAudio)) == QUESTION
    kinds = [type(one) for one in link.orders]
    assert kinds == [ConfigureSession, *[SendAudio] * 3, CommitInput, CreateResponse]
    assert (answer.user_text, answer.text) == ("What time is it?", "Half past three.")
    assert (answer.audio_ms, answer.server) == (1000, "127.0.0.1")
    assert list(answer.timings_ms) == ["connect", "first_text", "first_audio", "done"]


def test_the_turn_is_ours_whatever_the_settings_say() -> None:
    link = FakeLink(replies=far_end((HEARD, *ANSWER)))
    ask(link, settings=Settings(turn_detection="semantic_vad"))
    assert link.sent(ConfigureSession)[0].settings.turn_detection == "manual"


def test_text_needs_no_transcript() -> None:
    link = FakeLink(replies=far_end(ANSWER))
    assert ask(link, "What time is it?").user_text == "What time is it?"
    assert [one.text for one in link.sent(AddText)] == ["What time is it?"]


def test_a_transcript_may_come_after_the_answer() -> None:
    assert ask(FakeLink(replies=far_end((*ANSWER, HEARD)))).user_text == "What time is it?"


@pytest.mark.parametrize(
    ("more", "heard"),
    [((), ""), ((UserTextArrived("u", "What"),), "What"), ((UserTextFailed("u"),), "")],
)
def test_an_answer_without_the_transcript_is_an_answer(more: Sequence[Event], heard: str) -> None:
    answer = ask(FakeLink(replies=far_end((*ANSWER, *more))))
    assert (answer.user_text, answer.text) == (heard, "Half past three.")


def test_a_server_that_hangs_up_after_its_answer_has_answered() -> None:
    link = FakeLink()

    def replies(order: Order) -> Sequence[Event]:
        if isinstance(order, CreateResponse):
            link.say(*ANSWER)
            link.lose()
            return ()
        return polite(order)

    link._replies = replies
    assert ask(link).text == "Half past three."


def test_tools_are_run_and_their_output_is_sent_before_the_next_answer() -> None:
    link = FakeLink(replies=far_end((HEARD, CALL, CALL, ResponseEnded("r")), ANSWER))
    assert ask(link).text == "Half past three."
    assert link.sent(AddToolOutput) == [AddToolOutput("call_1", "12:00")]
    assert len(link.sent(CreateResponse)) == 2


def test_a_server_that_calls_tools_for_ever_is_stopped() -> None:
    link = FakeLink(replies=far_end(*[(HEARD, CALL, ResponseEnded("r"))] * 50))
    assert ask(link).text == ""
    assert len(link.sent(CreateResponse)) == app_turn.MOST_TOOL_ROUNDS + 1


def test_words_that_came_only_with_the_end_are_taken() -> None:
    end = ResponseEnded("r", texts=(("a", "Half past three."),))
    assert ask(FakeLink(replies=far_end((HEARD, end)))).text == "Half past three."


def test_a_refused_setting_is_left_out() -> None:
    def replies(order: Order) -> Sequence[Event]:
        if isinstance(order, ConfigureSession) and not order.omit:
            return (ServerError("unknown_parameter", param="session.speed", event_id="cfg_ask"),)
        return far_end((HEARD, *ANSWER))(order)

    link = FakeLink(replies=replies)
    assert ask(link).text == "Half past three."
    assert [one.omit for one in link.sent(ConfigureSession)] == [
        frozenset(),
        frozenset({"speed"}),
    ]


def test_a_server_that_refuses_everything_is_asked_as_it_is() -> None:
    def replies(order: Order) -> Sequence[Event]:
        if isinstance(order, ConfigureSession):
            return (ServerError("invalid_value", event_id="cfg_ask"),)
        return far_end((HEARD, *ANSWER))(order)

    assert ask(FakeLink(replies=replies)).text == "Half past three."


def test_an_answer_that_the_server_began_by_itself_is_the_answer() -> None:
    busy = ServerError("conversation_already_has_active_response", event_id="resp_ask_0")
    assert ask(FakeLink(replies=far_end((busy, HEARD, *ANSWER)))).text == "Half past three."


def test_two_commits_ask_for_one_answer() -> None:
    def replies(order: Order) -> Sequence[Event]:
        if isinstance(order, CommitInput):
            return (InputCommitted("u"), InputCommitted("v"))
        return far_end((HEARD, *ANSWER))(order)

    link = FakeLink(replies=replies)
    ask(link)
    assert len(link.sent(CreateResponse)) == 1


@pytest.mark.parametrize(
    ("said", "words"),
    [
        (ResponseEnded("r", "failed", code="insufficient_quota"), "no credit left"),
        (ResponseEnded("r", "incomplete", reason="content_filter"), "held back by a filter"),
        (ServerError("input_audio_buffer_commit_empty", message="Too short."), "Too short."),
        (ServerError("invalid_api_key", message="Wrong."), "refused the API key"),
        (ServerError("odd", message="No.", event_id="resp_ask_0"), "the server refused: No."),
    ],
)
def test_a_refusal_is_an_error_in_words(said: Event, words: str) -> None:
    with pytest.raises(TurnError, match=words):
        ask(FakeLink(replies=far_end((HEARD, said))))


def test_what_was_said_of_a_failed_answer_is_no_answer() -> None:
    with pytest.raises(TurnError, match="failed at the server"):
        ask(FakeLink(replies=far_end((HEARD, *ANSWER[:3], ResponseEnded("r", "failed")))))


def test_a_filtered_answer_keeps_what_was_said() -> None:
    end = ResponseEnded("r", "incomplete", reason="content_filter")
    assert ask(FakeLink(replies=far_end((HEARD, *ANSWER[:3], end)))).text == "Half past three."


def test_a_link_that_breaks_before_the_answer_is_an_error() -> None:
    link = FakeLink(replies=far_end((HEARD,)))
    link.say(*HELLO)
    link.lose(LinkFailure("closed", close_code=1006, detail="The connection broke."))
    with pytest.raises(TurnError, match="The connection broke") as failed:
        ask(link)
    assert "trying again" not in str(failed.value)


def test_a_server_that_never_answers_is_given_up_with_its_last_word() -> None:
    odd = ServerError("odd", message="I am tired.")
    with pytest.raises(TurnError, match=r"no answer within 0\.3 seconds.*I am tired"):
        ask(FakeLink(replies=far_end((HEARD, odd))), timeout_s=0.3)


# -- the trial session ----------------------------------------------------------------------------


def tried(link: FakeLink) -> str:
    there = FixedTarget(LinkTarget("ws://127.0.0.1/v1/realtime"))
    problem = asyncio.run(probe(lambda: link, there, Settings()))
    assert link.closed
    return problem.title if problem else ""


def test_a_session_that_opens_passes() -> None:
    assert tried(FakeLink()) == ""


def test_a_refused_setting_passes_since_the_talk_goes_on_without_it() -> None:
    odd = ServerError("unknown_parameter", param="session.speed", event_id="cfg_probe")
    assert tried(FakeLink(SessionStarted(), odd)) == ""


@pytest.mark.parametrize(
    ("link", "title"),
    [
        (FakeLink(refused=LinkFailure("http", 401)), "The server refused the API key"),
        (FakeLink(refused=LinkFailure("dns", detail="No name.")), "The server can't be reached"),
        (FakeLink(ServerError("model_not_found")), "The server does not know this model"),
    ],
)
def test_what_is_wrong_is_named(link: FakeLink, title: str) -> None:
    assert tried(link) == title


def test_a_session_may_be_confirmed_without_a_greeting() -> None:
    assert tried(FakeLink(SessionConfigured())) == ""

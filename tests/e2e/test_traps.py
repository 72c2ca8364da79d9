"""Every trap a server can set: what the user sees of it, and what the server gets."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from typing import Any

import pytest

from desktop_app.core import connection, responses, turn_taking
from desktop_app.core.problems import Kind
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Phase, Talk
from desktop_app.core.wishes import (
    ConnectAsked,
    HangUpAsked,
    InterruptAsked,
    NewConversationAsked,
    SettingsChanged,
    TalkPressed,
    TalkReleased,
    TextSubmitted,
)
from tests.e2e.talker import Talker, kinds, question, received_ms, rows
from tests.servers import events, traps
from tests.servers.persona import Persona, Spoken, Turn, spoken
from tests.servers.proxy import SilentPort, closed_port
from tests.servers.scripted import ScriptedServer

USER = "What time is it?"
ANSWER = "It is half past three."
WHOLE = [("user", USER, "done"), ("assistant", ANSWER, "done")]
PLAIN_MS = 1600
TURN = Turn(0, 0, b"", (), {})


@pytest.fixture(autouse=True)
def impatience(monkeypatch: pytest.MonkeyPatch) -> None:
    """Shorten the waits of people to those of tests."""
    monkeypatch.setattr(connection, "FIRST_RETRY_MS", 20)
    monkeypatch.setattr(connection, "CREATED_TIMEOUT_MS", 100)
    monkeypatch.setattr(connection, "UPDATED_TIMEOUT_MS", 200)
    monkeypatch.setattr(responses, "AGAIN_MS", 20)
    monkeypatch.setattr(turn_taking, "TRANSCRIPT_TIMEOUT_MS", 300)
    monkeypatch.setitem(events.TOKENS_LIMIT, "reset_seconds", 0.02)


@contextmanager
def meet(*personas: Persona, **changes: Any) -> Iterator[tuple[Talker, ScriptedServer]]:
    """Let Parley meet a server; whatever happens, it breaks no rule of the protocol."""
    with ScriptedServer(*personas) as server:
        settings = Settings(service="server", server_url=server.url, cue_volume=0, **changes)
        with Talker(settings) as talker:
            yield talker, server
        assert [str(violation.flaw) for violation in server.violations] == []


def ended(state: AppState) -> bool:
    """Whether no answer is under way at the server."""
    return not (state.responses.active or state.responses.requested or state.responses.pending)


def pcm_of(answer: object = None) -> bytes:
    """The sound of a spoken answer."""
    items = (answer or spoken()).items  # type: ignore[attr-defined]
    return b"".join(item.pcm for item in items if isinstance(item, Spoken))


def asks_and_hears(talker: Talker, text: str = "Still there?") -> None:
    """Prove that the conversation goes on: a typed question is answered and heard."""
    before = len(rows(talker.state))
    talker.tell(TextSubmitted(text))
    state = talker.until(lambda s: len(rows(s)) >= before + 2 and ended(s))
    shown = rows(state)
    assert ("user", text, "done") in shown
    assert shown[-1][0] == "assistant"
    assert talker.hears(received_ms(state) + 100).strip(b"\0")
    talker.until(lambda s: s.talk in (Talk.LISTENING, Talk.READY))


# --- transcripts that come when they like ---------------------------------------------------------


@pytest.mark.parametrize(
    "persona",
    [
        traps.TRANSCRIPT_DURING,
        traps.TRANSCRIPT_BEFORE,
        traps.TRANSCRIPT_AMID,
        traps.TRANSCRIPT_AFTER,
    ],
)
def test_the_users_words_stand_before_the_answer_whenever_they_come(persona: Persona) -> None:
    with meet(persona) as (talker, server):
        talker.connect()
        talker.says(question())
        talker.until_received(PLAIN_MS)
        state = talker.until(lambda s: rows(s) == WHOLE and ended(s))
        assert state.talk is Talk.SPEAKING
        heard = talker.hears(PLAIN_MS + 200)
        assert pcm_of() in heard
        state = talker.until(lambda s: s.talk is Talk.LISTENING)
        assert rows(state) == WHOLE
        assert not state.problems
        got = bytes(server.connection.audio)
        assert got.rstrip(b"\0") == question().rstrip(b"\0"), "all of it, once and in order"


@pytest.mark.parametrize("persona", [traps.TRANSCRIPT_NEVER, traps.TRANSCRIPT_FAILED])
def test_words_that_never_come_leave_a_marked_row_and_the_turn_goes_on(persona: Persona) -> None:
    with meet(persona) as (talker, _):
        talker.connect()
        talker.says(question())
        expected = [("user", "", "failed"), ("assistant", ANSWER, "done")]
        state = talker.until(lambda s: rows(s) == expected)
        assert not state.problems
        talker.until_received(PLAIN_MS)
        assert pcm_of() in talker.hears(PLAIN_MS + 200)


# --- the loudspeaker is the clock -----------------------------------------------------------------


def test_an_answer_that_is_over_at_the_server_still_has_the_floor_while_it_plays() -> None:
    with meet(traps.EARLY_DONE) as (talker, server):
        talker.connect()
        talker.tell(TextSubmitted("Tell me much."))
        talker.until_received(traps.LONG_MS)
        state = talker.until(ended)
        assert state.talk is Talk.SPEAKING
        talker.hears(traps.LONG_MS // 2)
        assert talker.state.talk is Talk.SPEAKING
        talker.tell(InterruptAsked())
        state = talker.until(lambda s: s.talk is Talk.LISTENING)
        cut = server.wait_for("conversation.item.truncate").event
        assert abs(cut["audio_end_ms"] - traps.LONG_MS // 2) <= 10
        server.wait_said("conversation.item.truncated")
        assert not server.connection.events("response.cancel"), "nothing was running any more"
        assert server.connection.errors == []
        assert rows(state)[-1][2] == "interrupted"
        asks_and_hears(talker)


def test_a_cut_in_is_told_to_the_server_by_what_was_heard() -> None:
    with meet(traps.PATIENT) as (talker, server):
        talker.connect()
        server.answer()
        talker.until_received(1000)
        talker.hears(700)
        server.speech_started()
        cut = server.wait_for("conversation.item.truncate").event
        assert 700 <= cut["audio_end_ms"] <= 710
        state = talker.until(lambda s: s.talk is Talk.HEARING)
        assert ended(talker.until(ended))
        assert not server.connection.events("response.cancel"), "the server does that itself"
        assert state.rows[0].heard_ms == cut["audio_end_ms"]
        assert talker.unheard_ms <= 10
        assert server.connection.errors == []


def test_of_several_items_the_heard_stays_the_playing_is_cut_and_the_unheard_goes() -> None:
    with meet(traps.MULTI_ITEM) as (talker, server):
        talker.connect()
        server.answer()
        talker.until_received(1200 + 2400 + 1200)
        ids = [row.item_id for row in talker.until(ended).rows]
        talker.hears(1200 + 500)
        server.speech_started()
        cut = server.wait_for("conversation.item.truncate").event
        dropped = server.wait_for("conversation.item.delete").event
        server.wait_said("conversation.item.deleted")
        assert (cut["item_id"], dropped["item_id"]) == (ids[1], ids[2])
        assert 500 <= cut["audio_end_ms"] <= 510
        items = [item["id"] for item in server.connection.items()]
        assert items[:2] == ids[:2]
        assert ids[2] not in items
        state = talker.until(lambda s: s.talk is Talk.HEARING)
        spoken_rows = [row for row in rows(state) if row[0] == "assistant"]
        assert [row[2] for row in spoken_rows] == ["done", "interrupted"]
        assert spoken_rows[0][1] == "Let me see."
        assert "It is half past three.".startswith(spoken_rows[1][1])
        assert server.connection.errors == []


def test_late_sound_of_an_interrupted_answer_is_not_played() -> None:
    with meet(traps.LATE_DELTAS) as (talker, server):
        talker.connect()
        server.answer()
        talker.until_received(500)
        talker.hears(300)
        server.speech_started()
        server.wait_said("response.done")
        so_far = len(server.connection.said("response.output_audio.delta"))
        assert so_far >= traps.LATE_DELTAS.late_deltas
        talker.until(lambda s: ended(s) and not s.sound.playing)
        talker.hears(20)  # The end of the fade.
        server.become(traps.PATIENT)
        server.speech_stopped()
        talker.until_received(200)
        # What plays now is the answer to the second turn, from its first sample on.
        assert talker.hears(200) == pcm_of(traps.PATIENT.answer(TURN))[: 200 * 48]


# --- requests that meet other things --------------------------------------------------------------


def test_a_cancel_that_comes_too_late_is_no_problem_and_nothing_more_is_played() -> None:
    with meet(traps.LATE_CANCEL) as (talker, server):
        talker.connect()
        server.answer()
        talker.until_received(300)
        talker.hears(200)
        talker.tell(InterruptAsked())
        server.wait_for("response.cancel")
        server.wait_said("error")
        assert server.connection.errors == ["response_cancel_not_active"]
        state = talker.until(lambda s: ended(s) and s.talk is Talk.LISTENING)
        assert not state.problems
        assert talker.unheard_ms <= 10
        server.become(traps.PLAIN)
        asks_and_hears(talker)


def test_a_request_that_meets_an_answer_of_the_servers_own_is_made_again_after_it() -> None:
    with meet(traps.BUSY) as (talker, server):
        talker.connect()
        talker.tell(TextSubmitted("What time is it?"))
        server.wait_for("response.create", count=2)
        state = talker.until(lambda s: ended(s) and len(rows(s)) == 3)
        assert server.connection.errors == ["conversation_already_has_active_response"]
        assert not state.problems
        assert len(server.connection.said("response.created")) == 2


def test_a_press_that_is_too_short_is_not_sent_and_the_user_is_told() -> None:
    with meet(turn_detection="manual") as (talker, server):
        talker.connect()
        talker.tell(TalkPressed())
        talker.until(lambda s: s.pressed)
        talker.says(bytes(480 * 4))
        talker.tell(TalkReleased())
        state = talker.until(lambda s: bool(s.problems))
        assert kinds(state) == [Kind.HOLD_LONGER]
        assert state.talk is Talk.READY
        server.wait_for("input_audio_buffer.clear", count=2)
        assert not server.connection.events("input_audio_buffer.commit")
        assert not rows(state)


def test_push_to_talk_works_with_a_server_that_makes_the_turns_itself() -> None:
    stubborn = Persona(refuses=frozenset({"session.audio.input.turn_detection=null"}))
    with meet(stubborn, turn_detection="manual") as (talker, server):
        talker.connect()
        for turn in (1, 2):
            talker.tell(TalkPressed())
            talker.until(lambda s: s.pressed)
            before = len(server.connection.events("input_audio_buffer.append"))
            talker.says(question(0))
            blocks = len(question(0)) // 480
            server.wait_for("input_audio_buffer.append", count=before + blocks)
            talker.tell(TalkReleased())
            talker.until(lambda s: not s.pressed and not s.releasing)
            talker.says(question())  # Said to somebody else: the server hears silence.
            server.wait_said("response.done", count=turn)
            talker.until(ended)
            talker.hears(3000)
        assert not server.connection.events("input_audio_buffer.commit")
        assert not server.connection.events("response.create")
        assert len(server.connection.said("input_audio_buffer.committed")) == 2
        assert server.connection.errors == ["unknown_parameter"]


def test_a_commit_the_server_finds_too_short_is_told_and_the_next_press_works() -> None:
    with meet(turn_detection="manual") as (talker, server):
        talker.connect()
        talker.tell(TalkPressed())
        talker.until(lambda s: s.pressed)
        talker.says(question()[: 48 * 400])
        server.wait_for("input_audio_buffer.append", count=40)
        server.do(lambda wire: wire.session.hearing.buffer.take())
        talker.tell(TalkReleased())
        state = talker.until(lambda s: bool(s.problems))
        assert server.connection.errors == ["input_audio_buffer_commit_empty"]
        assert kinds(state) == [Kind.HOLD_LONGER]
        assert state.talk is Talk.READY
        talker.tell(TalkPressed())
        talker.until(lambda s: s.pressed)
        talker.says(question())
        server.wait_for("input_audio_buffer.append", count=40 + len(question()) // 480)
        talker.tell(TalkReleased())
        state = talker.until(lambda s: rows(s) == WHOLE)
        assert not state.problems


# --- answers that end badly -----------------------------------------------------------------------


@pytest.mark.parametrize(
    ("persona", "kind", "state_of_row"),
    [
        (traps.QUOTA, Kind.NO_QUOTA, None),
        (traps.FILTERED, Kind.ANSWER_FILTERED, "filtered"),
        (traps.CUT_SHORT, Kind.ANSWER_CUT, "cut"),
    ],
)
def test_an_answer_that_ends_badly_is_told(
    persona: Persona, kind: Kind, state_of_row: str | None
) -> None:
    with meet(persona) as (talker, server):
        talker.connect()
        talker.says(question())
        state = talker.until(lambda s: bool(s.problems) and ended(s) and len(rows(s)) > 0)
        assert kinds(state) == [kind]
        if state_of_row:
            state = talker.until(lambda s: rows(s)[-1] == ("assistant", ANSWER, state_of_row))
            assert pcm_of() in talker.hears(PLAIN_MS + 200), "what came of it is heard"
        assert server.connection.errors == []
        assert not server.connection.events("response.create"), "asking again would not help"
        server.become(traps.PLAIN)
        asks_and_hears(talker)
        assert Kind.NO_QUOTA not in kinds(talker.state)


@pytest.mark.parametrize("persona", [traps.RATE_LIMITED, traps.SERVER_ERROR])
def test_an_answer_that_fails_for_a_moment_is_asked_for_once_more(persona: Persona) -> None:
    with meet(persona) as (talker, server):
        talker.connect()
        talker.says(question())
        state = talker.until(lambda s: rows(s) == WHOLE and ended(s))
        assert not state.problems
        assert len(server.connection.events("response.create")) == 1
        talker.until_received(PLAIN_MS)
        assert pcm_of() in talker.hears(PLAIN_MS + 200)


# --- configurations that are refused --------------------------------------------------------------


def test_a_voice_changed_after_the_first_sound_comes_with_the_next_conversation() -> None:
    with meet(turn_detection="manual") as (talker, server):
        talker.connect()
        asks_and_hears(talker)
        talker.tell(SettingsChanged(replace(talker.state.settings, voice="cedar")))
        state = talker.until(lambda s: bool(s.problems))
        assert kinds(state) == [Kind.VOICE_FIXED]
        asks_and_hears(talker, "And now?")
        assert server.connection.errors == []
        assert server.connection.number == 0
        talker.tell(NewConversationAsked())
        state = talker.until(lambda s: s.link.voice == "cedar" and s.link.phase is Phase.LIVE)
        assert not rows(state)
        assert not state.problems
        assert server.connection.number == 1
        config = server.connection.events("session.update")[0]["session"]
        assert config["audio"]["output"]["voice"] == "cedar"


@pytest.mark.parametrize(
    ("persona", "label"),
    [(traps.REFUSES_NOISE_REDUCTION, "Noise reduction"), (traps.REFUSES_REASONING, "")],
)
def test_a_refused_setting_is_left_out_and_told_and_the_rest_holds(
    persona: Persona, label: str
) -> None:
    with meet(persona) as (talker, server):
        state = talker.connect()
        assert kinds(state) == [Kind.SETTING_REFUSED]
        assert label in state.problems[0].title
        first, second = server.connection.events("session.update")
        assert "instructions" in second["session"]
        assert first["session"] != second["session"]
        asks_and_hears(talker)


# --- ends of sessions -----------------------------------------------------------------------------


def test_a_session_that_ends_at_its_limit_is_renewed_at_once_with_what_was_said() -> None:
    limited = replace(traps.SESSION_LIMIT, lifetime_ms=1200)
    with meet(limited, traps.PLAIN) as (talker, server):
        talker.connect()
        talker.says(question())
        talker.until(lambda s: rows(s) == WHOLE and ended(s))
        talker.until_received(PLAIN_MS)
        talker.hears(PLAIN_MS + 200)
        server.wait_until(lambda: len(server.connections) == 2, timeout_s=3)
        server.wait_for("session.update", connection=1)
        state = talker.until(lambda s: s.link.phase is Phase.LIVE)
        server.wait_for("conversation.item.create", connection=1, count=2)
        assert not state.problems
        assert rows(state) == WHOLE
        assert _replayed(server) == [("user", USER), ("assistant", ANSWER)]
        assert not server.connection.events("response.create")
        asks_and_hears(talker)


def _replayed(server: ScriptedServer, connection_number: int = 1) -> list[tuple[str, str]]:
    items = server.connections[connection_number].events("conversation.item.create")
    return [
        (event["item"]["role"], "".join(part["text"] for part in event["item"]["content"]))
        for event in items
    ]


@pytest.mark.parametrize("persona", [traps.DROPPED, traps.RESTARTED])
def test_a_line_that_goes_dead_in_mid_word_is_made_again_and_the_history_put_back(
    persona: Persona,
) -> None:
    with meet(persona, traps.PLAIN) as (talker, server):
        talker.connect()
        talker.tell(TextSubmitted("Tell me the time."))
        talker.until_received(600)
        state = talker.until(lambda s: s.link.phase is Phase.LIVE and len(server.connections) == 2)
        server.wait_for("conversation.item.create", connection=1, count=2)
        assert rows(state)[0] == ("user", "Tell me the time.", "done")
        assert rows(state)[1][2] == "interrupted"
        assert not state.problems
        # What has come is still heard: the loudspeaker knows nothing of sockets.
        assert len(talker.hears(700).strip(b"\0")) >= 500 * 48
        replayed = _replayed(server)
        assert replayed[0] == ("user", "Tell me the time.")
        assert replayed[1][0] == "assistant"
        assert ANSWER.startswith(replayed[1][1])
        talker.until(lambda s: s.talk is Talk.LISTENING)
        asks_and_hears(talker)


def test_words_said_while_the_line_is_dead_arrive_when_it_is_back() -> None:
    with meet() as (talker, server):
        talker.connect()
        server.become(replace(traps.PLAIN, http_status=503))
        server.cut()
        talker.until(lambda s: s.link.phase is Phase.BACKING_OFF)
        talker.says(question())
        talker.on_loop(lambda: None)
        server.become(traps.PLAIN)
        state = talker.until(lambda s: rows(s) == WHOLE)
        assert not state.problems
        assert server.connection.number == 1


# --- servers that do not let us in ----------------------------------------------------------------


@pytest.mark.parametrize(
    ("persona", "kind"),
    [
        (traps.UNAUTHORIZED, Kind.BAD_KEY),
        (Persona(key="sk-another"), Kind.BAD_KEY),
        (traps.FORBIDDEN, Kind.NO_QUOTA),
        (traps.MODEL_UNKNOWN_HTTP, Kind.BAD_MODEL),
        (traps.MODEL_UNKNOWN_FRAME, Kind.BAD_MODEL),
        (traps.BETA_REFUSED, Kind.SERVER_REFUSED),
    ],
)
def test_a_refusal_for_good_is_told_once_with_a_next_step_and_not_tried_again(
    persona: Persona, kind: Kind
) -> None:
    with meet(persona) as (talker, server):
        talker.tell(ConnectAsked())
        state = talker.until(lambda s: bool(s.problems) and s.link.phase is Phase.OFFLINE)
        assert kinds(state) == [kind]
        assert state.problems[0].hint
        assert state.problems[0].action != "dismiss" or kind is Kind.NO_QUOTA
        assert state.talk is Talk.OFFLINE
        talker.until(lambda s: not s.sound.mic_open)
        assert len(server.attempts) == 1
        # The next step helps.
        server.become(traps.PLAIN)
        talker.connect()
        asks_and_hears(talker)
        assert not talker.state.problems


@pytest.mark.parametrize(
    ("persona", "kind"),
    [(traps.OVERLOADED, Kind.RATE_LIMITED), (traps.DOWN, Kind.SERVER_TROUBLE)],
)
def test_a_refusal_for_now_is_told_and_tried_again_until_it_is_over(
    persona: Persona, kind: Kind
) -> None:
    with meet(persona) as (talker, server):
        talker.tell(ConnectAsked())
        state = talker.until(lambda s: bool(s.problems))
        assert kinds(state) == [kind]
        server.wait_until(lambda: len(server.attempts) >= 2)
        assert talker.state.talk is Talk.CONNECTING
        server.become(traps.PLAIN)
        state = talker.until(lambda s: s.link.phase is Phase.LIVE)
        assert not state.problems
        asks_and_hears(talker)


def test_without_a_network_the_problem_is_told_and_typed_words_wait() -> None:
    port = closed_port()
    url = f"ws://127.0.0.1:{port}/v1/realtime"
    with Talker(Settings(service="server", server_url=url)) as talker:
        talker.tell(TextSubmitted("Are you there?"))
        state = talker.until(lambda s: bool(s.problems))
        assert kinds(state) == [Kind.NO_NETWORK]
        assert rows(state) == [("user", "Are you there?", "done")]
        with ScriptedServer(port=port) as server:
            state = talker.until(lambda s: len(rows(s)) == 2 and ended(s))
            assert not state.problems
            assert _replayed(server, 0) == [("user", "Are you there?")]
            assert server.violations == []
            talker.tell(HangUpAsked())
            talker.until(lambda s: s.link.phase is Phase.OFFLINE)


@pytest.mark.parametrize(
    "url",
    [
        "nonsense",
        "http:/127.0.0.1",
        "ftp://127.0.0.1/v1/realtime",
        "wss://",
        "wss://[::1/v1/realtime",
        "ws://example.org/v1/realtime",
        "wss://127.0.0.1:99999/v1/realtime",
    ],
)
def test_a_wrong_address_is_told_at_once_and_leads_to_the_settings(url: str) -> None:
    with Talker(Settings(service="server", server_url=url)) as talker:
        talker.tell(ConnectAsked())
        state = talker.until(lambda s: bool(s.problems))
        assert kinds(state) == [Kind.BAD_URL]
        assert state.problems[0].action == "open_settings"
        assert state.talk is Talk.OFFLINE


def test_an_address_where_something_else_answers_is_told() -> None:
    with meet() as (talker, server):
        url = server.url.replace("/v1/realtime", "/wrong")
        talker.tell(SettingsChanged(replace(talker.state.settings, server_url=url)))
        talker.tell(ConnectAsked())
        state = talker.until(lambda s: bool(s.problems))
        assert kinds(state) == [Kind.BAD_URL]
        assert state.talk is Talk.OFFLINE


def test_a_port_that_says_nothing_is_given_up_and_tried_again() -> None:
    with SilentPort() as port:
        settings = Settings(service="server", server_url=port.url)
        with Talker(settings, open_timeout_s=0.2) as talker:
            talker.tell(ConnectAsked())
            state = talker.until(lambda s: bool(s.problems))
            assert kinds(state) == [Kind.NO_NETWORK]
            talker.until(lambda s: s.link.phase is Phase.OPENING and port.accepted >= 2)
            talker.tell(HangUpAsked())
            talker.until(lambda s: s.talk is Talk.OFFLINE)


def test_the_app_ends_at_once_while_a_port_says_nothing() -> None:
    with SilentPort() as port, Talker(Settings(service="server", server_url=port.url)) as talker:
        talker.tell(ConnectAsked())
        talker.until(
            lambda s: s.sound.mic_open and s.link.phase is Phase.OPENING and port.accepted > 0
        )


# --- servers that speak differently ---------------------------------------------------------------


@pytest.mark.parametrize("persona", [traps.BETA, traps.BETA_STRICT])
def test_a_server_that_only_speaks_the_old_names_is_understood(persona: Persona) -> None:
    with meet(persona) as (talker, server):
        talker.connect()
        talker.says(question())
        state = talker.until(lambda s: rows(s) == WHOLE and ended(s))
        talker.until_received(PLAIN_MS)
        assert pcm_of() in talker.hears(PLAIN_MS + 200)
        assert not state.problems
        assert server.connection.errors == []


@pytest.mark.parametrize("persona", [traps.NO_TRUNCATE, traps.NO_TRUNCATE_SILENT])
def test_a_server_without_truncate_and_cancel_is_talked_to_all_the_same(persona: Persona) -> None:
    with meet(persona) as (talker, server):
        talker.connect()
        server.answer()
        talker.until_received(300)
        talker.hears(200)
        talker.tell(InterruptAsked())
        server.wait_for("conversation.item.truncate")
        state = talker.until(lambda s: not s.sound.playing)
        assert talker.unheard_ms <= 10
        assert state.rows[-1].state == "interrupted"
        if persona.lacking == "error":
            state = talker.until(lambda s: not s.link.capabilities.truncate)
        server.do(lambda wire: wire.session.interrupt())
        talker.until(ended)
        server.become(replace(persona, answers=(), pace=10.0))
        asks_and_hears(talker)
        assert not talker.state.problems
        server.answer()
        talker.until_received(300)
        talker.hears(200)
        talker.tell(InterruptAsked())
        talker.until(lambda s: not s.sound.playing)
        talker.tell(TextSubmitted("And?"))
        server.wait_for("conversation.item.create", count=2)
        told = len(server.connection.events("conversation.item.truncate"))
        assert told == (1 if persona.lacking == "error" else 2)


@pytest.mark.parametrize(
    "persona", [traps.NO_CREATED, traps.NO_UPDATED, traps.SPRINKLED, traps.GARBAGE]
)
def test_a_server_with_habits_of_its_own_is_talked_to_all_the_same(persona: Persona) -> None:
    with meet(persona) as (talker, server):
        talker.connect()
        talker.says(question())
        state = talker.until(lambda s: rows(s) == WHOLE and ended(s))
        talker.until_received(PLAIN_MS)
        assert pcm_of() in talker.hears(PLAIN_MS + 200)
        assert not state.problems
        assert len(server.connections) == 1


def test_twenty_thousand_words_at_once_do_not_hold_up_the_sound() -> None:
    with meet(traps.FLOOD) as (talker, _):
        talker.connect()
        talker.tell(TextSubmitted("Talk."))
        state = talker.until_received(PLAIN_MS)
        state = talker.until(lambda s: ended(s) and rows(s)[-1][2] == "done")
        words = rows(state)[-1][1]
        assert words.startswith("w0 w1 ")
        assert words.endswith(f"w19999 {ANSWER}")
        assert pcm_of() in talker.hears(PLAIN_MS + 200)


def test_a_frame_of_twenty_megabytes_is_survived() -> None:
    with meet(traps.HUGE_FRAME) as (talker, server):
        talker.connect()
        talker.tell(TextSubmitted("Talk."))
        talker.until_received(PLAIN_MS)
        state = talker.until(ended)
        assert pcm_of() in talker.hears(PLAIN_MS + 200)
        assert not state.problems
        assert len(server.connections) == 1


def test_a_minute_of_sound_in_one_frame_is_played_and_can_be_cut() -> None:
    with meet(traps.HUGE_DELTA) as (talker, server):
        talker.connect()
        talker.tell(TextSubmitted("Talk."))
        talker.until_received(60_000)
        talker.until(ended)
        talker.hears(30_000)
        talker.tell(InterruptAsked())
        cut = server.wait_for("conversation.item.truncate").event
        assert 30_000 <= cut["audio_end_ms"] <= 30_010
        server.wait_said("conversation.item.truncated")
        assert server.connection.errors == []


def test_a_server_that_stops_reading_does_not_hold_up_a_hang_up() -> None:
    with meet(traps.STALLED) as (talker, server):
        talker.connect()
        talker.says(question() * 20)
        server.wait_for("input_audio_buffer.append")
        talker.tell(HangUpAsked())
        state = talker.until(lambda s: s.talk is Talk.OFFLINE and not s.sound.mic_open)
        assert not state.problems

"""The dialogues of the protocol's documentation, to the letter, with the real client."""

from __future__ import annotations

import json
from dataclasses import replace
from typing import Any

import pytest

from desktop_app.core.problems import Kind
from desktop_app.core.state import Phase, Talk
from desktop_app.core.wishes import (
    ConnectAsked,
    SettingsChanged,
    TalkPressed,
    TalkReleased,
    TextSubmitted,
)
from tests.e2e.talker import Talker, kinds, question, rows
from tests.e2e.test_traps import meet
from tests.servers import events, speech
from tests.servers.flows import flows
from tests.servers.persona import Persona
from tests.servers.scripted import ScriptedServer

MUTE_SERVER = Persona(name="says only what it is told", answers_start=False, answers_update=False)


def server_lines(server: ScriptedServer, letter: str) -> None:
    """Let the server say its part, whatever the client does."""
    for line in flows()[letter].lines:
        if line.by_server:
            server.say_frame(json.dumps(line.event))


def said_of(letter: str, kind: str) -> list[dict[str, Any]]:
    """What the client says in a flow."""
    lines = flows()[letter].lines
    return [line.event for line in lines if not line.by_server and line.event["type"] == kind]


def test_flow_a_connect_and_configure() -> None:
    with meet(MUTE_SERVER) as (talker, server):
        talker.tell(ConnectAsked())
        server.wait_until(lambda: bool(server.connections))
        server.play("A")
        state = talker.until(lambda s: s.link.phase is Phase.LIVE)
        assert (state.link.model, state.link.voice) == ("gpt-realtime-2.1", "cedar")
        (config,) = server.connection.events("session.update")
        assert config["session"].keys() >= {"type", "instructions", "output_modalities", "audio"}


def test_flow_b_a_turn_found_by_the_server() -> None:
    with meet(Persona(vad="script")) as (talker, server):
        talker.connect()
        talker.says(question())
        server.play("B")
        state = talker.until(lambda s: len(rows(s)) == 2 and s.responses.active is None)
        assert rows(state) == [
            ("user", "What's the time?", "done"),
            ("assistant", "It is half past three.", "done"),
        ]
        assert state.meter.responses == 1
        talker.hears(100)
        talker.until(lambda s: s.talk is Talk.LISTENING)


def test_flow_c_the_change_to_a_detector_of_meaning() -> None:
    with meet() as (talker, server):
        talker.connect()
        playing = server.begin_flow("C")
        changed = replace(talker.state.settings, turn_detection="semantic_vad")
        talker.tell(SettingsChanged(changed))
        playing.result(5)
        sent = server.connection.events("session.update")[-1]["session"]
        wanted = said_of("C", "session.update")[0]["session"]["audio"]["input"]["turn_detection"]
        assert sent["audio"]["input"]["turn_detection"].items() >= wanted.items()


def test_flow_d_push_to_talk() -> None:
    with meet() as (talker, server):
        talker.connect()
        playing = server.begin_flow("D")
        manual = replace(talker.state.settings, turn_detection="manual")
        talker.tell(SettingsChanged(manual), TalkPressed())
        talker.until(lambda s: s.pressed)
        talker.says(question())
        server.wait_for("input_audio_buffer.append", count=len(question()) // 480)
        talker.tell(TalkReleased())
        server.wait_for("input_audio_buffer.commit")
        # In the flow the client asks before it has the item; ours waits for it.
        assert not server.connection.events("response.create")
        server.say(events.committed("item_u2", "item_a1"))
        playing.result(5)
        state = talker.until(lambda s: s.responses.active == "resp_2" and bool(s.problems))
        assert kinds(state) == [Kind.HOLD_LONGER], "the flow ends with a refused commit"
        assert [row.item_id for row in state.rows] == ["item_u2"]
        assert len(server.connection.events("response.create")) == 1


def test_flow_e_a_typed_turn() -> None:
    with meet() as (talker, server):
        talker.connect()
        playing = server.begin_flow("E")
        talker.tell(TextSubmitted("Name three rivers."))
        playing.result(5)
        talker.until(lambda s: ("assistant", "Nile, Rhine, Indus.", "done") in rows(s))
        # The words are whole a moment before the answer is.
        state = talker.until(lambda s: s.talk is Talk.LISTENING)
        assert rows(state)[0] == ("user", "Name three rivers.", "done")


def test_flow_f_a_function_call() -> None:
    with meet() as (talker, server):
        talker.connect()
        server.play("F")
        talker.until(lambda s: s.responses.active == "resp_5")
        assert talker.tools.calls == [("get_weather", '{"city":"Bern"}')]
        (output,) = server.connection.events("conversation.item.create")
        assert output["item"]["call_id"] == "call_9"
        assert output["item"]["output"] == talker.tools.output
        assert len(server.connection.events("response.create")) == 1


def test_flow_h_an_interruption() -> None:
    with meet() as (talker, server):
        talker.connect()
        server.do(lambda wire: wire.be_quiet())
        place = events.place("resp_8", "item_a8", 0)
        words = "The capital of Peru is Lima, founded in 1535 by Francisco Pizarro."
        server.say(events.response_created({"id": "resp_8", "object": "realtime.response"}))
        server.say(events.transcript_delta(place, words))
        server.say(events.audio_delta(place, speech.to_pcm(speech.answer(3000))))
        talker.until_received(3000)
        talker.hears(1480)
        server.play("H")
        (cut,) = server.connection.events("conversation.item.truncate")
        assert (cut["item_id"], cut["content_index"]) == ("item_a8", 0)
        assert 1480 <= cut["audio_end_ms"] <= 1490
        state = talker.until(lambda s: s.responses.active is None and not s.user_speaking)
        assert not server.connection.events("response.cancel")
        (answer,) = [row for row in rows(state) if row[0] == "assistant"]
        assert answer[2] == "interrupted"
        assert words.startswith(answer[1])
        assert len(answer[1]) < len(words) * 0.6
        assert [row.item_id for row in state.rows][-2:] == ["item_a8", "item_u9"]


def test_flow_i_a_response_beside_the_conversation_is_neither_shown_nor_in_the_way() -> None:
    with meet() as (talker, server):
        talker.connect()
        server_lines(server, "I")
        talker.tell(TextSubmitted("Hello?"))
        state = talker.until(lambda s: len(rows(s)) == 2 and s.responses.active is None)
        assert [row[0] for row in rows(state)] == ["user", "assistant"]
        assert "Weather in Bern" not in str(rows(state))


def test_flow_j_a_silence_that_the_server_breaks() -> None:
    with meet() as (talker, server):
        talker.connect()
        server.play("J")
        state = talker.until(lambda s: bool(s.rows) and s.responses.active is None)
        assert [row.item_id for row in state.rows] == ["item_u10"]
        assert state.talk is Talk.LISTENING
        assert not state.problems


def test_flow_k_a_failed_answer_and_failed_words() -> None:
    with meet() as (talker, server):
        talker.connect()
        server.play("K")
        state = talker.until(lambda s: bool(s.problems) and bool(s.rows))
        assert kinds(state) == [Kind.NO_QUOTA]
        assert "exceeded your current quota" in state.problems[0].hint
        assert rows(state) == [("user", "", "failed")]


@pytest.mark.parametrize("letter", ["G", "L"])
def test_dialogues_of_other_clients_do_no_harm(letter: str) -> None:
    with meet() as (talker, server):
        talker.connect()
        server_lines(server, letter)
        _goes_on(talker)


def _goes_on(talker: Talker) -> None:
    talker.tell(TextSubmitted("Still there?"))
    state = talker.until(lambda s: ("assistant", "It is half past three.", "done") in rows(s))
    assert not state.problems

"""The whole program on a real socket, with real sound and a real screen."""

from __future__ import annotations

import json
from pathlib import Path

from tests.e2e import conversation
from tests.e2e.app_process import AppProcess
from tests.e2e.conversation import QUESTIONS, TOLD
from tests.e2e.window import Window
from tests.private_process import wait_until
from tests.servers import speech
from tests.servers.persona import Persona, spoken
from tests.servers.scripted import ScriptedServer
from tests.virtual_screen import VirtualScreen
from tests.virtual_sound import VirtualSound

LEAVING_S = 2.0


@conversation.without_starvation
def test_a_conversation_in_the_window(
    sound: VirtualSound, screen: VirtualScreen, tmp_path: Path
) -> None:
    env = sound.env() | screen.settings()
    with (
        ScriptedServer(conversation.persona()) as server,
        AppProcess(["--url", server.url], env, tmp_path / "home") as app,
    ):
        window = Window(screen, app)
        assert not server.attempts, "it must not connect before it is asked to"
        window.press("space")
        talk = conversation.hold(sound, server, tmp_path)
        conversation.check_sound(talk, server)
        assert window.colours() > 50, "the window is blank"
        _check_order(window.copied_conversation(), mark="interrupted")
        window.close()
        code, took_s = app.wait()
        assert code == 0
        assert took_s <= LEAVING_S
        assert not window.exists()
        _check_protocol(server)


@conversation.without_starvation
def test_a_conversation_without_a_window(sound: VirtualSound, tmp_path: Path) -> None:
    with (
        ScriptedServer(conversation.persona()) as server,
        AppProcess(["talk", "--url", server.url], sound.env(), tmp_path / "home") as app,
    ):
        talk = conversation.hold(sound, server, tmp_path)
        conversation.check_sound(talk, server)
        app.wait_for_line(TOLD[2][0])
        _check_order(app.stdout, mark="interrupted")
        app.interrupt()
        code, took_s = app.wait()
        assert code == 0
        assert took_s <= LEAVING_S
        _check_protocol(server)


def _check_order(text: str, mark: str) -> None:
    """Both sides must be there in the order in which they were said, the cut one marked."""
    sides = [QUESTIONS[0], TOLD[0][0], QUESTIONS[1], "The Nile", mark, QUESTIONS[2], TOLD[2][0]]
    places = [text.find(side) for side in sides]
    assert -1 not in places, f"missing in: {text!r}"
    assert places == sorted(places), text


def _check_protocol(server: ScriptedServer) -> None:
    server.wait_until(lambda: server.connection.close_code is not None, "the app hangs up")
    assert server.connection.close_code in (1000, 1001)
    assert server.violations == []
    assert server.connection.errors == []
    assert len(server.connections) == 1


@conversation.without_starvation
def test_without_a_microphone_the_answer_is_still_heard_and_the_lack_told(tmp_path: Path) -> None:
    with VirtualSound() as sound, ScriptedServer(conversation.persona()) as server:
        for name in ("mic_headset", "mic_desk"):
            sound.unplug(name)
        arguments = ["talk", "--url", server.url]
        with (
            AppProcess(arguments, sound.env(), tmp_path) as app,
            sound.record(conversation.SPEAKER, speech.RATE_HZ) as recorder,
        ):
            app.wait_for_line("microphone", on_stderr=True)
            server.wait_for("session.update")
            server.answer()
            talk = conversation.Conversation(sound, server, recorder, tmp_path)
            talk.wait_until_answered(0)
            app.interrupt()
            assert app.wait()[0] == 0


@conversation.without_starvation
def test_a_speaker_that_is_not_there_is_replaced_by_the_default(
    sound: VirtualSound, tmp_path: Path
) -> None:
    settings = {"speaker": "spk_sold_last_year"}
    arguments = ["talk", "--url"]
    with (
        ScriptedServer(conversation.persona()) as server,
        AppProcess([*arguments, server.url], sound.env(), tmp_path / "home", settings) as app,
        sound.record(conversation.SPEAKER, speech.RATE_HZ) as recorder,
    ):
        talk = conversation.Conversation(sound, server, recorder, tmp_path)
        talk.wait_until_heard()
        server.answer()
        talk.wait_until_answered(0)
        app.interrupt()
        assert app.wait()[0] == 0


def test_a_recorded_question_is_answered_in_one_line_of_json(
    sound: VirtualSound, tmp_path: Path
) -> None:
    question = speech.write_wav(tmp_path / "question.wav", speech.say(QUESTIONS[0]))
    out = tmp_path / "answer.wav"
    arguments = ["ask", str(question), "--json", "--out", str(out)]
    plain = Persona(answers=[spoken(TOLD[0][0], 1500)], user_words=QUESTIONS)
    with (
        ScriptedServer(plain) as server,
        AppProcess([*arguments, "--url", server.url], sound.env(), tmp_path / "home") as app,
    ):
        assert app.wait()[0] == 0
        told = json.loads(app.lines[-1])
        assert told["user"] == {"text": QUESTIONS[0]}
        assert told["assistant"] == {"text": TOLD[0][0], "audio_ms": 1500}
        timings = told["timings_ms"]
        assert set(timings) == {"connect", "first_text", "first_audio", "done"}
        assert 0 <= timings["first_audio"] <= timings["done"]
        assert {"server", "model"} < set(told)
        assert app.lines[:2] == [f"You: {QUESTIONS[0]}", f"127.0.0.1: {TOLD[0][0]}"]
        heard = speech.from_pcm(bytes(server.connection.audio))
        assert speech.correlation(speech.read_wav(question), heard) >= 0.99
        answer = speech.from_pcm(server.connection.spoken())
        assert speech.correlation(answer, speech.read_wav(out)) >= 0.99
        assert server.violations == []


def test_a_server_that_is_not_there_fails_the_talk_in_words(
    sound: VirtualSound, tmp_path: Path
) -> None:
    refusing = Persona(http_status=401, http_code="invalid_api_key")
    with (
        ScriptedServer(refusing) as server,
        AppProcess(["talk", "--url", server.url], sound.env(), tmp_path / "home") as app,
    ):
        wait_until(lambda: bool(server.attempts), "it tries")
        assert app.wait()[0] == 1
        assert "parley:" in app.stderr
        assert "key" in app.stderr

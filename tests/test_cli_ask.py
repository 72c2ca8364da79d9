"""``parley ask``: one turn with a real server, and every way it can go wrong."""

from __future__ import annotations

import socket
import struct
import subprocess
import wave
from pathlib import Path

import numpy as np
import pytest

from tests.parley_process import Outcome, Parley, question
from tests.servers import speech, traps
from tests.servers.persona import Answer, Call, Persona, spoken
from tests.servers.scripted import ScriptedServer

KEY = "sk-test-0123456789abcdefghijklmnop"


@pytest.fixture
def parley(tmp_path: Path) -> Parley:
    return Parley(tmp_path / "home")


def refused(done: Outcome, *words: str) -> bool:
    """Whether it failed, said why in words, and nothing else."""
    plain = done.err.startswith("parley: ") and "Traceback" not in done.err
    return done.code == 1 and plain and all(word in done.err for word in words)


def _name(persona: Persona) -> str:
    return persona.name


# -- what works -----------------------------------------------------------------------------------


def test_a_recorded_question_is_heard_whole_and_answered(parley: Parley, tmp_path: Path) -> None:
    asked = question(tmp_path / "question.wav")
    answer = Persona(answers=[spoken("It is half past three.")], user_words=["What time is it?"])
    with ScriptedServer(answer) as server:
        done = parley("ask", tmp_path / "question.wav", "--url", server.url)
    assert done.code == 0
    assert done.out == "You: What time is it?\n127.0.0.1: It is half past three.\n"
    assert bytes(server.connection.audio) == asked
    assert server.violations == []


def test_the_json_object_is_the_last_line(parley: Parley, tmp_path: Path) -> None:
    question(tmp_path / "question.wav")
    answer = Persona(answers=[spoken("It is half past three.", duration_ms=1600)])
    with ScriptedServer(answer) as server:
        done = parley("ask", tmp_path / "question.wav", "--json", "--url", server.url)
    told = done.told
    timings = told.pop("timings_ms")
    assert told == {
        "user": {"text": "What time is it?"},
        "assistant": {"text": "It is half past three.", "audio_ms": 1600},
        "server": "127.0.0.1",
        "model": "gpt-realtime-2.1",
    }
    assert list(timings) == ["connect", "first_text", "first_audio", "done"]
    assert timings["connect"] > 0
    assert 0 <= timings["first_text"] <= timings["done"]
    assert 0 <= timings["first_audio"] <= timings["done"]


def test_the_spoken_answer_is_written_to_a_file(parley: Parley, tmp_path: Path) -> None:
    asked, out = tmp_path / "question.wav", tmp_path / "answer.wav"
    question(asked)
    with ScriptedServer() as server:
        done = parley("ask", asked, "--out", out, "--url", server.url)
    with wave.open(str(out), "rb") as file:
        assert (file.getnchannels(), file.getsampwidth(), file.getframerate()) == (1, 2, 24_000)
        assert file.readframes(file.getnframes()) == server.connection.spoken()
    assert "1.6 s of speech" in done.err


def test_a_typed_question_is_sent_as_text(parley: Parley) -> None:
    with ScriptedServer() as server:
        done = parley("ask", "--text", "What time is it?", "--json", "--url", server.url)
    item = server.connection.events("conversation.item.create")[0]["item"]
    assert item["content"] == [{"type": "input_text", "text": "What time is it?"}]
    assert done.told["user"]["text"] == "What time is it?"
    assert server.connection.audio == b""
    assert server.violations == []


def test_a_tool_the_server_asks_for_is_run(parley: Parley) -> None:
    call = Answer((Call("days_between", '{"start": "2026-11-24", "end": "2026-12-24"}'),))
    with ScriptedServer(Persona(answers=[call, spoken("Thirty days.")])) as server:
        done = parley("ask", "--text", "How long until then?", "--url", server.url)
    outputs = [
        one["item"]["output"]
        for one in server.connection.events("conversation.item.create")
        if one["item"]["type"] == "function_call_output"
    ]
    assert done.code == 0
    assert "Thirty days." in done.out
    assert len(outputs) == 1
    assert "30" in outputs[0]


@pytest.mark.parametrize(
    ("rate_hz", "channels", "bits"),
    [(8_000, 1, 8), (16_000, 1, 16), (24_000, 2, 24), (44_100, 2, 16), (48_000, 1, 32)],
)
def test_any_usual_recording_is_understood(
    parley: Parley, tmp_path: Path, rate_hz: int, channels: int, bits: int
) -> None:
    sound = speech.say()
    frames = speech.resample(sound, 24_000, rate_hz)
    full = np.repeat(frames, channels).astype(np.float64) * (2 ** (bits - 1) - 1)
    whole = np.rint(full).astype("<i4")
    if bits == 8:
        data = (whole + 128).astype(np.uint8).tobytes()
    else:
        data = whole.view(np.uint8).reshape(-1, 4)[:, : bits // 8].tobytes()
    file = tmp_path / "question.wav"
    with wave.open(str(file), "wb") as written:
        written.setnchannels(channels)
        written.setsampwidth(bits // 8)
        written.setframerate(rate_hz)
        written.writeframes(data)
    with ScriptedServer() as server:
        done = parley("ask", file, "--url", server.url)
    heard = speech.from_pcm(bytes(server.connection.audio))
    assert done.code == 0
    assert len(heard) == pytest.approx(len(sound), abs=4)
    assert speech.correlation(sound[:-10], heard) >= (0.97 if rate_hz < 16_000 else 0.99)


def test_a_server_without_greeting_or_confirmation_is_asked_all_the_same(parley: Parley) -> None:
    silent = Persona(answers_start=False, answers_update=False)
    with ScriptedServer(silent) as server:
        done = parley("ask", "--text", "Hello?", "--url", server.url)
    assert done.code == 0
    assert len(server.connection.events("session.update")) == 1


@pytest.mark.parametrize("trap", ["BUSY", "REFUSES_NOISE_REDUCTION", "BETA", "GARBAGE"])
def test_a_strange_server_is_asked_all_the_same(parley: Parley, tmp_path: Path, trap: str) -> None:
    question(tmp_path / "question.wav")
    with ScriptedServer(traps.TRAPS[trap]) as server:
        done = parley("ask", tmp_path / "question.wav", "--json", "--url", server.url)
    assert done.code == 0, done.err
    assert done.told["assistant"]["audio_ms"] == 1600


# -- what does not --------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("address", "words"),
    [
        ("http//no-scheme", "must begin with wss://"),
        ("ftp://example.com", "must begin with wss://"),
        ("wss://", "lacks the name"),
        ("ws://example.com/v1/realtime", "Without encryption"),
        ("ws://localhost:99999", "check its name and port"),
    ],
)
def test_a_wrong_address_is_explained(parley: Parley, address: str, words: str) -> None:
    assert refused(parley("ask", "--text", "Hello?", "--url", address), "address", words)


def test_a_closed_port_is_explained_and_no_other_try_is_promised(parley: Parley) -> None:
    with socket.socket() as held:
        held.bind(("127.0.0.1", 0))
        port = held.getsockname()[1]
        done = parley("ask", "--text", "Hello?", "--url", f"ws://127.0.0.1:{port}")
    assert refused(done, "can't be reached", f"Nothing answers at 127.0.0.1, port {port}.")
    assert "trying" not in done.err


def test_a_missing_key_is_told_before_anything_is_sent(parley: Parley) -> None:
    done = parley("ask", "--text", "Hello?", "--url", "wss://api.openai.com/v1/realtime")
    assert refused(done, "No API key yet")


def test_a_wrong_key_is_told_and_never_shown(parley: Parley) -> None:
    with ScriptedServer(Persona(key="another-key-altogether")) as server:
        command = ("ask", "--text", "Hello?", "--verbose", "--url", server.url)
        done = parley.with_env(PARLEY_API_KEY=KEY, PARLEY_LOG="debug")(*command)
    assert done.code == 1
    assert "The server refused the API key" in done.err
    assert server.attempts[0].headers["authorization"] == f"Bearer {KEY}"
    assert KEY not in done.out + done.err + parley.written()


@pytest.mark.parametrize(
    ("trap", "words"),
    [
        ("QUOTA", "no credit left"),
        ("MODEL_UNKNOWN_HTTP", "does not know this model"),
        ("MODEL_UNKNOWN_FRAME", "does not know this model"),
        ("BETA_REFUSED", "refused the connection"),
        ("DOWN", "The server had a problem"),
    ],
)
def test_a_server_that_refuses_is_quoted(parley: Parley, trap: str, words: str) -> None:
    with ScriptedServer(traps.TRAPS[trap]) as server:
        assert refused(parley("ask", "--text", "Hello?", "--url", server.url), words)


@pytest.mark.parametrize(
    "persona", [traps.NEVER_SHAKES, Persona(name="never answers", think_ms=600_000)], ids=_name
)
def test_it_gives_up_when_told_to(parley: Parley, persona: Persona) -> None:
    with ScriptedServer(persona) as server:
        done = parley("ask", "--text", "Hello?", "--timeout", "1.5", "--url", server.url)
    assert refused(done, "no answer within 1.5 seconds")


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (None, "there is no file"),
        (b"", "is not a WAV recording"),
        (b"ID3 this is some music", "is not a WAV recording"),
        (b"RIFF\x04\x00\x00\x00WAVE", "ends too early"),
    ],
)
def test_a_file_that_is_no_recording_is_explained(
    parley: Parley, tmp_path: Path, content: bytes | None, words: str
) -> None:
    file = tmp_path / "question.wav"
    if content is not None:
        file.write_bytes(content)
    done = parley("ask", file, "--url", "ws://127.0.0.1:9")
    assert refused(done, words, "question.wav")


def test_a_recording_without_sound_is_explained(parley: Parley, tmp_path: Path) -> None:
    file = tmp_path / "question.wav"
    head = struct.pack("<4sI4s4sIHHIIHH", b"RIFF", 36, b"WAVE", b"fmt ", 16, 1, 1, 8000, 8000, 1, 8)
    file.write_bytes(head + struct.pack("<4sI", b"data", 0))
    assert refused(parley("ask", file, "--url", "ws://127.0.0.1:9"), "is empty")


def test_a_place_that_cannot_be_written_is_told_before_the_answer_is_paid_for(
    parley: Parley, tmp_path: Path
) -> None:
    with ScriptedServer() as server:
        ask = ("ask", "--text", "Hello?", "--url", server.url, "--out")
        for out in (tmp_path, tmp_path / "nowhere" / "answer.wav"):
            assert refused(parley(*ask, out), "can't be written")
    assert server.attempts == []


def test_nobody_needs_to_read_the_answer(parley: Parley) -> None:
    with ScriptedServer() as server:
        process = subprocess.Popen(
            parley.command("ask", "--text", "Hello?", "--url", server.url),
            env=parley.environment(),
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
        )
        assert process.stdout is not None
        process.stdout.close()
        assert process.stderr is not None
        told = process.stderr.read().decode()
        process.stderr.close()
        assert process.wait(60) == 1
    assert told == ""

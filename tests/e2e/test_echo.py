"""The app in a room whose microphone hears its loudspeaker, and with headphones."""

from __future__ import annotations

import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from desktop_app.core.sound import EchoState
from tests.e2e import conversation
from tests.e2e.app_process import AppProcess
from tests.e2e.conversation import GarbledError
from tests.private_process import wait_until
from tests.rooms import asked, loudness_dbfs, told
from tests.servers import speech
from tests.servers.persona import Answer, Persona, Spoken
from tests.servers.scripted import ScriptedServer
from tests.servers.speech import RATE_HZ, Sound
from tests.sound_recorder import Recorder
from tests.virtual_sound import VirtualSound

pytestmark = pytest.mark.sound

SPEAKER, OTHER, MICROPHONE = "spk_exact", "spk_other", "mic_exact"
DELAY_MS = 60
ANSWER = told(9)
PATIENT = {"interrupt_response": False, "create_response": False, "half_duplex": "off"}
"""Whatever is heard, the answer goes on."""


class Talk:
    """The app, talking to a server in a place of its own."""

    def __init__(self, sound: VirtualSound, server: ScriptedServer, app: AppProcess) -> None:
        self.sound, self.server, self.app = sound, server, app

    @property
    def heard(self) -> Sound:
        """What the server has heard so far."""
        return speech.from_pcm(bytes(self.server.connection.audio))

    def wait_for(self, samples: int) -> None:
        """Return when the server has heard so much."""
        wait_until(lambda: len(self.heard) >= samples, "the server hears it", timeout_s=40)

    def answer(self) -> tuple[int, int]:
        """Let the server answer; return where in what it hears that begins and ends."""
        begun = len(self.heard)
        self.server.answer()
        end = begun + len(ANSWER) + 2 * RATE_HZ
        self.wait_for(end)
        return begun, end

    def say(self, wav: Path) -> None:
        """Speak into the microphone; a generous latency, for a busy machine would stutter."""
        command = ["paplay", f"--device=feed_{MICROPHONE}", "--latency-msec=250", str(wav)]
        subprocess.run(command, env=self.sound.env(), check=True, timeout=30)

    def plays_on(self, speaker: str) -> bool:
        """Whether that is where the app's sound goes."""
        pid = self.app.process.pid
        return (speaker, pid) in {(stream.device, stream.pid) for stream in self.sound.where()}

    def turns(self) -> int:
        """How often the server thought that somebody speaks."""
        return len(self.server.connection.said("input_audio_buffer.speech_started"))


@contextmanager
def talk(folder: Path, echo_db: float | None, **settings: object) -> Iterator[Talk]:
    """Start the app where the microphone hears the speaker so loud (None: not at all)."""
    words = Spoken("The Nile is a long river.", speech.to_pcm(ANSWER))
    with VirtualSound() as sound:
        sound.plug("spk", SPEAKER, "Exact speaker", exact=True)
        sound.plug("mic", MICROPHONE, "Exact microphone", exact=True)
        sound.set_default(SPEAKER)
        sound.set_default(MICROPHONE)
        if echo_db is not None:
            sound.echo(SPEAKER, MICROPHONE, DELAY_MS, echo_db)
        with (
            ScriptedServer(Persona(answers=[Answer((words,))] * 3)) as server,
            AppProcess(["talk", "--url", server.url], sound.env(), folder, settings) as app,
        ):
            server.wait_for("session.update")
            server.wait_for("input_audio_buffer.append", count=100)
            yield Talk(sound, server, app)
            app.interrupt()
            assert app.wait()[0] == 0


def check_played(recorder: Recorder) -> None:
    """The answer must have been played whole, or the test says nothing."""
    played = speech.from_pcm(recorder.pcm().tobytes())
    alike = speech.correlation(ANSWER, played)
    if alike < 0.95:
        raise GarbledError(f"the answer was played like this: {alike:.3f}")


@conversation.without_starvation
def test_on_open_loudspeakers_the_server_hears_nothing_of_its_own_answer(
    tmp_path: Path,
) -> None:
    left: dict[str, float] = {}
    turns: dict[str, int] = {}
    for setting in ("auto", "off"):
        chosen = PATIENT | {"echo_cancellation": setting}
        with (
            talk(tmp_path / setting, 0, **chosen) as here,
            here.sound.record(SPEAKER, RATE_HZ) as recorder,
        ):
            begun, end = here.answer()
            check_played(recorder)
            left[setting] = loudness_dbfs(here.heard[begun + RATE_HZ // 2 : end])
            turns[setting] = here.turns()
    assert turns["off"] > 0, "without the canceller it must hear itself, or this proves nothing"
    assert turns["auto"] == 0
    assert left["auto"] < left["off"] - 25


@conversation.without_starvation
def test_the_user_cuts_in_on_open_loudspeakers_and_is_heard_whole(tmp_path: Path) -> None:
    said = asked(3)
    wav = speech.write_wav(tmp_path / "said.wav", said)
    with talk(tmp_path / "home", -6) as here:
        begun = len(here.heard)
        here.server.answer()
        here.wait_for(begun + 4 * RATE_HZ)
        assert here.turns() == 0
        here.say(wav)
        cut = here.server.wait_for("conversation.item.truncate").event
        here.wait_for(len(here.heard) + RATE_HZ)
        alike = speech.correlation(said, here.heard[begun:])
    assert 3_500 < cut["audio_end_ms"] < 6_000
    assert alike > 0.85


@conversation.without_starvation
def test_when_the_speaker_is_unplugged_the_echo_of_the_next_one_is_taken_out_too(
    tmp_path: Path,
) -> None:
    with talk(tmp_path / "home", 0, **PATIENT) as here:
        here.answer()
        here.sound.plug("spk", OTHER, "Other speaker", exact=True)
        # First: a way without a speaker would be led from the microphone to itself.
        here.sound.unplug(f"echo_{MICROPHONE}")
        here.sound.echo(OTHER, MICROPHONE, 2 * DELAY_MS)
        here.sound.set_default(OTHER)
        here.sound.unplug(SPEAKER)
        wait_until(lambda: here.plays_on(OTHER), "it plays on the other speaker", timeout_s=20)
        with here.sound.record(OTHER, RATE_HZ) as recorder:
            begun, end = here.answer()
            check_played(recorder)
        left = loudness_dbfs(here.heard[begun + RATE_HZ // 2 : end])
        turns = here.turns()
    assert turns == 0
    assert left < -45


@conversation.without_starvation
def test_with_headphones_the_server_gets_the_very_bytes_of_the_microphone(tmp_path: Path) -> None:
    said = asked(3)
    wav = speech.write_wav(tmp_path / "said.wav", said)
    with talk(tmp_path / "home", None, **PATIENT) as here:
        begun = len(here.heard)
        here.server.answer()
        here.wait_for(begun + 4 * RATE_HZ)
        here.say(wav)
        here.wait_for(len(here.heard) + RATE_HZ)
        heard = bytes(here.server.connection.audio)
        log = "".join(file.read_text() for file in (tmp_path / "home").rglob("*.log"))
    assert f"Echo of the speaker: {EchoState.NONE}" in log
    if speech.to_pcm(said) not in heard:
        alike = speech.correlation(said, speech.from_pcm(heard))
        assert alike < 0.999, "it was changed"
        raise GarbledError(f"the words were heard like this: {alike:.4f}")

"""One conversation, spoken into the virtual microphone and recorded from the virtual speaker."""

from __future__ import annotations

import functools
import os
import subprocess
from collections.abc import Callable
from pathlib import Path
from typing import ParamSpec

import numpy as np
import numpy.typing as npt

from tests.private_process import wait_until
from tests.servers import speech
from tests.servers.persona import Answer, Persona, spoken
from tests.servers.scripted import ScriptedServer
from tests.servers.speech import RATE_HZ, Sound
from tests.sound_recorder import Recorder
from tests.virtual_sound import VirtualSound

QUESTIONS = ("What time is it in Berlin?", "Tell me about the river Nile.", "And the Rhine?")
"""What the user says."""
TOLD = (
    ("It is half past three in Berlin.", 2000),
    ("The Nile is a long river in Africa. It flows north through eleven countries.", 7000),
    ("The Rhine is shorter.", 1200),
)
"""What the server answers, and how long each answer sounds, in milliseconds."""
SPEAKER = "spk_desk"
MICROPHONE = "mic_desk"
P = ParamSpec("P")
ATTEMPTS = 4
QUIET_MS = 250
SPEAKING_S = 30.0
LOUD = 200
PROBE = RATE_HZ // 5
"""So much of an answer is looked for, in samples."""


def persona(told: tuple[tuple[str, int], ...] = TOLD) -> Persona:
    """A server that knows the answers above."""
    answers: list[Answer] = [spoken(t, ms, seed=20 + n) for n, (t, ms) in enumerate(told)]
    return Persona(answers=answers, user_words=QUESTIONS)


class GarbledError(AssertionError):
    """Sound came through torn."""


def without_starvation(test: Callable[P, None]) -> Callable[P, None]:
    """Try a test again if sound was torn while the machine had more to do than it can.

    The virtual devices are programs and not hardware: starved, they tear what passes through them.
    """

    @functools.wraps(test)
    def tried(*arguments: P.args, **named: P.kwargs) -> None:
        for _ in range(ATTEMPTS - 1):
            try:
                test(*arguments, **named)
            except GarbledError:
                if os.getloadavg()[0] <= (os.cpu_count() or 1):
                    raise
            else:
                return
        test(*arguments, **named)

    return tried


class Conversation:
    """What goes on between a user, the app and the server, as an onlooker hears it.

    Attributes:
        asked: The sound of each question.
    """

    def __init__(
        self, sound: VirtualSound, server: ScriptedServer, recorder: Recorder, folder: Path
    ) -> None:
        self.asked = [speech.say(text) for text in QUESTIONS]
        self._sound, self._server, self._recorder = sound, server, recorder
        self._folder = folder
        self._from = 0
        self._begins: dict[int, int] = {}

    def wait_until_heard(self) -> None:
        """Return when the server gets the microphone's sound."""
        self._server.wait_for("session.update")
        self._server.wait_for("input_audio_buffer.append", count=10)

    def ask(self, number: int) -> None:
        """Speak a question; return when it has been spoken."""
        wav = self._folder / f"question{number}.wav"
        speech.write_wav(wav, self.asked[number])
        # A generous latency: on a busy machine `VirtualSound.say` would stutter, not the app.
        command = ["paplay", f"--device=feed_{MICROPHONE}", "--latency-msec=250", str(wav)]
        subprocess.run(command, env=self._sound.env(), check=True, timeout=SPEAKING_S)

    def wait_until_answered(self, number: int) -> None:
        """Return when an answer has been played to its end."""
        self._server.wait_said("response.done", count=number + 1)
        quiet = RATE_HZ * QUIET_MS // 1000
        end = self._wait_for_begin(number) + len(self.answer(number))
        self._recorder.wait_for(end + quiet)
        # A gap makes it longer than it should be: that must not look like the next answer.
        self._wait(lambda: not np.any(np.abs(self._tail(quiet)) > LOUD), "the speaker is silent")
        self._from = len(self._recorder.pcm()) - quiet

    def wait_until_playing(self, number: int, heard_ms: int) -> None:
        """Return when so much of an answer has been played."""
        self._recorder.wait_for(self._wait_for_begin(number) + heard_ms * RATE_HZ // 1000)

    def wait_until_cut(self, number: int) -> float:
        """Wait until an answer falls silent; return how much of it was played, in milliseconds."""
        self._wait(lambda: self._silence_in(number) is not None, f"answer {number} falls silent")
        silence = self._silence_in(number)
        assert silence is not None
        self._from = silence
        recording = self.recording[:silence]
        if gaps := speech.find_gaps(recording[self._begins[number] :]):
            raise GarbledError(f"answer {number} was played with gaps: {gaps}")
        return speech.played_ms(recording, self.answer(number))

    @property
    def recording(self) -> Sound:
        """What the loudspeaker has played so far."""
        return speech.from_pcm(self._recorder.pcm().tobytes())

    def answer(self, number: int) -> Sound:
        """What the server sent as its ``number``-th answer."""
        connection = self._server.connection
        items = [e["item"]["id"] for e in connection.said("response.output_item.added")]
        return speech.from_pcm(connection.spoken(items[number]))

    def played(self, number: int) -> Sound:
        """The stretch of the recording in which an answer was played, in its own length."""
        begin = self._begins[number]
        return self.recording[begin : begin + len(self.answer(number))]

    def _wait_for_begin(self, number: int) -> int:
        """Wait until an answer begins; return at which sample of the recording."""
        if number not in self._begins:
            self._server.wait_said("response.output_item.added", count=number + 1)
            self._wait(lambda: self._onset() is not None, f"answer {number} is played")
            onset = self._onset()
            assert onset is not None
            self._recorder.wait_for(onset + 2 * PROBE)
            start = max(0, onset - PROBE)
            stretch = self.recording[start : onset + 2 * PROBE]
            match = speech.find(self.answer(number)[:PROBE], stretch)
            if match.coefficient < 0.9:
                raise GarbledError(f"the begin of answer {number} is not what is played")
            self._begins[number] = start + match.at
        return self._begins[number]

    def _tail(self, samples: int) -> npt.NDArray[np.int16]:
        return self._recorder.pcm()[-samples:]

    def _onset(self) -> int | None:
        """Where sound begins, behind the answer before."""
        loud = np.flatnonzero(np.abs(self._recorder.pcm()[self._from :]) > LOUD)
        return self._from + int(loud[0]) if len(loud) else None

    def _silence_in(self, number: int) -> int | None:
        """Where the first silence of an answer has lasted for a while: answers have no pauses."""
        begin, quiet = self._begins[number], RATE_HZ * QUIET_MS // 1000
        heard = self._recorder.pcm()[begin:]
        loud = np.flatnonzero(np.abs(heard) > LOUD)
        ends = np.append(loud, len(heard))
        pauses = np.flatnonzero(np.diff(ends) > quiet)
        return begin + int(loud[pauses[0]]) + quiet if len(pauses) else None

    def truncated_ms(self) -> float:
        """How much of the answer was heard, as the app told the server."""
        return float(self._server.wait_for("conversation.item.truncate").event["audio_end_ms"])

    def _wait(self, condition: Callable[[], bool], what: str) -> None:
        wait_until(condition, what, timeout_s=15)


def hold(sound: VirtualSound, server: ScriptedServer, folder: Path) -> Conversation:
    """Ask, be answered, ask again, cut in, go on; return what could be heard of it.

    The app must have been told to connect.  At the end, the third answer has been played.
    """
    with sound.record(SPEAKER, RATE_HZ) as recorder:
        talk = Conversation(sound, server, recorder, folder)
        talk.wait_until_heard()
        talk.ask(0)
        talk.wait_until_answered(0)
        talk.ask(1)
        talk.wait_until_playing(1, heard_ms=1500)
        talk.ask(2)
        check_cut(talk)
        talk.wait_until_answered(2)
        return talk


def check_cut(talk: Conversation) -> None:
    """The app must have told the truth about what was heard of the answer that was cut."""
    heard_ms = talk.wait_until_cut(1)
    told_ms = talk.truncated_ms()
    assert abs(told_ms - heard_ms) <= 20, f"told {told_ms} ms, the speaker played {heard_ms:.1f}"
    assert heard_ms < TOLD[1][1], "the answer was not cut short"


def check_sound(talk: Conversation, server: ScriptedServer) -> None:
    """Both ways the sound must have come through whole."""
    heard = speech.from_pcm(bytes(server.connection.audio))
    for number, question in enumerate(talk.asked):
        alike = speech.correlation(question, heard)
        if alike < 0.95:
            raise GarbledError(f"question {number} reached the server like this: {alike:.3f}")
    for number in (0, 2):
        check_answer(talk, number)


def check_answer(talk: Conversation, number: int) -> None:
    """An answer must have been played whole and without a gap."""
    played = talk.played(number)
    alike = speech.correlation(talk.answer(number), played)
    gaps = speech.find_gaps(played)
    if alike < 0.95 or gaps:
        raise GarbledError(f"answer {number} was played like this: {alike:.3f}, gaps {gaps}")

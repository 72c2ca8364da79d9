"""A talk during which devices are pulled out: what the server hears, what the listener hears."""

from __future__ import annotations

import functools
import os
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import ParamSpec

import numpy as np

from tests.e2e.app_process import AppProcess
from tests.private_process import wait_until
from tests.servers import speech
from tests.servers.persona import Persona, spoken
from tests.servers.scripted import ScriptedServer
from tests.servers.speech import RATE_HZ, Sound
from tests.sound_recorder import Recorder
from tests.virtual_sound import Kind, VirtualSound

P = ParamSpec("P")
HEADSET = {"microphone": "mic_headset", "speaker": "spk_headset"}
"""Settings of somebody who chose the headset."""
RIGHT_S = 1.0
"""So soon the right device must be in use."""
END_S = 3.0
PROBE_MS = 500
ALIKE = 0.85
"""How like itself a piece of sound is, at least, once it was resampled on its way."""
LOUD = 200
ATTEMPTS = 3


class TooSlowError(AssertionError):
    """The right thing, but late or torn, as it happens on a machine that is busy."""


def without_starvation(test: Callable[P, None]) -> Callable[P, None]:
    """Try a test again if it was only late, and the machine had more to do than it can."""

    @functools.wraps(test)
    def tried(*arguments: P.args, **named: P.kwargs) -> None:
        for _ in range(ATTEMPTS - 1):
            try:
                test(*arguments, **named)
            except TooSlowError:
                if os.getloadavg()[0] <= (os.cpu_count() or 1):
                    raise
            else:
                return
        test(*arguments, **named)

    return tried


def starvation() -> float:
    """How many times longer than it should things may take on this machine now; 1: not at all."""
    return max(1.0, os.getloadavg()[0] / (os.cpu_count() or 1))


class Scene:
    """The app in a talk, its devices, and the server at the other end.

    Attributes:
        played: By speaker, what is played on it while it is recorded.
    """

    def __init__(
        self, sound: VirtualSound, server: ScriptedServer, app: AppProcess, folder: Path
    ) -> None:
        self.sound, self.server, self.app = sound, server, app
        self._folder = folder
        self.played: dict[str, Recorder] = {}

    # --- where the app is ---------------------------------------------------------------------

    def device(self, kind: Kind) -> str:
        """The device that carries the app's stream; empty: it has none."""
        pid = self.app.process.pid
        streams = [s for s in self.sound.where() if s.kind == kind and s.pid == pid]
        return streams[-1].device if streams else ""

    def until_on(self, microphone: str, speaker: str) -> float:
        """Wait until the app uses these devices; return the seconds that took."""
        began = time.monotonic()
        wait_until(
            lambda: (self.device("mic"), self.device("spk")) == (microphone, speaker),
            f"the app uses {microphone} and {speaker}",
            process=self.app.process,
            timeout_s=15,
        )
        return time.monotonic() - began

    def soon_on(self, microphone: str, speaker: str) -> None:
        """The app must use these devices within a second."""
        if (took_s := self.until_on(microphone, speaker)) > RIGHT_S * starvation():
            raise TooSlowError(f"on the right device only after {took_s:.2f} s")

    # --- the user -----------------------------------------------------------------------------

    def until_heard(self) -> None:
        """Wait until the server gets the microphone's sound, from now on."""
        self.server.wait_for("session.update")
        have = len(self.server.connection.audio)
        self.server.wait_until(
            lambda: len(self.server.connection.audio) > have + RATE_HZ // 5, "the app is heard"
        )

    def say(self, said: Sound, *microphones: str) -> None:
        """Begin to speak into microphones, all at once."""
        wav = speech.write_wav(self._folder / "said.wav", said)
        for microphone in microphones:
            self.sound.say_async(microphone, wav)

    def heard(self) -> Sound:
        """All that the server has heard."""
        return speech.from_pcm(bytes(self.server.connection.audio))

    def until_said(self, said: Sound) -> None:
        """Wait until the end of what is said has been heard, or should have been."""
        end = said[-RATE_HZ * PROBE_MS // 1000 :]
        until = time.monotonic() + len(said) / RATE_HZ + 4
        ends = (end, half_a_sample_later(end))
        while max(speech.correlation(e, self.heard()[-4 * RATE_HZ :]) for e in ends) < 0.9:
            if time.monotonic() > until:
                raise TooSlowError("the end of what was said was not heard")
            self.until_heard()

    def check_said(self, said: Sound, missing_ms: int) -> None:
        """What was said must have been heard in order, and without a hole.

        Args:
            said: It.
            missing_ms: How much the change of devices itself may cost.
        """
        probe = RATE_HZ * PROBE_MS // 1000
        heard = self.heard()
        first, last = speech.find(said[:probe], heard), speech.find(said[-probe:], heard)
        alike = min(first.coefficient, last.coefficient)
        lost_ms = (len(said) - probe - (last.at - first.at)) * 1000 / RATE_HZ
        if alike < ALIKE or abs(lost_ms) > missing_ms:
            raise TooSlowError(f"heard like this: {alike:.3f}, {lost_ms:.0f} ms are missing")

    # --- the assistant ------------------------------------------------------------------------

    @contextmanager
    def recording(self, *speakers: str) -> Iterator[None]:
        """Record what is played on these speakers meanwhile."""
        with ExitStack() as stack:
            for name in speakers:
                self.played[name] = stack.enter_context(self.sound.record(name, RATE_HZ))
            yield

    def until_playing(self, speaker: str, ms: float) -> None:
        """Wait until so much of an answer was played."""
        wait_until(lambda: loud_ms(self.played[speaker]) >= ms, f"{speaker} plays", timeout_s=15)

    def until_silent(self, speaker: str) -> None:
        """Wait until a speaker has nothing more to play."""
        quiet = RATE_HZ // 2

        def silent() -> bool:
            tail = self.played[speaker].pcm()[-quiet:]
            return len(tail) == quiet and not np.any(np.abs(tail) > LOUD)

        wait_until(silent, f"{speaker} falls silent", timeout_s=30)

    def check_answer(self, *speakers: str, lost_ms: float) -> None:
        """An answer must have been played on these speakers, one after the other, once."""
        answer = speech.from_pcm(self.server.connection.spoken())
        heard_ms = sum(loud_ms(self.played[name]) for name in speakers)
        first = sounding(self.played[speakers[0]])
        last = sounding(self.played[speakers[-1]])
        probe = RATE_HZ * PROBE_MS // 1000
        begin = speech.find(answer[:probe], first).coefficient
        end = speech.find(answer[-probe:], last).coefficient
        wrong_ms = heard_ms - len(answer) * 1000 / RATE_HZ
        if min(begin, end) < ALIKE or abs(wrong_ms) > lost_ms:
            raise TooSlowError(
                f"begin {begin:.3f}, end {end:.3f}, {wrong_ms:+.0f} ms of the answer"
            )


def half_a_sample_later(sound: Sound) -> Sound:
    """Where a stream was moved the server resamples it anew, which may come between samples."""
    spectrum = np.fft.rfft(sound)
    turned = spectrum * np.exp(-0.5j * np.pi * np.arange(len(spectrum)) / (len(spectrum) - 1))
    return np.fft.irfft(turned, len(sound)).astype(np.float32)


def loud_ms(recorder: Recorder) -> float:
    """How much of a recording is sound: answers have no pauses."""
    return float(len(sounding(recorder))) * 1000 / RATE_HZ


def sounding(recorder: Recorder) -> Sound:
    """A recording without the silence before, between and behind."""
    heard = recorder.pcm()
    near = np.convolve(np.abs(heard) > LOUD, np.ones(48), mode="same") > 0
    return speech.from_pcm(heard[near].tobytes())


def persona(answer_ms: int) -> Persona:
    """A server that says one long thing when it is told to."""
    return Persona(answers=[spoken("A long answer.", answer_ms, seed=5)], vad="script")


@contextmanager
def scene(
    folder: Path,
    settings: dict[str, str] | None = None,
    answer_ms: int = 6000,
    served: Persona | None = None,
) -> Iterator[Scene]:
    """Begin a talk in a sound system of its own, and end it."""
    with (
        VirtualSound() as sound,
        ScriptedServer(served or persona(answer_ms)) as server,
        AppProcess(
            ["talk", "--url", server.url], sound.env(), folder / "home", settings or {}
        ) as app,
    ):
        made = Scene(sound, server, app, folder)
        made.until_heard()
        yield made
        app.interrupt()
        code, took_s = app.wait()
        assert code == 0
        assert took_s < END_S * starvation(), "it hangs at its end"
        assert server.violations == []
        assert len(server.connections) == 1, "the conversation goes on"

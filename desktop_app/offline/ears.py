"""Ears: one Whisper model that all sessions share, asked through a queue.

Whoever has finished speaking is served before anyone whose silence may be a pause, and they
before those who want to see words while they still speak. A newer partial of a session replaces
the one that still waits.
"""

from __future__ import annotations

import heapq
import itertools
import os
import threading
from collections.abc import Callable, Hashable
from concurrent.futures import Future
from dataclasses import dataclass, field
from enum import IntEnum
from pathlib import Path
from typing import Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.offline import weights
from desktop_app.offline.memory import give_back
from desktop_app.offline.phantoms import without_phantoms
from desktop_app.offline.weights import Found, WeightsMissing
from desktop_app.offline.whisper import RATE_HZ, Decoding, Heard, Whisper

Pcm = npt.NDArray[np.int16]
NOTHING = Heard(text="", language="", no_speech=1.0, avg_logprob=0.0)
_SHORTEST_S = 0.1


class Urgency(IntEnum):
    """What a transcription is for, the most pressing first."""

    FINAL = 0
    GUESS = 1
    """Silence may be the end of the turn: have the words ready in case it is."""
    PARTIAL = 2
    """Words to show while the user still speaks; a quick look (beam 1)."""


class Recogniser(Protocol):
    """What does the listening: `Whisper`, or something simpler in a test."""

    def transcribe(
        self,
        sound: npt.NDArray[np.float32],
        language: str | None,
        prompt: str | None,
        decoding: Decoding,
    ) -> Heard:
        """Write down what was said in ``sound`` (mono, 16 kHz, -1 to 1)."""


@dataclass(order=True, slots=True)
class _Job:
    urgency: int
    number: int
    owner: Hashable = field(compare=False)
    work: Callable[[], Heard] = field(compare=False)
    future: Future[Heard] = field(compare=False)


class Ears:
    """Speech to text, safe from any thread. Loads on first use; `unload` gives the memory back."""

    def __init__(
        self,
        folder: Path,
        *,
        threads: int | None = None,
        decoding: Decoding | None = None,
        make: Callable[[Path, int], Recogniser] = Whisper,
    ) -> None:
        """Remember what to load; nothing is loaded yet.

        Args:
            folder: A model as `weights.find` returns it.
            threads: Cores to use; by default half of them, four at most: on two cores a second
                one makes it no quicker, and the sound needs one.
            decoding: How hard to think.
            make: What to load it with.
        """
        self._make = make
        self._folder = folder
        self._threads = threads or min(4, max(1, cores() // 2))
        self._decoding = decoding or Decoding()
        self._model: Recogniser | None = None
        self._model_lock = threading.Lock()
        self._jobs: list[_Job] = []
        self._changed = threading.Condition()
        self._numbers = itertools.count()
        self._worker: threading.Thread | None = None
        self._closed = False

    @property
    def loaded(self) -> bool:
        """Whether the model is in memory."""
        return self._model is not None

    def load(self) -> None:
        """Load the model and run it once, so that the first utterance is as quick as the rest."""
        with self._model_lock:
            self._ready()

    def unload(self) -> None:
        """Give the model's memory back; the next request loads it again."""
        with self._model_lock:
            self._model = None
            give_back()

    def close(self) -> None:
        """Cancel what waits, end the worker and unload."""
        with self._changed:
            self._closed = True
            for job in self._jobs:
                job.future.cancel()
            self._jobs.clear()
            self._changed.notify_all()
        if self._worker is not None:
            self._worker.join()
        self.unload()

    def hear(
        self,
        pcm: Pcm,
        *,
        rate_hz: int = 24_000,
        language: str | None = None,
        prompt: str | None = None,
        owner: Hashable = None,
        urgency: Urgency = Urgency.FINAL,
    ) -> Future[Heard]:
        """Queue an utterance.

        Args:
            pcm: Mono samples. Not copied: leave them alone until the answer is there.
            rate_hz: Their rate.
            language: A code such as "en", or None to find out (an English-only model does not ask).
            prompt: Names and words to expect.
            owner: The session that asks.
            urgency: What it is for.

        Returns:
            The answer to come. `cancel` works until its turn has come; after that it is
            a matter of a fraction of a second.
        """

        def work() -> Heard:
            return self._transcribe(pcm, rate_hz, language, prompt, urgency)

        future: Future[Heard] = Future()
        with self._changed:
            if self._closed:
                raise RuntimeError("These ears are closed.")
            if urgency is Urgency.PARTIAL:
                self._drop_partials(owner)
            heapq.heappush(self._jobs, _Job(urgency, next(self._numbers), owner, work, future))
            if self._worker is None:
                self._worker = threading.Thread(target=self._run, name="ears", daemon=True)
                self._worker.start()
            self._changed.notify()
        return future

    def transcribe(
        self,
        pcm: Pcm,
        *,
        rate_hz: int = 24_000,
        language: str | None = None,
        prompt: str | None = None,
    ) -> Heard:
        """Wait for what `hear` would answer."""
        return self.hear(pcm, rate_hz=rate_hz, language=language, prompt=prompt).result()

    def _drop_partials(self, owner: Hashable) -> None:
        for job in self._jobs:
            if job.urgency == Urgency.PARTIAL and job.owner == owner:
                job.future.cancel()

    def _run(self) -> None:
        while (job := self._next_job()) is not None:
            if not job.future.set_running_or_notify_cancel():
                continue
            try:
                heard = job.work()
            except Exception as failure:  # Whoever asked must learn of it.
                job.future.set_exception(failure)
            else:
                job.future.set_result(heard)

    def _next_job(self) -> _Job | None:
        with self._changed:
            self._changed.wait_for(lambda: self._jobs or self._closed)
            return None if self._closed else heapq.heappop(self._jobs)

    def _transcribe(
        self, pcm: Pcm, rate_hz: int, language: str | None, prompt: str | None, urgency: Urgency
    ) -> Heard:
        if len(pcm) < _SHORTEST_S * rate_hz:
            return NOTHING
        sound = _at_model_rate(pcm, rate_hz)
        how = self._decoding
        if urgency is Urgency.PARTIAL:
            how = Decoding(beam=1, min_window_s=how.min_window_s, timestamps=how.timestamps)
        with self._model_lock:
            return without_phantoms(self._ready().transcribe(sound, language, prompt, how))

    def _ready(self) -> Recogniser:
        if self._model is None:
            self._model = self._make(self._folder, self._threads)
            hum = np.zeros(RATE_HZ, np.float32)
            self._model.transcribe(hum, "en", None, self._decoding)
        return self._model


class Speculation:
    """Has the words of a turn ready before its silence is long enough to end it.

    At 200 ms of silence call `guess`; if the user goes on, `drop`; when the turn ends, `settle`.
    If the guess was not dropped, its answer is the answer, and usually it is there already.
    """

    def __init__(self, ears: Ears, owner: Hashable) -> None:
        self._ears = ears
        self._owner = owner
        self._guess: Future[Heard] | None = None

    def guess(
        self, pcm: Pcm, *, language: str | None = None, prompt: str | None = None
    ) -> Future[Heard]:
        """Start on the turn so far, unless that is under way; returns the guess to come."""
        if self._guess is None:
            self._guess = self._ears.hear(
                pcm, language=language, prompt=prompt, owner=self._owner, urgency=Urgency.GUESS
            )
        return self._guess

    def drop(self) -> None:
        """Forget the guess: the user went on, or the turn was thrown away."""
        if self._guess is not None:
            self._guess.cancel()
            self._guess = None

    def settle(
        self, pcm: Pcm, *, language: str | None = None, prompt: str | None = None
    ) -> Future[Heard]:
        """Say that the turn is over, and get its words."""
        guess, self._guess = self._guess, None
        if guess is not None and (guess.running() or guess.done()):
            return guess
        if guess is not None:
            guess.cancel()  # Still waiting behind others: a final request waits less.
        return self._ears.hear(pcm, language=language, prompt=prompt, owner=self._owner)


def cores() -> int:
    """Count the cores this process may use."""
    if hasattr(os, "sched_getaffinity"):
        return len(os.sched_getaffinity(0))
    return os.cpu_count() or 1


def model_for_machine(cores_here: int | None = None) -> str:
    """Name the model that answers quickly enough on this machine.

    On one core base takes 0.25 s for an utterance; the wait for the end of a turn hides it.
    """
    return "whisper-base" if (cores_here or cores()) > 1 else "whisper-tiny.en"


def find_model(cache: Path | None = None) -> Found:
    """Find this machine's model, or else one that is here; `WeightsMissing` if there is none."""
    first = weights.model(model_for_machine())
    for model in (first, *weights.models("whisper")):
        try:
            return weights.find(model, cache=cache)
        except WeightsMissing:
            continue
    raise WeightsMissing(first)


def _at_model_rate(pcm: Pcm, rate_hz: int) -> npt.NDArray[np.float32]:
    import soxr  # type: ignore[import-untyped]  # Lazy: the engine starts before anyone speaks.

    sound = pcm.astype(np.float32) / np.float32(32_768)
    if rate_hz == RATE_HZ:
        return sound
    return np.asarray(soxr.resample(sound, rate_hz, RATE_HZ), np.float32)

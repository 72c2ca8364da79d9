"""Where programs are measured: a private sound system, a fast server, and the program itself."""

from __future__ import annotations

import json
import os
import signal
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt

from tests.servers import events
from tests.servers.fast_process import FastServer
from tests.sound_recorder import Recorder
from tests.virtual_sound import VirtualSound

ROOT = Path(__file__).resolve().parents[2]
RATE_HZ = 24_000
SPEAKER, MICROPHONE = "spk_exact", "mic_exact"
LOUD = 1_500
PAUSE = RATE_HZ // 20
"""A silence as long as this, in samples, parts two sounds."""
LEAVE_S = 10.0

Samples = npt.NDArray[np.int16]


@dataclass(frozen=True, slots=True)
class Program:
    """A running program that is measured."""

    process: subprocess.Popen[bytes]
    started_ns: int

    def cpu_s(self) -> float:
        """Seconds of processor time used so far."""
        fields = Path(f"/proc/{self.process.pid}/stat").read_text().rpartition(")")[2].split()
        return (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")

    def memory_mb(self, what: str) -> float:
        """Memory: ``VmHWM`` (peak), ``VmRSS``, or ``Pss`` (shared pages counted by share)."""
        file = "smaps_rollup" if what == "Pss" else "status"
        text = Path(f"/proc/{self.process.pid}/{file}").read_text()
        line = next(line for line in text.splitlines() if line.startswith(f"{what}:"))
        return int(line.split()[1]) / 1000

    def slept(self) -> int:
        """How often its threads have gone to sleep, and so were woken."""
        total = 0
        for status in Path(f"/proc/{self.process.pid}/task").glob("*/status"):
            lines = status.read_text().splitlines()
            total += sum(int(line.split()[1]) for line in lines if line.startswith("voluntary"))
        return total


@dataclass(frozen=True, slots=True)
class Place:
    """The sound system and the server, and how to start programs in them."""

    sound: VirtualSound
    server: FastServer
    folder: Path

    @contextmanager
    def running(
        self,
        arguments: Sequence[str],
        env: Mapping[str, str] | None = None,
        settings: Mapping[str, object] | None = None,
    ) -> Iterator[Program]:
        """Run ``python -m ARGUMENTS`` and end it with Ctrl+C; ``{url}`` is the server's."""
        self.server.reset()
        kept = self.folder / "home" / "config" / "settings.json"
        kept.parent.mkdir(parents=True, exist_ok=True)
        kept.write_text(json.dumps({"version": 1, "settings": dict(settings or {})}))
        command = [sys.executable, "-m", *(a.format(url=self.server.url) for a in arguments)]
        where = self.sound.env() | dict(env or {}) | {"PARLEY_HOME": str(self.folder / "home")}
        # As users run it: with the byte code that their installation has written.
        where.pop("PYTHONDONTWRITEBYTECODE", None)
        with (self.folder / "stderr").open("wb") as errors:
            began = time.monotonic_ns()
            process = subprocess.Popen(
                command, cwd=ROOT, env=where, stdout=subprocess.DEVNULL, stderr=errors
            )
        try:
            yield Program(process, began)
        finally:
            process.send_signal(signal.SIGINT)
            try:
                process.wait(LEAVE_S)
            except subprocess.TimeoutExpired:
                process.kill()
                process.wait(LEAVE_S)

    def wait_until_heard(self) -> int:
        """Wait until the server hears the program; return when that began (ns)."""
        return self.server.wait_for("append")[0]

    def record(self) -> Recorder:
        return self.sound.record(SPEAKER, RATE_HZ)

    def turn_over(self, item: str) -> None:
        """Let the server find that the user, who had cut in, has said something and is done."""
        words: dict[str, object] = {
            "id": item,
            "object": "realtime.item",
            "type": "message",
            "role": "user",
        }
        words |= {"status": "completed", "content": [{"type": "input_audio", "transcript": None}]}
        self.server.say(events.speech_stopped(item, 100))
        self.server.say(events.committed(item, None))
        self.server.say(events.item_added(words, None))
        self.server.say(events.heard_completed(item, "Hm.", 0.1))


@contextmanager
def place() -> Iterator[Place]:
    """Open a place whose default devices carry samples through untouched."""
    with (
        tempfile.TemporaryDirectory(prefix="parley-bench-") as folder,
        VirtualSound() as sound,
        FastServer() as server,
    ):
        sound.plug("spk", SPEAKER, "Exact speaker", exact=True)
        sound.plug("mic", MICROPHONE, "Exact microphone", exact=True)
        sound.set_default(SPEAKER)
        sound.set_default(MICROPHONE)
        yield Place(sound, server, Path(folder))


def tone(duration_ms: int) -> bytes:
    """A square wave: loud at every sample, so that both ends can be seen exactly."""
    samples = np.arange(duration_ms * RATE_HZ // 1000)
    return np.where(samples // 30 % 2, 12_000, -12_000).astype("<i2").tobytes()


def counter(seconds: int) -> bytes:
    """A sound whose every sample tells its place; none is silent."""
    return (np.arange(seconds * RATE_HZ) % 20_000 + 5_000).astype("<i2").tobytes()


def stretches(heard: Samples) -> list[tuple[int, int]]:
    """Where each sound begins and ends."""
    loud = np.flatnonzero(np.abs(heard.astype(np.int32)) > LOUD)
    if not len(loud):
        return []
    parted = np.flatnonzero(np.diff(loud) > PAUSE)
    begins = [int(loud[0]), *(int(loud[i + 1]) for i in parted)]
    ends = [*(int(loud[i]) + 1 for i in parted), int(loud[-1]) + 1]
    return list(zip(begins, ends, strict=True))


def gaps(heard: Samples) -> int:
    """How often a sound pauses for more than a few samples."""
    loud = np.flatnonzero(np.abs(heard.astype(np.int32)) > LOUD)
    steps = np.diff(loud)
    return int(np.count_nonzero((steps > RATE_HZ // 1000) & (steps <= PAUSE)))


class RecordedClock:
    """When (ns) a sample of a recording was played: the line below all arrivals."""

    def __init__(self, recorder: Recorder) -> None:
        self._begin_s = min(at - count / recorder.rate_hz for at, count in recorder.arrivals)
        self._rate_hz = recorder.rate_hz

    def ns(self, sample: int) -> float:
        return (self._begin_s + sample / self._rate_hz) * 1e9


def spread(values: Sequence[float], digits: int = 0) -> str:
    """Median and 95th percentile, as in the tables."""
    if not values:
        return "none came"
    p95 = float(np.percentile(values, 95))
    return f"{statistics.median(values):.{digits}f} / {p95:.{digits}f}"

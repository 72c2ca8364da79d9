"""Record what a device of the private sound system carries, into memory."""

from __future__ import annotations

import subprocess
import threading
import time
from collections.abc import Mapping
from types import TracebackType
from typing import Self

import numpy as np
import numpy.typing as npt

from tests.private_process import PlaceError, start, stop

READ_BYTES = 4096
FIRST_SOUND_TIMEOUT_S = 10.0


class Recorder:
    """A running recording, mono int16.

    A null sink's monitor never rests: when nobody plays, zeros flow.  So the number of samples
    recorded is also a clock.
    """

    def __init__(self, source: str, env: Mapping[str, str], rate_hz: int) -> None:
        self.rate_hz = rate_hz
        self._pcm = bytearray()
        self._arrivals: list[tuple[float, int]] = []
        self._grown = threading.Condition()
        self._over = False
        command = ["parec", f"--device={source}", "--raw", "--format=s16le", "--channels=1"]
        command += [f"--rate={rate_hz}", "--latency-msec=20"]
        self._process = start(command, env, stdout=subprocess.PIPE)
        self._reader = threading.Thread(target=self._read, name=f"record-{source}", daemon=True)
        self._reader.start()
        try:
            self.wait_for(1, timeout_s=FIRST_SOUND_TIMEOUT_S)
        except BaseException:
            self.stop()
            raise

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.stop()

    @property
    def arrivals(self) -> list[tuple[float, int]]:
        """Per piece that came: `time.monotonic` at arrival, and the samples recorded by then."""
        with self._grown:
            return list(self._arrivals)

    def pcm(self) -> npt.NDArray[np.int16]:
        """A copy of what has been recorded so far."""
        with self._grown:
            return np.frombuffer(bytes(self._pcm[: len(self._pcm) // 2 * 2]), dtype=np.int16)

    def wait_for(self, samples: int, timeout_s: float | None = None) -> None:
        """Return when at least so many samples have been recorded since the start.

        Raises:
            PlaceError: If the recording ends before that, or does not get there in time (by
                default twice the time those samples last, and ten seconds).
        """
        limit_s = 2 * samples / self.rate_hz + 10 if timeout_s is None else timeout_s
        with self._grown:
            enough = self._grown.wait_for(lambda: self._over or self._has(samples), limit_s)
            if not enough or not self._has(samples):
                raise PlaceError(f"only {len(self._pcm) // 2} of {samples} samples were recorded")

    def stop(self) -> npt.NDArray[np.int16]:
        """End the recording and return all of it.  Idempotent."""
        if self._process.poll() is None:
            self._process.terminate()
        self._reader.join()
        stop(self._process)
        return self.pcm()

    def _has(self, samples: int) -> bool:
        return len(self._pcm) >= 2 * samples

    def _read(self) -> None:
        pipe = self._process.stdout
        if pipe is None:
            raise PlaceError("parec was started without a pipe")
        while piece := pipe.read1(READ_BYTES):  # type: ignore[attr-defined]  # A BufferedReader.
            with self._grown:
                self._pcm += piece
                self._arrivals.append((time.monotonic(), len(self._pcm) // 2))
                self._grown.notify_all()
        with self._grown:
            self._over = True
            self._grown.notify_all()

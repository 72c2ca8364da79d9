"""The Doctor with real devices: a check of the sound, on a loop of its own beside the talk."""

from __future__ import annotations

import asyncio
import sys
import threading

from desktop_app.adapters.sound_problems import no_answer
from desktop_app.core.settings import Settings
from desktop_app.core.sound_check import Findings
from desktop_app.voice.sound_check import Progress, SoundCheck

LONGEST_S = 45.0
"""Devices that do not answer must not keep anybody for longer."""


class CheckRun:
    """One check.  `run` blocks: use a pool thread.  The rest may be called from any other."""

    def __init__(self, settings: Settings, progress: Progress, *, ask: bool) -> None:
        self._settings, self._progress, self._ask = settings, progress, ask
        self._lock = threading.Lock()
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[Findings] | None = None
        self._check: SoundCheck | None = None
        self._cancelled = False

    def run(self) -> Findings | None:
        """Return what was found, or None after `cancel`."""
        try:
            return asyncio.run(self._run())
        except asyncio.CancelledError:
            return None

    def skip_voice(self) -> None:
        """The user does not want to say anything."""
        with self._lock:
            if self._loop is not None and self._check is not None:
                self._loop.call_soon_threadsafe(self._check.skip)

    def cancel(self) -> None:
        """End it; the devices are closed soon.  Idempotent."""
        with self._lock:
            self._cancelled = True
            if self._loop is not None and self._task is not None:
                self._loop.call_soon_threadsafe(self._task.cancel)

    async def _run(self) -> Findings:
        from desktop_app.adapters.echo import find_canceller
        from desktop_app.adapters.microphone import PortAudioMicrophone
        from desktop_app.adapters.speaker import PortAudioSpeaker

        check = SoundCheck(
            PortAudioMicrophone(),
            PortAudioSpeaker(),
            find_canceller(),
            sys.platform,
            self._progress,
        )
        with self._lock:
            self._loop, self._task = asyncio.get_running_loop(), asyncio.current_task()
            self._check = check
            if self._cancelled:
                raise asyncio.CancelledError
        try:
            async with asyncio.timeout(LONGEST_S):
                return await check.run(self._settings, ask=self._ask)
        except TimeoutError:
            return Findings(microphone_problem=no_answer(), system=sys.platform)
        finally:
            with self._lock:
                self._loop = None

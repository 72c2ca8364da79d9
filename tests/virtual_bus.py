"""A D-Bus for tests: private, and nobody is on it but whom the test brings."""

from __future__ import annotations

import shutil
import subprocess
from types import TracebackType
from typing import Self

from tests.private_process import private_folder, start, stop, wait_until
from tests.virtual_secrets import BUS_CONFIG


class VirtualBus:
    """A session bus; give `settings` to the processes that shall be on it."""

    def __init__(self) -> None:
        self.folder = private_folder("bus")
        self.address = f"unix:path={self.folder}/bus"
        self._bus: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        config = self.folder / "bus.conf"
        config.write_text(BUS_CONFIG.format(socket=self.folder / "bus"))
        command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"]
        self._bus = start(command, {})
        wait_until((self.folder / "bus").exists, "the private bus starts", process=self._bus)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._bus is not None:
            stop(self._bus)
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self) -> dict[str, str]:
        """The variables that lead a process onto this bus."""
        return {"DBUS_SESSION_BUS_ADDRESS": self.address}

"""A keyring for tests: GNOME's, on a private D-Bus, with a home of its own."""

from __future__ import annotations

import os
import shutil
import subprocess
from types import TracebackType
from typing import Self

from tests.private_process import PlaceError, private_folder, start, stop, wait_until

COMMAND_TIMEOUT_S = 30.0
SERVICE = "org.freedesktop.secrets"
LOGIN_KEYRING = "/org/freedesktop/secrets/collection/login"
# No <servicedir>: what we stop must stay away, not be started again by the bus.
BUS_CONFIG = """<!DOCTYPE busconfig PUBLIC "-//freedesktop//DTD D-Bus Bus Configuration 1.0//EN"
 "http://www.freedesktop.org/standards/dbus/1.0/busconfig.dtd">
<busconfig>
  <type>session</type>
  <listen>unix:path={socket}</listen>
  <auth>EXTERNAL</auth>
  <policy context="default">
    <allow send_destination="*" eavesdrop="true"/>
    <allow eavesdrop="true"/>
    <allow own="*"/>
  </policy>
</busconfig>
"""


class VirtualSecrets:
    """A private D-Bus with an unlocked keyring; give `env` to the processes that shall use it."""

    def __init__(self) -> None:
        self.folder = private_folder("keys")
        self._bus: subprocess.Popen[bytes] | None = None
        self._keyring: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> Self:
        try:
            config = self.folder / "bus.conf"
            config.write_text(BUS_CONFIG.format(socket=self.folder / "bus"))
            command = ["dbus-daemon", f"--config-file={config}", "--nofork", "--nopidfile"]
            self._bus = start(command, self.env())
            wait_until((self.folder / "bus").exists, "the private bus starts", process=self._bus)
            self.start_service()
        except BaseException:
            self.close()
            raise
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self.close()

    def close(self) -> None:
        """End keyring and bus, and remove the folder.  Idempotent."""
        for process in (self._keyring, self._bus):
            if process is not None:
                stop(process)
        self._keyring = self._bus = None
        shutil.rmtree(self.folder, ignore_errors=True)

    def settings(self) -> dict[str, str]:
        """The variables that lead a process to this keyring."""
        home = str(self.folder)
        return {
            "DBUS_SESSION_BUS_ADDRESS": f"unix:path={self.folder}/bus",
            "HOME": home,
            "XDG_DATA_HOME": f"{home}/data",
            "XDG_CONFIG_HOME": f"{home}/config",
            "XDG_CACHE_HOME": f"{home}/cache",
        }

    def env(self) -> dict[str, str]:
        """A whole environment for a process: ours, led to this keyring, and to no real screen."""
        hidden = ("PYTHON_KEYRING_BACKEND", "DISPLAY", "WAYLAND_DISPLAY", "GNOME_KEYRING_CONTROL")
        return {k: v for k, v in os.environ.items() if k not in hidden} | self.settings()

    def start_service(self) -> None:
        """Start the keyring, unlocked; made anew it is empty."""
        command = ["gnome-keyring-daemon", "--foreground", "--unlock", "--components=secrets"]
        control = {"XDG_RUNTIME_DIR": str(self.folder)}
        self._keyring = start(command, self.env() | control, stdin=subprocess.PIPE)
        if self._keyring.stdin is None:
            raise PlaceError("the keyring was started without a pipe for its password")
        self._keyring.stdin.write(b"open sesame")
        self._keyring.stdin.close()
        wait_until(self._is_open, "the private keyring starts", process=self._keyring)

    def stop_service(self) -> None:
        """Take the keyring away: the bus stays, nobody answers for secrets."""
        if self._keyring is None:
            raise PlaceError("the keyring is gone already")
        stop(self._keyring)
        self._keyring = None
        wait_until(lambda: not self._is_owned(), "the private keyring goes")

    def lock(self) -> None:
        """Lock the keyring; nobody is there to ask for the password."""
        self._call("Lock", f"array:objpath:{LOGIN_KEYRING}")

    def is_locked(self) -> bool:
        """Whether the keyring would have to ask for its password."""
        reply = self._send(
            SERVICE,
            LOGIN_KEYRING,
            "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.Secret.Collection",
            "string:Locked",
        )
        return "boolean true" in reply

    def _is_open(self) -> bool:
        try:
            return self._is_owned() and self._has_collection() and not self.is_locked()
        except PlaceError:
            return False

    def _is_owned(self) -> bool:
        bus = "org.freedesktop.DBus"
        reply = self._send(bus, "/", f"{bus}.NameHasOwner", f"string:{SERVICE}")
        return "boolean true" in reply

    def _has_collection(self) -> bool:
        reply = self._send(
            SERVICE,
            "/org/freedesktop/secrets",
            "org.freedesktop.DBus.Properties.Get",
            "string:org.freedesktop.Secret.Service",
            "string:Collections",
        )
        return LOGIN_KEYRING in reply

    def _call(self, method: str, *arguments: str) -> str:
        path, interface = "/org/freedesktop/secrets", "org.freedesktop.Secret.Service"
        return self._send(SERVICE, path, f"{interface}.{method}", *arguments)

    def _send(self, service: str, path: str, method: str, *arguments: str) -> str:
        command = ["dbus-send", "--session", "--print-reply", f"--dest={service}", path, method]
        done = subprocess.run(
            [*command, *arguments],
            env=self.env(),
            capture_output=True,
            text=True,
            timeout=COMMAND_TIMEOUT_S,
            check=False,
        )
        if done.returncode != 0:
            raise PlaceError(f"{method}: {done.stderr.strip()}")
        return done.stdout

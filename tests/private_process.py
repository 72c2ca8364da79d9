"""Start helpers of the tests (sound server, X server, D-Bus) so that none outlives them."""

from __future__ import annotations

import shutil
import subprocess
import tempfile
import time
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path

START_TIMEOUT_S = 20.0
STOP_TIMEOUT_S = 5.0
POLL_S = 0.02
LONGEST_FOLDER = 60  # A Unix socket's path holds 107 bytes; leave room for its name.


class PlaceError(RuntimeError):
    """A private sound system, screen or keyring did not do what it was told."""


def private_folder(name: str) -> Path:
    """Make an empty folder that only we can enter, with a path short enough for sockets."""
    folder = Path(tempfile.mkdtemp(prefix=f"parley-{name}-"))
    if len(str(folder)) > LONGEST_FOLDER:
        folder.rmdir()
        folder = Path(tempfile.mkdtemp(prefix=f"parley-{name}-", dir="/tmp"))
    return folder


def start(
    command: Sequence[str],
    env: Mapping[str, str],
    *,
    stdin: int = subprocess.DEVNULL,
    stdout: int = subprocess.DEVNULL,
    pass_fds: Sequence[int] = (),
) -> subprocess.Popen[bytes]:
    """Start a daemon in the foreground; the kernel ends it should the tests be killed."""
    setpriv = shutil.which("setpriv")
    guard = [setpriv, "--pdeathsig", "TERM", "--"] if setpriv else []
    return subprocess.Popen(
        [*guard, *command],
        env=dict(env),
        stdin=stdin,
        stdout=stdout,
        stderr=subprocess.DEVNULL,
        pass_fds=pass_fds,
        start_new_session=True,
    )


def stop(process: subprocess.Popen[bytes]) -> None:
    """End a process politely, then firmly, and wait until it is gone."""
    if process.poll() is None:
        process.terminate()
    try:
        process.wait(STOP_TIMEOUT_S)
    except subprocess.TimeoutExpired:
        process.kill()
        process.wait(STOP_TIMEOUT_S)
    for pipe in (process.stdin, process.stdout):
        if pipe is not None:
            pipe.close()


def wait_until(
    condition: Callable[[], bool],
    what: str,
    *,
    timeout_s: float = START_TIMEOUT_S,
    process: subprocess.Popen[bytes] | None = None,
) -> None:
    """Return as soon as the condition holds.

    Raises:
        PlaceError: If it does not hold in time, or the process it depends on has ended.
    """
    deadline = time.monotonic() + timeout_s
    while not condition():
        if process is not None and process.poll() is not None:
            raise PlaceError(f"{what}: the process ended with code {process.returncode}")
        if time.monotonic() > deadline:
            raise PlaceError(f"{what}: not within {timeout_s:g} s")
        time.sleep(POLL_S)

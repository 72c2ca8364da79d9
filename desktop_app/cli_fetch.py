"""Fetching what the engine lacks at a terminal: told, asked for, shown, stopped by Ctrl+C."""

from __future__ import annotations

import contextlib
import signal
import sys
import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

from desktop_app.app_weights import download, offer
from desktop_app.cli_terms import complain
from desktop_app.core.settings import Settings

if TYPE_CHECKING:
    from desktop_app.ui.services import DownloadOffer

BAR_CHARS = 30


def offer_weights(settings: Settings, wanted: str = "") -> bool:
    """Ask whether to fetch what is missing, and fetch it; returns whether it is here now."""
    found = offer(settings, wanted)
    if found is None:
        return True
    if not at_a_terminal():
        name = f" {wanted}" if wanted else ""
        complain(f"to fetch it ({found.size_mb:.0f} MB), run: parley weights download{name}")
        return False
    tell(found)
    _say("Download it now? [y/N] ")
    with _interruptible():
        agreed = sys.stdin.readline().strip().lower() in ("y", "yes")
    return agreed and fetch(settings, wanted)


def at_a_terminal() -> bool:
    """Whether somebody can be asked."""
    return sys.stdin is not None and sys.stdin.isatty() and sys.stderr.isatty()


def tell(found: DownloadOffer) -> None:
    """Say what would come, how large it is, under which licence, and from where."""
    _say(f"{found.name}: {found.size_mb:.0f} MB, licence {found.licence}, from {found.host}\n")
    if found.done_mb >= 1:
        _say(f"{found.done_mb:.0f} MB of it are here already.\n")


def fetch(settings: Settings, wanted: str) -> bool:
    """Fetch what is missing and show how that goes; Ctrl+C keeps what has arrived."""
    bar = Bar()
    try:
        with _interruptible():
            outcome = download(settings, wanted, bar.show, threading.Event())
    except KeyboardInterrupt:
        bar.end()
        _say("Stopped. What has arrived is kept: the next time it goes on from there.\n")
        return False
    bar.end()
    if not outcome.ready:
        complain(outcome.text)
    return outcome.ready


@contextlib.contextmanager
def _interruptible() -> Iterator[None]:
    """Let Ctrl+C be a KeyboardInterrupt, whatever a talk made of it before."""
    before = signal.signal(signal.SIGINT, signal.default_int_handler)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)


class Bar:
    """One line that says how much has arrived; on no terminal a line every tenth."""

    def __init__(self) -> None:
        self._alive = sys.stderr.isatty()
        self._told = -1

    def show(self, done_mb: float, total_mb: float) -> None:
        """Show how far it is."""
        step = int((1000 if self._alive else 10) * done_mb / total_mb) if total_mb else 0
        if step == self._told:
            return
        self._told = step
        words = f"{done_mb:.0f} of {total_mb:.0f} MB"
        if not self._alive:
            _say(f"{words}\n")
            return
        full = round(BAR_CHARS * done_mb / total_mb)
        _say(f"\r[{'#' * full}{'.' * (BAR_CHARS - full)}] {words} ")

    def end(self) -> None:
        """Leave the line."""
        if self._alive and self._told >= 0:
            _say("\n")


def _say(text: str) -> None:
    sys.stderr.write(text)
    sys.stderr.flush()

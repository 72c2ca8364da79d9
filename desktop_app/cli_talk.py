"""``parley talk``: the same assistant without a window."""

from __future__ import annotations

import queue
import signal
import sys
import threading
from contextlib import suppress

from desktop_app.adapters.async_secrets import AsyncSecrets
from desktop_app.adapters.offline_process import OfflineProcess
from desktop_app.app_door import open_without_window
from desktop_app.app_house import House
from desktop_app.app_ports import real_ports
from desktop_app.cli_terms import FAILED, OK, complain
from desktop_app.core.problems import Action, Problem
from desktop_app.core.state import AppState, Talk
from desktop_app.core.transcript import Role, Row, Text
from desktop_app.core.wishes import ConnectAsked, ProblemFound
from desktop_app.voice.worker import VoiceWorker

STOP_S = 2.0
PACE_S = 0.1
"""Sound changes the state a hundred times a second; nobody reads that fast."""

_WRITTEN = (Text.DONE, Text.INTERRUPTED, Text.CUT, Text.FILTERED, Text.LOST)
_STATES = {
    Talk.CONNECTING: "connecting…",
    Talk.LISTENING: "listening",
    Talk.NO_MICROPHONE: "no microphone",
    Talk.MUTED: "muted",
}


class Teller:
    """Prints rows once they are whole, and what happens on standard error."""

    def __init__(self) -> None:
        self._told: dict[str, str] = {}
        self._problems: tuple[Problem, ...] = ()
        self._status = ""

    @property
    def lacks_weights(self) -> bool:
        """Whether the newest problems say that a model is missing."""
        return any(problem.action is Action.GET_WEIGHTS for problem in self._problems)

    def tell(self, state: AppState) -> None:
        """Print what is new in ``state``."""
        for row in state.rows:
            text = row.text.strip()
            if row.state in _WRITTEN and text and self._told.get(row.item_id) is None:
                if row.role is Role.ASSISTANT and _is_playing(state, row):
                    continue  # It may still be interrupted.
                self._told[row.item_id] = text
                print(f"{_speaker(row)}: {text}{_mark(row)}", flush=True)
        for problem in state.problems:
            if problem not in self._problems:
                complain(f"{problem.title}. {problem.hint}")
        self._problems = state.problems
        status = _STATES.get(state.talk, "")
        if status and status != self._status:
            where = f" ({state.link.server}, {state.link.model})" if state.link.model else ""
            print(f"[{status}{where}]", file=sys.stderr, flush=True)
            self._status = status


class News:
    """The newest snapshot, for a reader who looks ten times a second at most.

    A queue and no lock: signal handlers call `end` wherever the reader is.
    """

    def __init__(self) -> None:
        self._calls: queue.SimpleQueue[bool] = queue.SimpleQueue()
        self._over = False
        self._newest: AppState | None = None
        self._read: AppState | None = None
        self._asleep = False

    def __call__(self, state: AppState) -> None:
        """Take a snapshot; on the worker's thread."""
        self._newest = state
        if self._asleep:
            self._asleep = False
            self._calls.put(False)

    def end(self) -> None:
        """Let the reader end; from any thread, and from signal handlers."""
        self._calls.put(True)

    def next(self) -> AppState | None:
        """Return the next snapshot as soon as there is one; None at the end."""
        self._wait(PACE_S)
        while not self._over and self._newest is self._read:
            self._asleep = True
            if self._newest is self._read:
                # The time limit lets signals in on Windows, where a plain wait would hold them up.
                self._wait(1.0)
        if self._newest is self._read:
            return None
        self._read = self._newest
        return self._read

    def _wait(self, longest_s: float) -> None:
        if not self._over:
            with suppress(queue.Empty):
                self._over = self._calls.get(timeout=longest_s)


def _is_playing(state: AppState, row: Row) -> bool:
    return any(item.item_id == row.item_id for item in state.sound.playing)


def _speaker(row: Row) -> str:
    return {Role.USER: "You", Role.ASSISTANT: "Parley"}.get(row.role, "Tool")


def _mark(row: Row) -> str:
    return " — interrupted" if row.state is Text.INTERRUPTED else ""


def talk(house: House) -> int:
    """Talk until SIGINT or SIGTERM, or until the connection is lost for good."""
    news, failed = News(), threading.Event()

    def crashed(error: BaseException) -> None:
        house.crashes.record("voice", error)
        failed.set()
        news.end()

    secrets = AsyncSecrets(house.secrets)
    engine = OfflineProcess(tell=lambda problem: worker.dispatch(ProblemFound(problem)))
    worker = VoiceWorker(
        lambda: real_ports(house, secrets, engine),
        AppState(settings=house.settings),
        news,
        crashed,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: news.end())
    worker.start()
    if house.problem is not None:
        worker.dispatch(ProblemFound(house.problem))
    worker.dispatch(ConnectAsked())
    close_door = open_without_window(house.places, worker.dispatch)
    teller = Teller()
    wanted = False
    while (state := news.next()) is not None:
        teller.tell(state)
        wanted = wanted or state.link.wanted
        if wanted and not state.link.wanted:
            failed.set()
            break
    close_door()
    ended = worker.stop(STOP_S)
    if failed.is_set() and teller.lacks_weights:
        from desktop_app.cli_fetch import offer_weights

        if offer_weights(house.settings):
            return talk(house)
    return FAILED if failed.is_set() or not ended else OK

"""``parley talk``: the same assistant without a window."""

from __future__ import annotations

import queue
import signal
import sys
import threading

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


def _is_playing(state: AppState, row: Row) -> bool:
    return any(item.item_id == row.item_id for item in state.sound.playing)


def _speaker(row: Row) -> str:
    return {Role.USER: "You", Role.ASSISTANT: "Parley"}.get(row.role, "Tool")


def _mark(row: Row) -> str:
    return " — interrupted" if row.state is Text.INTERRUPTED else ""


def talk(house: House) -> int:
    """Talk until SIGINT or SIGTERM, or until the connection is lost for good."""
    news: queue.SimpleQueue[AppState | None] = queue.SimpleQueue()
    failed = threading.Event()

    def crashed(error: BaseException) -> None:
        house.crashes.record("voice", error)
        failed.set()
        news.put(None)

    secrets = AsyncSecrets(house.secrets)
    engine = OfflineProcess(tell=lambda problem: worker.dispatch(ProblemFound(problem)))
    worker = VoiceWorker(
        lambda: real_ports(house, secrets, engine),
        AppState(settings=house.settings),
        lambda state: news.put(state),
        crashed,
    )
    for number in (signal.SIGINT, signal.SIGTERM):
        signal.signal(number, lambda *_: news.put(None))
    worker.start()
    if house.problem is not None:
        worker.dispatch(ProblemFound(house.problem))
    worker.dispatch(ConnectAsked())
    close_door = open_without_window(house.places, worker.dispatch)
    teller = Teller()
    wanted = False
    # `get` with a time limit lets signals in on Windows, where a plain one would hold them up.
    while (state := _next(news)) is not None:
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


def _next(news: queue.SimpleQueue[AppState | None]) -> AppState | None:
    while True:
        try:
            return news.get(timeout=1.0)
        except queue.Empty:
            continue  # Nothing new; look for signals and wait on.

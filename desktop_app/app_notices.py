"""What the user is told while the window is away: what matters, and not too much of it."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable

from desktop_app.core.state import AppState
from desktop_app.core.transcript import Role, Row, Text

MOST = 4
SPAN_S = 60.0
"""So many notices in this time; what is more is left out, for the window shows all of it."""
LONGEST = 200
WHOLE = frozenset({Text.DONE, Text.CUT})


class Notices:
    """Finds what is new and worth a notice.

    Args:
        tell: Shows a notice: title and text.
        clock: Seconds that never go back.
    """

    def __init__(
        self, tell: Callable[[str, str], None], clock: Callable[[], float] = time.monotonic
    ) -> None:
        self._tell, self._clock = tell, clock
        self._before = AppState()
        self._told: deque[tuple[float, str]] = deque()

    def show_state(self, state: AppState, *, hidden: bool) -> None:
        """Take the newest snapshot; tell only while the window is ``hidden``."""
        before, self._before = self._before, state
        if not hidden:
            return
        if state.problems is not before.problems:
            for problem in state.problems:
                if problem not in before.problems:
                    self._once_in_a_while(problem.title, problem.hint)
        if state.rows is not before.rows:
            row = unasked(before, state)
            if row is not None:
                self._once_in_a_while("Parley", row.text.strip())

    def _once_in_a_while(self, title: str, text: str) -> None:
        now = self._clock()
        while self._told and now - self._told[0][0] >= SPAN_S:
            self._told.popleft()
        key = f"{title}\n{text}"
        if len(self._told) < MOST and all(known != key for _, known in self._told):
            self._told.append((now, key))
            self._tell(title, text if len(text) <= LONGEST else f"{text[: LONGEST - 1]}…")


def unasked(before: AppState, after: AppState) -> Row | None:
    """Return what the assistant has just finished to say by itself, as a timer that rings does."""
    shown = [row for row in after.rows if row.shown]
    if len(shown) < 2 or shown[-1].role is not Role.ASSISTANT or shown[-1].state not in WHOLE:
        return None
    newest = shown[-1]
    old = next((row for row in before.rows if row.item_id == newest.item_id), None)
    ended_before = old is not None and old.state in WHOLE
    return None if ended_before or shown[-2].role is not Role.ASSISTANT else newest

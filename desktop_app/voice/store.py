"""The owner of the state: everybody reads it, only `dispatch` changes it."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from desktop_app.core.effects import Effect
from desktop_app.core.events import Event
from desktop_app.core.state import AppState
from desktop_app.core.step import step
from desktop_app.ports import View


def _nobody(state: object) -> None:
    """Take what nobody has asked for yet."""


def _nobody_minds(before: AppState, after: AppState) -> None:
    """Take what nobody has asked for yet."""


class Store:
    """Runs `step`, has the effects performed and shows the new state.  Lives on the worker's loop.

    Attributes:
        state: The newest snapshot; replaced whole, so any thread may read it.
        perform: Carries out one effect at once, or starts it.
        changed: Takes the state before and after each event.
    """

    def __init__(self, state: AppState | None = None, view: View = _nobody) -> None:
        self.state = state or AppState()
        self.perform: Callable[[Effect], None] = _nobody
        self.changed: Callable[[AppState, AppState], None] = _nobody_minds
        self._view = view
        self._inbox: deque[Event] = deque()
        self._running = False

    def dispatch(self, event: Event) -> None:
        """Feed ``event`` to the core.

        Safe to call from an effect: the event waits its turn, so nobody sees a half-made change.
        What raises ends this turn only: the state stands, and what waits is done with the next.
        """
        self._inbox.append(event)
        if self._running:
            return
        self._running = True
        before = self.state
        try:
            while self._inbox:
                old = self.state
                self.state, effects = step(old, self._inbox.popleft())
                for effect in effects:
                    self.perform(effect)
                self.changed(old, self.state)
        finally:
            self._running = False
            if self.state is not before and self.state != before:
                self._view(self.state)

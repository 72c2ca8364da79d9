"""The keyboard of an X server, pressed at once: no program has to be started for it."""

from __future__ import annotations

from types import TracebackType
from typing import Any, Self

from tests.virtual_screen import VirtualScreen


class XKeyboard:
    """Presses and releases keys by their X names."""

    def __init__(self, screen: VirtualScreen) -> None:
        from Xlib.display import Display

        self._display: Any = Display(screen.display)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        self._display.close()

    def down(self, key: str) -> None:
        """Press ``key``, and leave it down."""
        from Xlib import X

        self._send(X.KeyPress, key)

    def up(self, key: str) -> None:
        """Let ``key`` go."""
        from Xlib import X

        self._send(X.KeyRelease, key)

    def _send(self, kind: int, key: str) -> None:
        from Xlib import XK
        from Xlib.ext import xtest

        xtest.fake_input(
            self._display, kind, self._display.keysym_to_keycode(XK.string_to_keysym(key))
        )
        self._display.sync()  # Closed right after a flush, the last key would be lost.

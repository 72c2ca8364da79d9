"""Another program on the screen: a window that covers everything and has the keyboard.

It writes what is typed into it to standard output.
"""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path

from tests.private_process import start, stop, wait_until
from tests.virtual_screen import VirtualScreen

TITLE = "another program"
ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    from PySide6.QtWidgets import QApplication, QLineEdit

    app = QApplication([])
    field = QLineEdit()
    field.setWindowTitle(TITLE)
    field.setGeometry(0, 0, 1280, 800)
    field.textChanged.connect(lambda text: print(text, flush=True))
    field.show()
    return app.exec()


@contextmanager
def other_program(screen: VirtualScreen, env: Mapping[str, str]) -> Iterator[str]:
    """Run it, give it the keyboard, and yield the number of its window."""
    environment = {**env, "PYTHONPATH": str(ROOT)}
    process = start(
        [sys.executable, "-m", "tests.other_program"], environment, stdout=subprocess.PIPE
    )
    try:
        found: list[str] = []

        def is_open() -> bool:
            found[:] = screen.windows(TITLE)
            return bool(found)

        wait_until(is_open, "the other program opens", process=process)
        screen.xdotool("windowraise", found[0])
        screen.xdotool("windowfocus", "--sync", found[0])
        yield found[0]
    finally:
        stop(process)


if __name__ == "__main__":
    sys.exit(main())

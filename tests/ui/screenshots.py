"""Pictures of the window with fixed data: ``python -m tests.ui.screenshots FOLDER [SCENE ...]``.

Needs no screen.  Every picture is made light and dark, once and twice as sharp.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from tests.fakes.services import FakeServices
from tests.ui.scenes import FIRST_START, SCENES, SPEAKING

SMALL = {"small_wide": (720, 520), "small_tall": (480, 640)}


def render(folder: Path, only: set[str]) -> None:
    """Draw all scenes and pages in the sharpness of this process."""
    from PySide6.QtWidgets import QApplication, QWidget

    from desktop_app.core.state import AppState
    from desktop_app.ui.main_window import MainWindow

    app = QApplication.instance() or QApplication(sys.argv[:1])
    assert isinstance(app, QApplication)
    folder.mkdir(parents=True, exist_ok=True)
    sharp = os.environ.get("QT_SCALE_FACTOR", "1")

    def settle() -> None:
        for _ in range(4):
            app.processEvents()

    for theme in ("light", "dark"):
        services = FakeServices()
        window = MainWindow(lambda event: None, services, lambda: False)

        def take(name: str, widget: QWidget) -> None:
            settle()
            if not only or name in only:
                widget.grab().save(str(folder / f"{name}_{theme}_{sharp}x.png"))

        def show(state: AppState) -> None:
            settings = replace(state.settings, theme=theme)
            window.show_state(replace(state, settings=settings))
            for _ in range(12):
                window.dock.meter._next_frame()

        window.show()
        settle()
        for name, state in SCENES.items():
            show(state)
            take(name, window)
        for name, size in SMALL.items():
            window.resize(*size)
            show(SPEAKING)
            take(name, window)
        window.resize(860, 720)
        show(FIRST_START)
        dialog = window.open_settings()
        for page in dialog.pages:
            dialog.show_page(page)
            take(f"settings_{page}", dialog)
        dialog.ask_for_key()
        dialog.key.field.setText("not a key")
        dialog.key.test_button.click()
        take("settings_key", dialog)
        dialog.reject()
        window.hide()


def main() -> None:
    """Draw once, and in a process of its own twice as sharp."""
    folder, only = Path(sys.argv[1]), set(sys.argv[2:])
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    render(folder, only)
    if "QT_SCALE_FACTOR" not in os.environ:
        again = [sys.executable, "-m", "tests.ui.screenshots", str(folder), *only]
        subprocess.run(again, env={**os.environ, "QT_SCALE_FACTOR": "2"}, check=True)


if __name__ == "__main__":
    main()

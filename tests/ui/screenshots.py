"""Pictures of the window with fixed data: ``python -m tests.ui.screenshots FOLDER [SCENE ...]``.

Needs no screen.  Every picture is made light and dark, once and twice as sharp.
"""

from __future__ import annotations

import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

from PySide6.QtWidgets import QApplication, QWidget

from desktop_app.core.sound_check import CheckStage
from desktop_app.core.state import AppState
from desktop_app.ui.download_dialog import DownloadDialog
from desktop_app.ui.main_window import MainWindow
from desktop_app.ui.services import DownloadOutcome
from desktop_app.ui.sound_check_dialog import SoundCheckDialog, Stage
from tests.fakes.services import OFFER, FakeServices
from tests.ui.findings import FOUND
from tests.ui.scenes import FIRST_START, SCENES, SPEAKING

SIZE = (860, 720)
SMALL = {"small_wide": (720, 520), "small_tall": (480, 640)}
SHARPNESS = "QT_SCALE_FACTOR"


class Camera:
    """A window in one theme, and a folder for its pictures.

    Args:
        only: Names of the pictures to keep; empty for all.
    """

    def __init__(self, theme: str, folder: Path, only: set[str]) -> None:
        self._theme, self._folder, self._only = theme, folder, only
        self._sharp = os.environ.get(SHARPNESS, "1")
        self.window = MainWindow(lambda event: None, FakeServices(), lambda: False)

    def show(self, state: AppState) -> None:
        """Lead the window to ``state``, with the meter at rest on its level."""
        settings = replace(state.settings, theme=self._theme)
        self.window.show_state(replace(state, settings=settings))
        if self.window.dock.meter.running:
            self.window.dock.meter._next_frame()

    def take(self, name: str, widget: QWidget) -> None:
        """Keep a picture of ``widget``."""
        for _ in range(4):
            QApplication.processEvents()
        if not self._only or name in self._only:
            widget.grab().save(str(self._folder / f"{name}_{self._theme}_{self._sharp}x.png"))

    def take_all(self) -> None:
        """Go through all scenes, sizes and pages."""
        self.window.resize(*SIZE)
        self.window.show()
        for name, state in SCENES.items():
            self.show(state)
            self.take(name, self.window)
        for name, size in SMALL.items():
            self.window.resize(*size)
            self.show(SPEAKING)
            self.take(name, self.window)
        self.window.resize(*SIZE)
        self._take_settings()
        self._take_download()
        self._take_check()
        self.window.hide()

    def _take_settings(self) -> None:
        self.show(FIRST_START)
        dialog = self.window.open_settings()
        for page in dialog.pages:
            dialog.show_page(page)
            self.take(f"settings_{page}", dialog)
        dialog.ask_for_key()
        dialog.key.field.setText("not a key")
        dialog.key.test_button.click()
        self.take("settings_key", dialog)
        dialog.reject()

    def _take_check(self) -> None:
        services = FakeServices()
        dialog = SoundCheckDialog(lambda event: None, services, self.window)
        dialog.offer()
        self.take("check_ready", dialog)
        dialog.go.click()
        assert services.check_progress is not None
        services.check_progress(CheckStage.TUNE, 0.4)
        self.take("check_tune", dialog)
        services.check_progress(CheckStage.VOICE, 0.7)
        self.take("check_voice", dialog)
        for name, found in FOUND.items():
            if dialog.stage is Stage.DONE:
                dialog.cancel.click()
            services.end_check(found)
            self.take(f"check_{name}", dialog)
        dialog.reject()

    def _take_download(self) -> None:
        now = [0.0]
        services = FakeServices()
        dialog = DownloadDialog(services, self.window, lambda: now[0])
        dialog.offer()
        self.take("download_offer", dialog)
        dialog.go.click()
        for now[0], done_mb in ((0.0, 0.0), (4.0, 61.0)):
            services.arrive(done_mb)
        self.take("download_running", dialog)
        services.end_weights(
            DownloadOutcome(
                ready=False,
                text="The download of Whisper base broke off (the server stopped early). Check the "
                "connection and try again: it goes on where it stopped.",
            )
        )
        self.take("download_failed", dialog)
        dialog.go.click()
        services.offer = replace(OFFER, done_mb=61.0)
        dialog.cancel.click()
        self.take("download_rest", dialog)
        dialog.go.click()
        services.end_weights(DownloadOutcome(ready=True))
        self.take("download_ready", dialog)
        dialog.reject()


def main() -> None:
    """Draw once, and in a process of its own twice as sharp."""
    folder, only = Path(sys.argv[1]), set(sys.argv[2:])
    folder.mkdir(parents=True, exist_ok=True)
    os.environ.setdefault("QT_QPA_PLATFORM", "offscreen")
    app = QApplication(sys.argv[:1])
    for theme in ("light", "dark"):
        Camera(theme, folder, only).take_all()
    app.processEvents()
    if SHARPNESS not in os.environ:
        again = [sys.executable, "-m", "tests.ui.screenshots", str(folder), *sorted(only)]
        subprocess.run(again, env={**os.environ, SHARPNESS: "2"}, check=True)


if __name__ == "__main__":
    main()

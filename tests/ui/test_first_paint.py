"""The window paints before anything heavy is loaded."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

PROGRAM = """
import json, sys
from PySide6.QtWidgets import QApplication
from desktop_app.ui.main_window import MainWindow
from tests.fakes.services import FakeServices
app = QApplication([])
window = MainWindow(lambda event: None, FakeServices(), lambda: False)
window.show()
for _ in range(5):
    app.processEvents()
print(json.dumps(sorted({name for name in sys.modules})))
"""
HEAVY = {
    "numpy",
    "sounddevice",
    "websockets",
    "keyring",
    "httpx2",
    "msgspec",
    "asyncio",
    "faster_whisper",
    "qasync",
}


def test_until_the_first_paint_only_three_modules_of_qt_are_loaded(root: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM], cwd=root, capture_output=True, text=True, check=True
    )
    loaded = set(json.loads(done.stdout))
    assert not HEAVY & loaded
    qt = {name for name in loaded if name.startswith("PySide6.Qt")}
    assert qt == {"PySide6.QtCore", "PySide6.QtGui", "PySide6.QtWidgets"}
    ours = {name.split(".")[1] for name in loaded if name.startswith("desktop_app.")}
    assert ours == {"core", "ports", "ui"}

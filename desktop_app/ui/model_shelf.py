"""The card of language models that Parley can fetch, with what they are and how large."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt, Signal
from PySide6.QtWidgets import QHBoxLayout, QLabel, QPushButton, QVBoxLayout, QWidget

from desktop_app.ui import theme
from desktop_app.ui.controls import toned
from desktop_app.ui.download_dialog import DownloadDialog
from desktop_app.ui.download_facts import megabytes
from desktop_app.ui.services import LanguageModel, ModelShelf, Services
from desktop_app.ui.settings_page import Card

GIGABYTE_MB = 1000.0


class ModelShelfCard(Card):
    """Shows a `ModelShelf`; a model is fetched by a dialog that asks first.

    Args:
        services: Knows the models, and removes one.
    """

    talk_asked = Signal()
    """The user has a new model and wants to begin now."""
    filled = Signal()
    """There are new rows."""

    def __init__(self, services: Services) -> None:
        super().__init__()
        self._services = services
        self.download: DownloadDialog | None = None
        self.rows: dict[str, ModelRow] = {}
        self.hindrance = QLabel()
        self.hindrance.setWordWrap(True)
        self.hindrance.setContentsMargins(0, 12, 0, 12)
        toned(self.hindrance, "muted")
        self.hindrance.hide()
        self.add(self.hindrance)

    def refresh(self) -> None:
        """Look again what is here."""
        self._services.language_models(self.show_shelf)

    def show_shelf(self, shelf: ModelShelf) -> None:
        """Show ``shelf``.  Idempotent."""
        self.hindrance.setText(shelf.hindrance)
        self.hindrance.setVisible(bool(shelf.hindrance))
        for model in shelf.models:
            if model.id not in self.rows:
                row = self.rows[model.id] = ModelRow()
                row.fetch.clicked.connect(lambda _=False, wanted=model.id: self._fetch(wanted))
                row.remove.clicked.connect(lambda _=False, old=model.id: self._remove(old))
                self.add(row)
            self.rows[model.id].show_model(model, usable=not shelf.hindrance)
        self.tidy()
        self.filled.emit()

    def _fetch(self, model_id: str) -> None:
        if self.download is None:
            # The settings keep input from all other windows but their own.
            self.download = DownloadDialog(self._services, self.window())
            self.download.ready.connect(self.refresh)
            self.download.talk_asked.connect(self.talk_asked)
        self.download.offer(model_id)

    def _remove(self, model_id: str) -> None:
        self.rows[model_id].remove.setEnabled(False)
        self._services.remove_model(model_id, self.show_shelf)


class ModelRow(QWidget):
    """One model: what it is, how large, under which licence, and a button to have it or not."""

    def __init__(self) -> None:
        super().__init__()
        self._name, self.facts = QLabel(), QLabel()
        self.facts.setFont(theme.scaled(self.font(), 0.94))
        toned(self.facts, "muted")
        self.fetch, self.remove = QPushButton(self.tr("Download…")), QPushButton(self.tr("Remove"))
        words = QVBoxLayout()
        words.setSpacing(3)
        for text in (self._name, self.facts):
            text.setWordWrap(True)
            words.addWidget(text)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(0, 12, 0, 12)
        layout.addLayout(words, 1)
        for button in (self.fetch, self.remove):
            button.setAutoDefault(False)
            layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)

    def show_model(self, model: LanguageModel, *, usable: bool) -> None:
        """Show ``model``; one that can't be used here is not offered.  Idempotent."""
        self._name.setText(model.name)
        facts = [self._size(model.size_mb), model.licence]
        self.facts.setText(" · ".join([*facts, self.tr("here")] if model.here else facts))
        self.fetch.setVisible(not model.here)
        self.fetch.setEnabled(usable)
        self.fetch.setAccessibleName(self.tr("Download {0}").format(model.name))
        self.remove.setVisible(model.here)
        self.remove.setEnabled(True)
        self.remove.setAccessibleName(self.tr("Remove {0}").format(model.name))

    def _size(self, size_mb: float) -> str:
        if size_mb < GIGABYTE_MB:
            return self.tr("{0} MB").format(megabytes(size_mb))
        return self.tr("{0} GB").format(QLocale().toString(size_mb / GIGABYTE_MB, "f", 1))

"""Asks whether the engine on this computer may fetch what it lacks, and shows how that goes."""

from __future__ import annotations

import time
from collections.abc import Callable
from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont
from PySide6.QtWidgets import (
    QFileDialog,
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.ui import theme
from desktop_app.ui.controls import toned
from desktop_app.ui.dialog import Dialog
from desktop_app.ui.download_facts import DownloadFacts, megabytes
from desktop_app.ui.pace import Pace
from desktop_app.ui.services import DownloadOffer, DownloadOutcome, Services

WIDTH_PX = 480
STEPS = 1000


class Stage(StrEnum):
    """How far the matter is."""

    LOOKING = "looking"
    """Nobody knows yet what is lacking, or whether a folder holds it."""
    OFFERED = "offered"
    RUNNING = "running"
    STOPPING = "stopping"
    FAILED = "failed"
    READY = "ready"


class DownloadDialog(Dialog):
    """Says what would come from where, and fetches it after a yes.

    Not modal: the talk can go on with a server meanwhile.  Closed while it fetches, it goes on and
    shows itself again at the end.

    Args:
        services: Knows what is lacking and fetches it.
        clock: Returns seconds, for the time left.
    """

    ready = Signal()
    """The engine has all it needs."""
    talk_asked = Signal()
    """The user wants to begin now."""

    def __init__(
        self, services: Services, parent: QWidget, clock: Callable[[], float] = time.monotonic
    ) -> None:
        super().__init__(parent)
        self._services, self._clock = services, clock
        self._offer: DownloadOffer | None = None
        self._wanted = ""
        self._pace = Pace()
        self.stage = Stage.LOOKING
        self.setWindowTitle(self.tr("Download"))
        self._head, self._words, self.note, self.flaw = (QLabel() for _ in range(4))
        self._head.setFont(theme.scaled(self.font(), 1.3, QFont.Weight.DemiBold))
        self._facts = DownloadFacts()
        for label in (self._head, self._words, self.note, self.flaw):
            label.setWordWrap(True)
        for label, tone in ((self._words, "muted"), (self.note, "muted"), (self.flaw, "bad")):
            toned(label, tone)
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Download"))
        self.folder = QPushButton(self.tr("Choose folder…"))
        self.folder.setProperty("kind", "link")
        self.folder.setToolTip(self.tr("Use a copy that is on this computer already"))
        self.cancel, self.go = QPushButton(), QPushButton()
        self.go.setProperty("kind", "primary")
        self.folder.clicked.connect(self._ask_folder)
        self.cancel.clicked.connect(self._cancel)
        self.go.clicked.connect(self._go)
        self._arrange()
        self._show(Stage.LOOKING)

    def offer(self, wanted: str = "") -> None:
        """Open, with what is lacking now (or the model ``wanted``), or with how fetching goes."""
        if self.stage not in {Stage.RUNNING, Stage.STOPPING}:
            self._wanted = wanted
            self._look()
        self.show()
        self.raise_()
        self.activateWindow()

    # --- what happens -------------------------------------------------------------------------

    def _look(self) -> None:
        self._show(Stage.LOOKING)
        self._services.weights_offer(self._wanted, self._offered)

    def _offered(self, offer: DownloadOffer | None) -> None:
        if self.stage is not Stage.LOOKING:
            return
        self._offer = offer
        if offer is None:
            self._end()
            return
        self._facts.show_offer(offer)
        self._show(Stage.OFFERED)
        if offer.done_mb > 0:
            self._show_progress(offer.done_mb, offer.size_mb)

    def _go(self) -> None:
        if self.stage is Stage.READY:
            self.accept()
            self.talk_asked.emit()
            return
        self._pace = Pace()
        self._show(Stage.RUNNING)
        self._services.start_weights(self._wanted, self._arrived, self._done)

    def _arrived(self, done_mb: float, total_mb: float) -> None:
        if self.stage is Stage.RUNNING:
            self._pace.mark(self._clock(), done_mb)
            self._show_progress(done_mb, total_mb)

    def _done(self, outcome: DownloadOutcome) -> None:
        if outcome.ready:
            self._end()
        elif not outcome.text:
            self._look()  # How much is here already may have changed.
        else:
            self._show(Stage.FAILED, outcome.text)
        if (outcome.ready or outcome.text) and not self.isVisible():
            # Whoever is at something else keeps the keyboard.
            self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating)
            self.show()
            self.setAttribute(Qt.WidgetAttribute.WA_ShowWithoutActivating, on=False)

    def _cancel(self) -> None:
        if self.stage is Stage.RUNNING:
            self._show(Stage.STOPPING)
            self._services.cancel_weights(self._wanted)
        else:
            self.reject()

    def _ask_folder(self) -> None:
        dialog = QFileDialog(self, self.tr("Folder with the model"))
        dialog.setFileMode(QFileDialog.FileMode.Directory)
        dialog.setOption(QFileDialog.Option.ShowDirsOnly)
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.use_folder)
        dialog.open()

    def use_folder(self, folder: str) -> None:
        """Try ``folder`` in place of a download."""
        self._show(Stage.LOOKING)
        self.note.setText(self.tr("Looking into {0}…").format(folder))
        self._fit()
        self._services.use_weights_folder(self._wanted, folder, self._looked)

    def _looked(self, outcome: DownloadOutcome) -> None:
        if outcome.ready:
            self._end()
        else:
            self._show(Stage.OFFERED, outcome.text)

    def _end(self) -> None:
        self._show(Stage.READY)
        self.ready.emit()

    # --- looks --------------------------------------------------------------------------------

    def _show(self, stage: Stage, flaw: str = "") -> None:
        """Show ``stage``, and what went wrong."""
        busy = stage in {Stage.RUNNING, Stage.STOPPING}
        self.stage = stage
        head, words = self._sentences()
        self._head.setText(head)
        self._words.setText(words)
        self._facts.setVisible(stage is not Stage.READY and self._offer is not None)
        self.bar.setVisible(busy)
        self.note.setText(
            {
                Stage.LOOKING: self.tr("Looking at what is here…"),
                Stage.RUNNING: self.tr("Connecting…"),
                Stage.STOPPING: self.tr("Stopping; what has arrived is kept."),
            }.get(stage, "")
        )
        self.note.setVisible(bool(self.note.text()))
        self.flaw.setText(flaw)
        self.flaw.setVisible(bool(flaw))
        self.go.setText(self._yes())
        self.go.setVisible(not busy)
        self.go.setEnabled(stage is not Stage.LOOKING)
        self.folder.setVisible(not busy and stage is not Stage.READY)
        self.folder.setEnabled(stage is not Stage.LOOKING)
        self.cancel.setText(self.tr("Close") if stage is Stage.READY else self.tr("Cancel"))
        self.cancel.setEnabled(stage is not Stage.STOPPING)
        (self.cancel if busy else self.go).setFocus()
        self._fit()
        if flaw or stage is Stage.READY:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, flaw or head))

    def _sentences(self) -> tuple[str, str]:
        match self.stage:
            case Stage.READY:
                return self.tr("Everything is here"), self.tr(
                    "You can talk to the assistant on this computer now, without a network."
                )
            case Stage.RUNNING | Stage.STOPPING:
                return self.tr("Downloading"), self.tr(
                    "You can close this window. The download goes on, and Parley tells you when "
                    "it is complete."
                )
            case _ if self._offer is not None and not self._offer.hears:
                return self.tr("One download, then no network needed"), self.tr(
                    "With a language model the assistant on this computer can talk about anything. "
                    "It can be wrong, and the smaller it is the more often."
                )
            case _:
                return self.tr("One download, then no network needed"), self.tr(
                    "To understand you on this computer, Parley needs a speech model once. "
                    "Your voice is not sent anywhere for it."
                )

    def _yes(self) -> str:
        match self.stage:
            case Stage.READY:
                return self.tr("Start talking")
            case Stage.FAILED:
                return self.tr("Retry")
            case _ if self._offer is not None and self._offer.done_mb > 0:
                return self.tr("Continue")
            case _:
                return self.tr("Download")

    def _show_progress(self, done_mb: float, total_mb: float) -> None:
        part = done_mb / total_mb if total_mb > 0 else 0.0
        self.bar.setValue(round(STEPS * min(1.0, part)))
        self.bar.show()
        words = self.tr("{0} of {1} MB").format(megabytes(done_mb), megabytes(total_mb))
        left_s = self._pace.left_s(total_mb) if self.stage is Stage.RUNNING else None
        if left_s is not None:
            words = f"{words} · {self._time_left(left_s)}"
        elif self.stage is Stage.OFFERED:
            words = self.tr("{0} are here already").format(words)
        self.note.setText(words)
        self.note.show()
        self._fit()
        self.bar.setAccessibleDescription(words)

    def _fit(self) -> None:
        """Be as large as the words need: a dialog grows by itself, but never shrinks."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            wide = max(WIDTH_PX, layout.totalMinimumSize().width())
            self.setFixedSize(wide, layout.totalHeightForWidth(wide))

    def _time_left(self, seconds: float) -> str:
        if seconds < 55:
            return self.tr("about %n seconds left", "", max(5, 5 * round(seconds / 5)))
        if seconds < 90:
            return self.tr("about a minute left")
        return self.tr("about %n minutes left", "", round(seconds / 60))

    def _arrange(self) -> None:
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.folder)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.go)
        self.go.setDefault(True)
        for button in (self.folder, self.cancel):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        for part in (self._head, self._words, self._facts, self.bar, self.note, self.flaw):
            layout.addWidget(part)
        layout.addSpacing(4)
        layout.addLayout(buttons)

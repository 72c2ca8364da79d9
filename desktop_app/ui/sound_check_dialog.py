"""Check sound: plays a tune, hears what comes back, and says how Parley will listen and why."""

from __future__ import annotations

from enum import StrEnum

from PySide6.QtCore import Qt, Signal
from PySide6.QtGui import QAccessible, QAccessibleAnnouncementEvent, QFont, QGuiApplication
from PySide6.QtWidgets import (
    QHBoxLayout,
    QLabel,
    QProgressBar,
    QPushButton,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core import check_words
from desktop_app.core.settings import Settings
from desktop_app.core.sound_check import CheckStage, Findings, Mode, Trouble, Verdict, judge
from desktop_app.core.state import AppState
from desktop_app.core.wishes import SoundCheckBegan, SoundCheckEnded
from desktop_app.ports import Dispatch
from desktop_app.ui import icons, theme
from desktop_app.ui.check_facts import CheckFacts
from desktop_app.ui.controls import Switch, SwitchWords, toned
from desktop_app.ui.dialog import Dialog
from desktop_app.ui.services import Services

WIDTH_PX = 500
STEPS = 1000
MARK_PX = 26


class Stage(StrEnum):
    """How far the check is."""

    READY = "ready"
    RUNNING = "running"
    DONE = "done"


class SoundCheckDialog(Dialog):
    """Asks before it makes a sound, and never holds the window up.  Closing it ends the check."""

    microphone_asked = Signal()
    """The user wants to choose another microphone."""

    def __init__(self, dispatch: Dispatch, services: Services, parent: QWidget) -> None:
        super().__init__(parent)
        self._dispatch, self._services = dispatch, services
        self._settings = Settings()
        self._check: CheckStage | None = None
        self._found = Findings()
        self.stage = Stage.READY
        self.setWindowTitle(self.tr("Check sound"))
        self._mark, self._head, self._words, self._advice = (QLabel() for _ in range(4))
        self._head.setFont(theme.scaled(self.font(), 1.3, QFont.Weight.DemiBold))
        for label in (self._head, self._words, self._advice):
            label.setWordWrap(True)
            label.setTextFormat(Qt.TextFormat.PlainText)
        toned(self._words, "muted")
        self._facts = CheckFacts()
        self.bar = QProgressBar()
        self.bar.setRange(0, STEPS)
        self.bar.setTextVisible(False)
        self.bar.setAccessibleName(self.tr("Check sound"))
        self.voice = Switch()
        self.voice.setChecked(True)
        words = self.tr("Listen to my voice too (4 seconds more)")
        self._voice_words = SwitchWords(words, self.voice)
        self.copy = QPushButton(self.tr("Copy report"))
        self.copy.setProperty("kind", "link")
        self.other = QPushButton(self.tr("Choose microphone"))
        self.cancel, self.go = QPushButton(), QPushButton()
        self.go.setProperty("kind", "primary")
        self.copy.clicked.connect(self._copy)
        self.other.clicked.connect(self._choose)
        self.cancel.clicked.connect(self._back)
        self.go.clicked.connect(self._go)
        self._arrange()
        self._show(Stage.READY)

    def offer(self) -> None:
        """Open, ready to begin; a check that runs goes on."""
        if self.stage is not Stage.RUNNING:
            self._show(Stage.READY)
        self.show()
        self.raise_()
        self.activateWindow()

    def show_state(self, state: AppState) -> None:
        """Remember which devices are meant.  Idempotent."""
        self._settings = state.settings

    def done(self, result: int) -> None:
        """Close; a check that runs ends, and changes nothing."""
        if self.stage is Stage.RUNNING:
            self._services.cancel_check()
            self._dispatch(SoundCheckEnded())
            self._show(Stage.READY)
        super().done(result)

    # --- what happens -------------------------------------------------------------------------

    def _go(self) -> None:
        match self.stage:
            case Stage.READY:
                self._begin()
            case Stage.RUNNING:
                self._services.skip_voice()
            case Stage.DONE:
                self.accept()

    def _back(self) -> None:
        if self.stage is Stage.DONE:
            self._begin()
        else:
            self.reject()

    def _begin(self) -> None:
        self._check = None
        self._show(Stage.RUNNING)
        self._dispatch(SoundCheckBegan())
        ask = self.voice.isChecked()
        self._services.check_sound(self._settings, self._progressed, self._ended, ask=ask)

    def _progressed(self, stage: CheckStage, share: float) -> None:
        if self.stage is not Stage.RUNNING:
            return
        self.bar.setValue(round(STEPS * share))
        if stage is not self._check:
            self._check = stage
            self._show(Stage.RUNNING)

    def _ended(self, found: Findings) -> None:
        if self.stage is not Stage.RUNNING:
            return
        self._found = found
        self._dispatch(SoundCheckEnded(found))
        self._show(Stage.DONE)

    def _choose(self) -> None:
        self.accept()
        self.microphone_asked.emit()

    def _copy(self) -> None:
        text = check_words.report(judge(self._found), self._found)
        QGuiApplication.clipboard().setText(text)
        self.copy.setText(self.tr("Copied"))

    # --- looks --------------------------------------------------------------------------------

    def _show(self, stage: Stage) -> None:
        self.stage = stage
        running, done = stage is Stage.RUNNING, stage is Stage.DONE
        verdict = judge(self._found)
        head, words = self._sentences()
        self._head.setText(head)
        self._words.setText(words)
        advice = check_words.advice(verdict) if done else ()
        self._advice.setText("\n".join(f"• {sentence}" for sentence in advice))
        self._advice.setVisible(bool(self._advice.text()))
        self._mark.setVisible(done)
        self._draw_mark(verdict)
        self._facts.show_findings(self._found if done else Findings())
        self.bar.setVisible(running)
        for part in (self.voice, self._voice_words):
            part.setVisible(stage is Stage.READY)
        self.copy.setText(self.tr("Copy report"))
        self.copy.setVisible(done)
        self.other.setVisible(done and verdict.trouble not in (Trouble.NONE, Trouble.NO_SPEAKER))
        self._show_buttons()
        self._fit()
        if running or done:
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self, f"{head}. {words}"))

    def _show_buttons(self) -> None:
        match self.stage:
            case Stage.READY:
                labels = (self.tr("Cancel"), self.tr("Start"))
            case Stage.RUNNING:
                labels = (self.tr("Cancel"), self.tr("Skip"))
            case Stage.DONE:
                labels = (self.tr("Check again"), self.tr("Close"))
        self.cancel.setText(labels[0])
        self.go.setText(labels[1])
        running = self.stage is Stage.RUNNING
        self.go.setVisible(not running or self._check is CheckStage.VOICE)
        (self.cancel if self.go.isHidden() else self.go).setFocus()

    def _sentences(self) -> tuple[str, str]:
        if self.stage is Stage.DONE:
            verdict = judge(self._found)
            return check_words.title(verdict, self._found), check_words.why(verdict, self._found)
        if self.stage is Stage.READY:
            return self.tr("How does it sound at your place?"), self.tr(
                "Parley plays a short tune and listens to what comes back. Put your headphones on "
                "if you use them, and choose your usual volume. It takes ten seconds, and nothing "
                "of it leaves this computer."
            )
        match self._check:
            case CheckStage.TUNE:
                return self.tr("A tune"), self.tr("Please be quiet until it has faded.")
            case CheckStage.VOICE:
                return self.tr("Now say something"), self.tr(
                    "Speak as you will speak to Parley: count to ten, for example."
                )
            case _:
                return self.tr("The room"), self.tr("Please be quiet for a moment.")

    def _draw_mark(self, verdict: Verdict) -> None:
        c = theme.colors()
        if not verdict.works:
            picture = icons.pixmap("warning", c.danger, MARK_PX)
        elif verdict.mode is Mode.HALF_DUPLEX:
            picture = icons.pixmap("info", c.accent, MARK_PX)
        else:
            picture = icons.pixmap("check", c.good, MARK_PX)
        self._mark.setPixmap(picture)

    def _fit(self) -> None:
        """Be as large as the words need: a dialog grows by itself, but never shrinks."""
        layout = self.layout()
        if layout is not None:
            layout.activate()
            wide = max(WIDTH_PX, layout.totalMinimumSize().width())
            self.setFixedSize(wide, layout.totalHeightForWidth(wide))

    def _arrange(self) -> None:
        head = QHBoxLayout()
        head.setSpacing(10)
        head.addWidget(self._mark, 0, Qt.AlignmentFlag.AlignTop)
        head.addWidget(self._head, 1)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addWidget(self.copy)
        buttons.addStretch(1)
        for button in (self.other, self.cancel, self.go):
            buttons.addWidget(button)
        self.go.setDefault(True)
        for button in (self.copy, self.other, self.cancel):
            button.setAutoDefault(False)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(22, 20, 22, 18)
        layout.setSpacing(12)
        layout.addLayout(head)
        for part in (self._words, self.bar, self._advice, self._facts):
            layout.addWidget(part)
        voice = QHBoxLayout()
        voice.setSpacing(10)
        voice.addWidget(self.voice)
        voice.addWidget(self._voice_words, 1)
        layout.addLayout(voice)
        layout.addSpacing(4)
        layout.addLayout(buttons)

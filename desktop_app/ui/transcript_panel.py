"""The middle of the window: the transcript, what to do when it is empty, and its way to the end."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from PySide6.QtCore import QEvent, QPoint, Qt
from PySide6.QtGui import (
    QAccessible,
    QAccessibleAnnouncementEvent,
    QAction,
    QGuiApplication,
    QKeySequence,
    QResizeEvent,
)
from PySide6.QtWidgets import QFileDialog, QMenu, QWidget

from desktop_app.core.problems import Kind, Problem
from desktop_app.core.state import AppState
from desktop_app.core.transcript import Role, Row, Text
from desktop_app.core.wishes import ProblemFound
from desktop_app.ports import Dispatch
from desktop_app.ui.controls import IconPushButton
from desktop_app.ui.empty_state import EmptyState
from desktop_app.ui.seen import Seen
from desktop_app.ui.transcript_model import TranscriptModel
from desktop_app.ui.transcript_view import TranscriptView

_SETTLED = frozenset({Text.DONE, Text.INTERRUPTED, Text.CUT, Text.FILTERED, Text.FAILED})


class TranscriptPanel(QWidget):
    """Shows both sides; rows can be copied, and all of it can be copied or saved."""

    def __init__(self, dispatch: Dispatch, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._dispatch = dispatch
        self._seen = Seen()
        self._said = ""
        self.model = TranscriptModel(self)
        self.view = TranscriptView(self.model, self)
        self.view.setAccessibleName(self.tr("Conversation"))
        self.empty = EmptyState(self)
        self.jump = IconPushButton("down", self.tr("Newest"), "floating")
        self.jump.setParent(self)
        self.jump.setAccessibleName(self.tr("Go to the newest words"))
        self.jump.clicked.connect(self.view.to_newest)
        self.jump.hide()
        self.view.following_changed.connect(self._show_jump)
        self._make_actions()

    def show_state(self, state: AppState) -> None:
        """Show the rows of ``state``.  Idempotent."""
        self.empty.show_state(state)
        if self._seen.same(state.rows):
            return
        self.model.show_rows(state.rows)
        filled = self.model.rowCount() > 0
        self.empty.setVisible(not filled)
        for action in (self.copy_all, self.save):
            action.setEnabled(filled)
        if not filled:
            self.view.to_newest()
        self._announce()

    def _make_actions(self) -> None:
        def action(words: str, run: Callable[[], None], keys: str = "") -> QAction:
            made = QAction(words, self)
            made.triggered.connect(lambda: run())
            if keys:
                made.setShortcut(QKeySequence(keys))
                made.setShortcutContext(Qt.ShortcutContext.WidgetWithChildrenShortcut)
            self.view.addAction(made)
            return made

        self.copy = action(self.tr("Copy"), self._copy_chosen, "Ctrl+C")
        self.copy_all = action(self.tr("Copy conversation"), self._copy_all)
        self.save = action(self.tr("Save as text…"), self._ask_file)
        for made in (self.copy_all, self.save):
            made.setEnabled(False)
        self.view.setContextMenuPolicy(Qt.ContextMenuPolicy.CustomContextMenu)
        self.view.customContextMenuRequested.connect(self._show_menu)

    def _show_menu(self, place: QPoint) -> None:
        self.copy.setEnabled(bool(self.view.chosen()))
        menu = QMenu(self)
        menu.addActions([self.copy, self.copy_all, self.save])
        menu.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        menu.aboutToHide.connect(lambda: self.copy.setEnabled(True))
        menu.popup(self.view.viewport().mapToGlobal(place))

    def _copy_chosen(self) -> None:
        chosen = self.view.chosen()
        if chosen:
            QGuiApplication.clipboard().setText(self.model.plain_text(chosen))

    def _copy_all(self) -> None:
        QGuiApplication.clipboard().setText(self.model.plain_text())

    def _ask_file(self) -> None:
        dialog = QFileDialog(self, self.tr("Save conversation"))
        dialog.setAcceptMode(QFileDialog.AcceptMode.AcceptSave)
        dialog.setNameFilter(self.tr("Text files (*.txt)"))
        dialog.setDefaultSuffix("txt")
        dialog.selectFile(self.tr("conversation.txt"))
        dialog.setAttribute(Qt.WidgetAttribute.WA_DeleteOnClose)
        dialog.fileSelected.connect(self.save_to)
        dialog.open()

    def save_to(self, file: str) -> None:
        """Write the conversation to ``file``; a failure becomes a `Problem`."""
        try:
            Path(file).write_text(self.model.plain_text() + "\n", encoding="utf-8")
        except OSError as error:
            title = self.tr("The conversation could not be saved")
            hint = self.tr("{0}. Choose another folder.").format(error.strerror or str(error))
            self._dispatch(ProblemFound(Problem(Kind.UNSAVED_TRANSCRIPT, title, hint)))

    def _announce(self) -> None:
        """Let a screen reader say an answer once, unless the assistant said it aloud itself."""
        if not QAccessible.isActive() or not self.model.rowCount():
            return
        row: Row = self.model.row_at(self.model.rowCount() - 1)
        written = row.role is Role.ASSISTANT and row.state in _SETTLED and not row.spoken
        if written and row.item_id != self._said:
            self._said = row.item_id
            said = self.model.spoken_text(row)
            QAccessible.updateAccessibility(QAccessibleAnnouncementEvent(self.view, said))

    def _show_jump(self, following: bool) -> None:
        self.jump.setVisible(not following)

    def resizeEvent(self, event: QResizeEvent) -> None:
        """Let the list fill everything and the button float above its end."""
        super().resizeEvent(event)
        self._arrange()

    def changeEvent(self, event: QEvent) -> None:
        """Make room for the button in another font."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.FontChange:
            self._arrange()

    def _arrange(self) -> None:
        self.view.setGeometry(self.rect())
        self.empty.setGeometry(self.rect())
        size = self.jump.sizeHint()
        self.jump.setGeometry(
            (self.width() - size.width()) // 2,
            self.height() - size.height() - 10,
            size.width(),
            size.height(),
        )
        self.jump.raise_()

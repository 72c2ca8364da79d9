"""One page of the settings: cards with a row for each setting."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import fields, replace

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QFont
from PySide6.QtWidgets import (
    QFrame,
    QGridLayout,
    QHBoxLayout,
    QLabel,
    QPushButton,
    QScrollArea,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core.settings import Settings
from desktop_app.core.spec import Spec
from desktop_app.ui import setting_rules, theme
from desktop_app.ui.controls import Switch, SwitchWords, rule, toned
from desktop_app.ui.setting_editors import Editor, editor_for, said

CONTROL_PX = 280
DEFAULTS = Settings()


class Card(QFrame):
    """Rows on one ground, with hairlines between those that are shown."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._rows = QVBoxLayout(self)
        self._rows.setContentsMargins(18, 4, 18, 4)
        self._rows.setSpacing(0)
        self._parts: list[tuple[QFrame, QWidget]] = []

    def add(self, part: QWidget) -> None:
        """Put ``part`` below the others."""
        line = rule()
        self._rows.addWidget(line)
        self._rows.addWidget(part)
        self._parts.append((line, part))
        self.tidy()

    def clear(self) -> None:
        """Take all rows away."""
        for line, part in self._parts:
            for widget in (line, part):
                self._rows.removeWidget(widget)
                widget.deleteLater()
        self._parts.clear()

    def tidy(self) -> None:
        """Draw lines only between rows that are shown, and nothing at all when none is."""
        above = False
        for line, part in self._parts:
            here = not part.isHidden()
            line.setVisible(here and above)
            above = above or here
        self.setVisible(above)


def button_card(title: str, words: str, label: str, pressed: Callable[[], object]) -> Card:
    """Return a card with one thing to do."""
    row, help_, button = QWidget(), QLabel(words), QPushButton(label)
    help_.setWordWrap(True)
    toned(help_, "muted")
    button.setAutoDefault(False)
    button.setAccessibleName(f"{label.rstrip('…')}: {title}")
    button.setAccessibleDescription(words)
    button.clicked.connect(lambda: pressed())
    text = QVBoxLayout()
    text.setSpacing(3)
    text.addWidget(QLabel(title))
    text.addWidget(help_)
    layout = QHBoxLayout(row)
    layout.setContentsMargins(0, 12, 0, 12)
    layout.addLayout(text, 1)
    layout.addWidget(button, 0, Qt.AlignmentFlag.AlignVCenter)
    card = Card()
    card.add(row)
    return card


class SettingRow(QWidget):
    """Label and help on the left, the control on the right; long texts get a line of their own."""

    def __init__(self, name: str, spec: Spec, editor: Editor) -> None:
        super().__init__()
        self.editor = editor
        switch = editor.focus if isinstance(editor.focus, Switch) else None
        title = said(spec.label)
        label = SwitchWords(title, switch) if switch is not None else QLabel(title)
        self.label, self._help, self._flaw = label, QLabel(said(spec.help)), QLabel()
        label.setBuddy(editor.focus)
        label.setWordWrap(True)
        self._help.setVisible(bool(spec.help))
        self._help.setFont(theme.scaled(self.font(), 0.94))
        self._flaw.setFont(self._help.font())
        toned(self._help, "muted")
        toned(self._flaw, "bad")
        for text in (self._help, self._flaw):
            text.setWordWrap(True)
        self._flaw.hide()
        editor.focus.setAccessibleName(said(spec.label))
        grid = QGridLayout(self)
        grid.setContentsMargins(0, 12, 0, 12)
        grid.setHorizontalSpacing(24)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(0, 1)
        words = QVBoxLayout()
        words.setSpacing(3)
        # Stretches, for an aligned layout is never made higher than before its words were broken.
        words.addStretch(1)
        for text in (label, self._help, self._flaw):
            words.addWidget(text)
        words.addStretch(1)
        grid.addLayout(words, 0, 0)
        if spec.multiline:
            grid.addWidget(editor.widget, 1, 0)
            return
        side = Qt.AlignmentFlag.AlignVCenter | Qt.AlignmentFlag.AlignRight
        grid.addWidget(editor.widget, 0, 1, side)
        if not isinstance(editor.widget, Switch):
            editor.widget.setFixedWidth(CONTROL_PX)

    def show_flaw(self, words: str) -> None:
        """Say what is wrong with the value, in place of the help."""
        self._flaw.setText(words)
        self._flaw.setVisible(bool(words))
        self._help.setVisible(bool(self._help.text()) and not words)
        self.editor.focus.setAccessibleDescription(words or self._help.text())


class SettingsPage(QScrollArea):
    """The settings that belong together, made from their declarations."""

    changed = Signal()
    """The user edited something."""

    def __init__(self, title: str, specs: dict[str, Spec]) -> None:
        super().__init__()
        self.title = title
        self.setWidgetResizable(True)
        self.setFrameShape(QFrame.Shape.NoFrame)
        self.setHorizontalScrollBarPolicy(Qt.ScrollBarPolicy.ScrollBarAlwaysOff)
        self.setFocusPolicy(Qt.FocusPolicy.NoFocus)
        self.inner = QWidget()
        self.inner.setObjectName("page")
        self._column = QVBoxLayout(self.inner)
        self._column.setContentsMargins(4, 4, 14, 16)
        self._column.setSpacing(10)
        head = QLabel(title)
        head.setFont(theme.scaled(self.font(), 1.5, QFont.Weight.DemiBold))
        self._column.addWidget(head)
        self._column.addStretch(1)
        self.rows: dict[str, SettingRow] = {}
        self._cards: dict[str, Card] = {}
        defaults = {f.name: f.default for f in fields(Settings)}
        for name, spec in specs.items():
            editor = editor_for(name, spec, defaults[name], self.changed.emit)
            self.rows[name] = SettingRow(name, spec, editor)
            self._card_of(setting_rules.group(name)).add(self.rows[name])
        self.setWidget(self.inner)

    def minimumSizeHint(self) -> QSize:
        """Return the width that cuts nothing: the page scrolls only up and down."""
        inner, bar = self.inner.minimumSizeHint(), self.verticalScrollBar().sizeHint()
        return QSize(inner.width() + bar.width(), super().minimumSizeHint().height())

    def event(self, event: QEvent) -> bool:
        """Tell the dialog when the page needs another width."""
        if event.type() is QEvent.Type.LayoutRequest:
            self.updateGeometry()
        return super().event(event)

    def add_card(self, card: QWidget, after: str | None = None) -> None:
        """Put ``card`` behind the card of the group ``after``, or at the end."""
        place = self._column.count() - 1
        if after is not None:
            place = self._column.indexOf(self._cards[after]) + 1
        self._column.insertWidget(place, card)

    def cards(self) -> list[QWidget]:
        """Return the cards from top to bottom."""
        items = (self._column.itemAt(n) for n in range(self._column.count()))
        return [part for item in items if item and (part := item.widget())]

    def reveal(self, control: QWidget) -> None:
        """Scroll until ``control`` can be seen, if it is one of the page."""
        if self.inner.isAncestorOf(control):
            self.ensureWidgetVisible(control)

    def show_values(self, draft: Settings) -> None:
        """Show the values of ``draft`` and what can be used beside them."""
        for name, row in self.rows.items():
            row.editor.show_value(getattr(draft, name))
        self.show_rules(draft)

    def show_rules(self, draft: Settings) -> None:
        """Offer only what has an effect beside the other values of ``draft``."""
        for name, row in self.rows.items():
            usable = setting_rules.usable(name, draft)
            row.setEnabled(usable)
            row.setVisible(usable)
            row.show_flaw(self._flaw(setting_rules.flaw(name, draft)))
        for card in self._cards.values():
            card.tidy()

    def edited(self, draft: Settings) -> Settings:
        """Return ``draft`` with the values of this page."""
        values = {name: row.editor.value() for name, row in self.rows.items()}
        return replace(draft, **values)

    def without_changes(self, draft: Settings) -> Settings:
        """Return ``draft`` with the defaults for this page."""
        return replace(draft, **{name: getattr(DEFAULTS, name) for name in self.rows})

    def _card_of(self, group: str) -> Card:
        if group not in self._cards:
            self._cards[group] = Card()
            self._column.insertWidget(self._column.count() - 1, self._cards[group])
        return self._cards[group]

    def _flaw(self, flaw: str) -> str:
        match flaw:
            case "":
                return ""
            case "url":
                return self.tr("An address looks like wss://host/path.")
            case "insecure":
                return self.tr("Not encrypted: use wss://, or allow it under the key.")
            case "model_server":
                return self.tr("An address looks like http://localhost:11434.")
            case "remote":
                return self.tr("That is another computer: allow it below first.")
            case "key":
                return self.tr("Keys look like Ctrl+Alt+Space, F9, Pause or Mouse4.")
            case _:
                return self.tr("At least 5,000 ms, or 0 for never.")

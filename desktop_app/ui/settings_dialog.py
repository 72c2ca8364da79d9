"""The settings dialog, made from the declarations in `desktop_app.core.settings`."""

from __future__ import annotations

from typing import cast

from PySide6.QtCore import QEvent, QSize, Qt, Signal
from PySide6.QtGui import QGuiApplication, QIcon
from PySide6.QtWidgets import (
    QApplication,
    QHBoxLayout,
    QListWidget,
    QListWidgetItem,
    QPushButton,
    QStackedWidget,
    QVBoxLayout,
    QWidget,
)

from desktop_app.core import engine_specs
from desktop_app.core.settings import Settings, specs
from desktop_app.core.sound import DeviceList
from desktop_app.core.spec import Spec
from desktop_app.core.state import AppState
from desktop_app.core.wishes import ConnectAsked, SettingsChanged
from desktop_app.ports import Dispatch
from desktop_app.ui import icons, setting_rules, tab_order, theme, window_place
from desktop_app.ui.dialog import Dialog
from desktop_app.ui.key_section import KeySection
from desktop_app.ui.login_card import LoginCard
from desktop_app.ui.model_shelf import ModelShelfCard
from desktop_app.ui.services import Services
from desktop_app.ui.setting_editors import DEVICES, DeviceEditor
from desktop_app.ui.settings_page import Card, SettingsPage, button_card
from desktop_app.ui.shortcuts import Shortcuts

SIZE_PX = QSize(820, 640)
SMALLEST_PX = 420
SIDE_PX = 168
ENTRY_PX = 38
EDGES_PX = QSize(56, 16)
"""What stands around the words of an entry: icon and edges."""
ICONS = {
    "connection": "link",
    "assistant": "bubble",
    "turns": "turns",
    "sound": "speaker",
    "engine": "computer",
    "keys": "keyboard",
    "app": "sliders",
}


class SettingsDialog(Dialog):
    """Edits a copy of the settings; accepting it dispatches one `SettingsChanged`."""

    check_asked = Signal()
    """The user wants the sound checked, with the settings as they are now."""

    def __init__(self, dispatch: Dispatch, services: Services, parent: QWidget) -> None:
        self.pages: dict[str, SettingsPage] = {}
        super().__init__(parent)
        self._dispatch, self._services = dispatch, services
        self._newest = self._before = self._draft = Settings()
        self.setWindowTitle(self.tr("Settings"))
        self.setMinimumHeight(SMALLEST_PX)  # How narrow it may be the words say.
        self.resize(window_place.fitting(SIZE_PX, self))
        self._list = QListWidget()
        self._list.setObjectName("pages")
        self._list.setAccessibleName(self.tr("Pages"))
        self._list.setIconSize(QSize(18, 18))
        self._stack = QStackedWidget()
        for page, declared in self._by_page().items():
            self._add_page(page, declared)
        self.key = KeySection(services, lambda: self._draft)
        self.pages["connection"].add_card(self.key, after="")
        self.shortcuts = Shortcuts(self.pages["keys"], services.desk, lambda: self._draft)
        self.login = LoginCard(services.desk)
        self.pages["app"].add_card(self.login)
        self.shelf = ModelShelfCard(services)
        self.shelf.talk_asked.connect(self._save_and_talk)
        self.pages[engine_specs.PAGE].add_card(self.shelf, after="file")
        self.pages["sound"].add_card(self._check_card())
        self.pages["app"].add_card(self._report_card())
        self._draw_icons()
        app = cast("QApplication", QApplication.instance())
        app.focusChanged.connect(self._focus_moved)
        self._list.currentRowChanged.connect(self._stack.setCurrentIndex)
        self._list.setCurrentRow(0)
        self.reset = QPushButton(self.tr("Reset this page"))
        self.reset.setProperty("kind", "link")
        self.cancel = QPushButton(self.tr("Cancel"))
        self.save = QPushButton(self.tr("Save"))
        self.save.setProperty("kind", "primary")
        self.reset.clicked.connect(self._reset_page)
        self.cancel.clicked.connect(self.reject)
        self.save.clicked.connect(self.accept)
        self._arrange()
        self._chain()
        self.shelf.filled.connect(self._chain)

    def edit(self, state: AppState) -> None:
        """Begin with a copy of the settings of ``state``."""
        self._newest = self._before = state.settings
        self._show_draft(state.settings)
        self.key.refresh()
        self.shortcuts.refresh()
        self.login.refresh()
        self.shelf.refresh()
        self._services.list_devices(self.show_devices)

    def show_state(self, state: AppState) -> None:
        """Remember what the settings are meanwhile; the copy stays the user's.  Idempotent."""
        self._newest = state.settings

    def show_devices(self, devices: DeviceList) -> None:
        """Offer ``devices``.  Idempotent."""
        for name, found in (("microphone", devices.microphones), ("speaker", devices.speakers)):
            for page in self.pages.values():
                row = page.rows.get(name)
                if row is not None and isinstance(row.editor, DeviceEditor):
                    row.editor.picker.show_devices(found)

    def changeEvent(self, event: QEvent) -> None:
        """Draw the icons of the pages in the new colours when the theme changes."""
        super().changeEvent(event)
        if event.type() is QEvent.Type.StyleChange:
            self._draw_icons()

    def _chain(self) -> None:
        """Let Tab go as the eye does; cards come onto their page later than its rows."""
        cards = (card for page in self.pages.values() for card in page.cards())
        tab_order.chain((self._list, *cards, self.reset, self.cancel, self.save))

    def _focus_moved(self, _: QWidget | None, control: QWidget | None) -> None:
        """Show what a key has moved to; under a pressed mouse button nothing must move."""
        pressed = QGuiApplication.mouseButtons() != Qt.MouseButton.NoButton
        if control is not None and not pressed:
            for page in self.pages.values():
                page.reveal(control)

    def _draw_icons(self) -> None:
        c = theme.colors()
        for number, page in enumerate(self.pages):
            picture = icons.pixmap(ICONS.get(page, "info"), c.text, 18)
            chosen = icons.pixmap(ICONS.get(page, "info"), c.on_accent_soft, 18)
            icon = QIcon(picture)
            icon.addPixmap(chosen, QIcon.Mode.Selected)
            self._list.item(number).setIcon(icon)

    def show_page(self, page: str) -> None:
        """Turn to ``page``."""
        self._list.setCurrentRow(list(self.pages).index(page))

    def ask_for_key(self) -> None:
        """Turn to the key and let the user type one."""
        self.show_page("connection")
        self.key.ask()
        self.pages["connection"].ensureWidgetVisible(self.key)

    @property
    def draft(self) -> Settings:
        """The settings as edited."""
        return self._draft

    def accept(self) -> None:
        """Wish for the edited settings, and keep a key that was typed but not saved yet."""
        self.key.save()
        wanted = setting_rules.merged(self._newest, self._before, self._draft)
        if wanted != self._newest:
            self._dispatch(SettingsChanged(wanted))
        self.login.save()
        super().accept()

    def done(self, result: int) -> None:
        """Close, and let the keys do again what they are for."""
        self.shortcuts.stop()
        super().done(result)

    def _save_and_talk(self) -> None:
        self.accept()
        self._dispatch(ConnectAsked())

    def _edited(self) -> None:
        draft = self._draft
        for page in self.pages.values():
            draft = page.edited(draft)
        self._draft = draft
        self._show_rules()

    def _show_draft(self, draft: Settings) -> None:
        self._draft = draft
        for page in self.pages.values():
            page.show_values(draft)
        self._show_rules()

    def _show_rules(self) -> None:
        for page in self.pages.values():
            page.show_rules(self._draft)
        engine = list(self.pages).index(engine_specs.PAGE)
        self._list.item(engine).setHidden(self._draft.service == "server")
        self.shelf.setVisible(setting_rules.usable("engine_gguf", self._draft))
        self.key.setVisible(self._draft.service != "offline")
        self.key.show_url(self._draft.server_url)

    def _reset_page(self) -> None:
        page = list(self.pages.values())[self._list.currentRow()]
        self._show_draft(page.without_changes(self._draft))

    @staticmethod
    def _by_page() -> dict[str, dict[str, Spec]]:
        pages: dict[str, dict[str, Spec]] = {}
        # The devices come first on their page: they are what people look for there.
        for name, spec in sorted(specs().items(), key=lambda entry: entry[0] not in DEVICES):
            if spec.page:
                pages.setdefault(spec.page, {})[name] = spec
        return {page: pages[page] for page in ICONS if page in pages} | pages

    def _add_page(self, page: str, declared: dict[str, Spec]) -> None:
        self.pages[page] = SettingsPage(self._title(page), declared)
        self.pages[page].changed.connect(self._edited)
        for name in DEVICES & set(declared):
            editor = self.pages[page].rows[name].editor
            if isinstance(editor, DeviceEditor):
                editor.picker.opened.connect(lambda: self._services.list_devices(self.show_devices))
        self._stack.addWidget(self.pages[page])
        title, metrics = self._title(page), self._list.fontMetrics()
        item = QListWidgetItem(title)
        item.setSizeHint(QSize(0, max(ENTRY_PX, metrics.height() + EDGES_PX.height())))
        self._list.addItem(item)
        wide = metrics.horizontalAdvance(title) + EDGES_PX.width()
        self._list.setFixedWidth(max(self._list.minimumWidth(), SIDE_PX, wide))

    def _title(self, page: str) -> str:
        titles = {
            "connection": self.tr("Connection"),
            "assistant": self.tr("Assistant"),
            "turns": self.tr("Turn taking"),
            "sound": self.tr("Sound"),
            "engine": self.tr("This computer"),
            "keys": self.tr("Shortcuts"),
            "app": self.tr("App"),
        }
        return titles.get(page, page.capitalize())

    def _check_card(self) -> Card:
        return button_card(
            self.tr("Check sound"),
            self.tr("A short tune shows whether all is well. Changes made here are saved first."),
            self.tr("Check…"),
            self._check_sound,
        )

    def _report_card(self) -> Card:
        return button_card(
            self.tr("Diagnostic report"),
            self.tr("For a bug report. It holds no key and nothing that was said."),
            self.tr("Copy"),
            lambda: QGuiApplication.clipboard().setText(self._services.report()),
        )

    def _check_sound(self) -> None:
        self.accept()
        self.check_asked.emit()

    def _arrange(self) -> None:
        for button in (self.reset, self.cancel):
            button.setAutoDefault(False)
        self.save.setDefault(True)
        buttons = QHBoxLayout()
        buttons.setSpacing(10)
        buttons.addSpacing(self._list.minimumWidth() + 12)
        buttons.addWidget(self.reset)
        buttons.addStretch(1)
        buttons.addWidget(self.cancel)
        buttons.addWidget(self.save)
        body = QHBoxLayout()
        body.setSpacing(16)
        body.addWidget(self._list)
        body.addWidget(self._stack, 1)
        layout = QVBoxLayout(self)
        layout.setContentsMargins(14, 16, 16, 14)
        layout.setSpacing(12)
        layout.addLayout(body, 1)
        layout.addLayout(buttons)

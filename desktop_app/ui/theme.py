"""The look of the whole app: Fusion with palettes and one stylesheet of our own.

Qt's own switch to a dark scheme does nothing on several desktops, so every role is set here.
"""

from __future__ import annotations

from string import Template

from PySide6.QtGui import QColor, QFont, QPalette
from PySide6.QtWidgets import QApplication

from desktop_app.ui.palettes import DARK, LIGHT, Colors

_DARK_BELOW = 128


def wants_dark(theme: str, system_dark: bool) -> bool:
    """Return whether the setting ``theme`` means dark on a system that is dark or not."""
    return theme == "dark" or (theme == "system" and system_dark)


def colors() -> Colors:
    """Return the colours in use now."""
    return DARK if QApplication.palette().window().color().lightness() < _DARK_BELOW else LIGHT


def apply(app: QApplication, *, dark: bool) -> None:
    """Make the app look light or dark.  Idempotent, and cheap when nothing changes."""
    chosen = DARK if dark else LIGHT
    if app.property("parley_dark") == dark:
        return
    app.setProperty("parley_dark", dark)
    if app.style().name() != "fusion":
        app.setStyle("Fusion")
    app.setPalette(palette(chosen))
    app.setStyleSheet(stylesheet(chosen))


def scaled(font: QFont, factor: float, weight: QFont.Weight | None = None) -> QFont:
    """Return ``font`` in another size, for the user's own size stays the measure."""
    result = QFont(font)
    if font.pointSizeF() > 0:
        result.setPointSizeF(font.pointSizeF() * factor)
    else:
        result.setPixelSize(max(1, round(font.pixelSize() * factor)))
    if weight is not None:
        result.setWeight(weight)
    return result


def palette(c: Colors) -> QPalette:
    """Return the Qt palette of ``c`` with every role of every group set."""
    role = QPalette.ColorRole
    by_role = {
        role.Window: c.window,
        role.WindowText: c.text,
        role.Base: c.surface,
        role.AlternateBase: c.window,
        role.Text: c.text,
        role.PlaceholderText: c.muted,
        role.Button: c.raised,
        role.ButtonText: c.text,
        role.BrightText: c.danger,
        role.ToolTipBase: c.text,
        role.ToolTipText: c.window,
        role.Light: c.surface,
        role.Midlight: c.raised,
        role.Mid: c.outline,
        role.Dark: c.outline,
        role.Shadow: c.line,
        role.Highlight: c.accent,
        role.HighlightedText: c.on_accent,
        role.Link: c.accent,
        role.LinkVisited: c.speaking,
        role.Accent: c.accent,
    }
    result = QPalette()
    for which, value in by_role.items():
        result.setColor(which, QColor(value))
    for which in (role.WindowText, role.Text, role.ButtonText, role.PlaceholderText):
        result.setColor(QPalette.ColorGroup.Disabled, which, QColor(c.faint))
    result.setColor(QPalette.ColorGroup.Disabled, role.Highlight, QColor(c.outline))
    return result


def stylesheet(c: Colors) -> str:
    """Return the one stylesheet of the app in the colours ``c``."""
    values = {name: getattr(c, name) for name in Colors.__slots__}
    return Template(_SHEET).substitute(values)


# A spin box of NoButtons gets no room for its text from Qt's stylesheets; one whose buttons have
# no width does.
_SHEET = """
QToolTip { background: $text; color: $window; border: 0; padding: 5px 8px; }
QMenu { background: $surface; color: $text; border: 1px solid $line; padding: 5px; }
QMenu::item { padding: 7px 26px 7px 12px; border-radius: 5px; }
QMenu::item:selected { background: $accent_soft; color: $on_accent_soft; }
QMenu::item:disabled { color: $faint; }
QMenu::separator { height: 1px; background: $line; margin: 5px 8px; }

QLineEdit, QPlainTextEdit, QAbstractSpinBox, QComboBox {
  background: $surface; color: $text; border: 1px solid $outline; border-radius: 8px;
  padding: 5px 9px; selection-background-color: $accent; selection-color: $on_accent; }
QLineEdit, QComboBox { min-height: 20px; }
QAbstractSpinBox { min-height: 17px; }
QLineEdit, QPlainTextEdit { placeholder-text-color: $muted; }
QLineEdit:focus, QPlainTextEdit:focus, QAbstractSpinBox:focus, QComboBox:focus {
  border: 2px solid $accent; padding: 4px 8px; }
QLineEdit:disabled, QPlainTextEdit:disabled, QAbstractSpinBox:disabled, QComboBox:disabled {
  color: $faint; border-color: $line; background: $window; }
QAbstractSpinBox::up-button, QAbstractSpinBox::down-button { width: 0; border: 0; }
QComboBox { padding-right: 0; combobox-popup: 0; }
QComboBox:focus { padding-right: 0; }
QComboBox::drop-down { border: 0; width: 26px; }
QComboBox::down-arrow { image: none; }
QComboBox QLineEdit, QAbstractSpinBox QLineEdit { border: 0; padding: 0; min-height: 0;
  background: transparent; }
QAbstractSpinBox QLineEdit { padding: 0 9px; }
QComboBox QLineEdit:focus, QAbstractSpinBox QLineEdit:focus { border: 0; padding: 0; }
QAbstractSpinBox QLineEdit:focus { padding: 0 9px; }
QComboBox QAbstractItemView { background: $surface; color: $text; border: 1px solid $outline;
  padding: 0; outline: 0; selection-background-color: $accent_soft;
  selection-color: $on_accent_soft; }
QComboBox QAbstractItemView::item { min-height: 30px; padding: 0 8px; }
QComboBox QAbstractItemView::item:selected { background: $accent_soft; color: $on_accent_soft; }
QComboBox[quiet="true"] { background: transparent; border: 1px solid transparent; color: $muted;
  padding: 3px 0 3px 6px; }
QComboBox[quiet="true"]:hover { background: $raised; color: $text; }
QComboBox[quiet="true"]:focus { border: 2px solid $accent; padding: 2px 0 2px 5px;
  color: $text; }

QPushButton { background: $raised; color: $text; border: 1px solid transparent; border-radius: 8px;
  padding: 6px 14px; min-height: 20px; }
QPushButton:hover { border-color: $outline; }
QPushButton:pressed { background: $line; }
QPushButton:focus { border: 2px solid $accent; padding: 5px 13px; }
QPushButton:disabled { color: $faint; }
QPushButton[kind="primary"], QPushButton:default { background: $accent; color: $on_accent;
  font-weight: 600; }
QPushButton[kind="primary"]:hover, QPushButton:default:hover { background: $accent_over;
  border-color: transparent; }
QPushButton[kind="primary"]:focus, QPushButton:default:focus { border: 2px solid $text; }
QPushButton[kind="primary"]:disabled, QPushButton:default:disabled { background: $raised;
  color: $faint; }
QPushButton[kind="link"] { background: transparent; color: $accent; padding: 6px 8px; }
QPushButton[kind="link"]:focus { padding: 5px 7px; }
QPushButton[kind="chip"] { background: transparent; border: 1px solid $line; border-radius: 14px;
  padding: 3px 12px 3px 8px; color: $muted; text-align: left; }
QPushButton[kind="chip"]:hover { border-color: $outline; color: $text; }
QPushButton[kind="chip"]:focus { border: 2px solid $accent; padding: 2px 11px 2px 7px; }
QPushButton[kind="floating"] { background: $surface; border: 1px solid $outline;
  border-radius: 16px; padding: 5px 14px 5px 10px; }
QPushButton[kind="floating"]:hover { background: $raised; }
QPushButton[kind="floating"]:focus { border: 2px solid $accent; padding: 4px 13px 4px 9px; }

QToolButton { background: transparent; border: 2px solid transparent; border-radius: 9px;
  padding: 5px; }
QToolButton:hover { background: $raised; }
QToolButton:pressed { background: $line; }
QToolButton:focus { border-color: $accent; }
QToolButton::menu-indicator { image: none; }
QToolButton[kind="round"] { background: $raised; border-radius: 24px; }
QToolButton[kind="round"]:hover { border-color: $outline; }
QToolButton[kind="round"]:focus { border-color: $accent; }
QToolButton[kind="round"]:disabled { background: transparent; border-color: $line; }
QToolButton[kind="round"][alert="true"] { background: $warning_soft; }
QToolButton[kind="danger"] { background: $danger; border-radius: 24px; }
QToolButton[kind="danger"]:focus { border-color: $text; }
QToolButton[kind="send"] { background: $accent; border-radius: 16px; padding: 4px; }
QToolButton[kind="send"]:hover { background: $accent_over; }
QToolButton[kind="send"]:focus { border-color: $text; }
QToolButton[kind="send"]:disabled { background: $raised; }

QFrame#composer { background: $surface; border: 1px solid $outline; border-radius: 21px; }
QFrame#composer[focused="true"] { border: 2px solid $accent; }
QFrame#composer QLineEdit { border: 0; background: transparent; padding: 0; min-height: 26px; }
QFrame#problems { background: $warning_soft; border: 0; border-radius: 10px; }
QFrame#problems QLabel { color: $on_warning_soft; background: transparent; }
QFrame#problems QToolButton:hover, QFrame#problems QToolButton:pressed { background: transparent;
  border-color: $on_warning_soft; }
QFrame#problems QPushButton { background: $on_warning_soft; color: $warning_soft;
  font-weight: 600; border: 2px solid transparent; padding: 5px 13px; }
QFrame#problems QPushButton:hover, QFrame#problems QPushButton:focus { border-color: $accent; }
QFrame#problems QToolButton:focus { border-color: $on_warning_soft; }
QFrame#card { background: $surface; border: 1px solid $line; border-radius: 12px; }
QFrame#rule { background: $line; border: 0; max-height: 1px; min-height: 1px; }
QLabel[tone="muted"] { color: $muted; }
QLabel[tone="good"] { color: $good; }
QLabel[tone="bad"] { color: $danger; }

QListWidget#pages { background: transparent; border: 0; outline: 0; }
QListWidget#pages::item { border: 2px solid transparent; border-radius: 8px; color: $text;
  padding-left: 8px; }
QListWidget#pages::item:hover { background: $raised; }
QListWidget#pages::item:selected { background: $accent_soft; color: $on_accent_soft; }
QListWidget#pages::item:selected:focus { border: 2px solid $accent; }
QScrollArea, QScrollArea > QWidget > QWidget#page { background: transparent; border: 0; }
QListView#transcript { background: $window; border: 0; outline: 0; }

QProgressBar { background: $raised; border: 0; border-radius: 4px; max-height: 8px;
  min-height: 8px; }
QProgressBar::chunk { background: $accent; border-radius: 4px; }

QSlider { min-height: 24px; }
QSlider::groove:horizontal { height: 4px; border-radius: 2px; background: $outline; }
QSlider::sub-page:horizontal { height: 4px; border-radius: 2px; background: $accent; }
QSlider::handle:horizontal { width: 16px; height: 16px; margin: -7px 0; border-radius: 9px;
  background: $accent; border: 1px solid $surface; }
QSlider::handle:horizontal:focus { border: 3px solid $text; width: 12px; height: 12px; }
QSlider::sub-page:horizontal:disabled, QSlider::handle:horizontal:disabled { background: $faint; }

QScrollBar:vertical { background: transparent; width: 12px; margin: 0; }
QScrollBar::handle:vertical { background: $outline; border-radius: 3px; min-height: 36px;
  margin: 2px 3px; }
QScrollBar::handle:vertical:hover { background: $muted; }
QScrollBar:horizontal { background: transparent; height: 12px; }
QScrollBar::handle:horizontal { background: $outline; border-radius: 3px; min-width: 36px;
  margin: 3px 2px; }
QScrollBar::add-line, QScrollBar::sub-line { width: 0; height: 0; }
QScrollBar::add-page, QScrollBar::sub-page { background: transparent; }
"""

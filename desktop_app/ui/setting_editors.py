"""Controls that edit one setting each, made from its declaration."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol, cast

from PySide6.QtCore import QCoreApplication, QSignalBlocker, Qt
from PySide6.QtGui import QWheelEvent
from PySide6.QtWidgets import (
    QDoubleSpinBox,
    QHBoxLayout,
    QLineEdit,
    QPlainTextEdit,
    QSpinBox,
    QWidget,
)

from desktop_app.core.spec import Spec
from desktop_app.ui.controls import Choice, Slide, Switch
from desktop_app.ui.device_picker import DevicePicker
from desktop_app.ui.key_field import KeyEditor

SPIN_PX = 112
PARTS = 100
"""Numbers that are not whole have two decimals."""
DEVICES = frozenset({"microphone", "speaker"})
Changed = Callable[[], None]


class Editor(Protocol):
    """Edits one value."""

    @property
    def widget(self) -> QWidget:
        """What stands in the dialog."""
        ...

    @property
    def focus(self) -> QWidget:
        """What the label belongs to, and a screen reader reads."""
        ...

    def value(self) -> Any:
        """Return the value as edited."""
        ...

    def show_value(self, value: Any) -> None:
        """Show ``value`` without calling it a change."""
        ...


def said(text: str) -> str:
    """Return a text of the core's declarations in the language of the window."""
    return QCoreApplication.translate("Settings", text) if text else ""


def editor_for(name: str, spec: Spec, default: object, changed: Changed) -> Editor:
    """Return the control that suits the setting ``name``."""
    if name in DEVICES:
        return DeviceEditor(spec, changed)
    if spec.page == "keys":
        return KeyEditor(said(spec.label), changed)
    if isinstance(default, bool):
        return SwitchEditor(changed)
    if isinstance(default, int | float):
        return NumberEditor(name, spec, default, changed)
    if spec.choices:
        return ChoiceEditor(spec, changed)
    return TextEditor(changed) if spec.multiline else LineEditor(changed)


class SwitchEditor:
    """Yes or no."""

    def __init__(self, changed: Changed) -> None:
        self.widget = self.focus = self._switch = Switch()
        self._switch.toggled.connect(lambda: changed())

    def value(self) -> bool:
        """Return whether the switch is on."""
        return self._switch.isChecked()

    def show_value(self, value: bool) -> None:
        """Set the switch."""
        with QSignalBlocker(self._switch):
            self._switch.setChecked(value)


class ChoiceEditor:
    """One of several; where the declaration allows it, anything else as well."""

    def __init__(self, spec: Spec, changed: Changed) -> None:
        self.widget = self.focus = self._box = Choice()
        self._box.setEditable(spec.editable)
        self._labels: dict[str, str] = {}
        for value, label in spec.choices:
            self._labels[value] = self._label(value, label, spec.editable)
            self._box.addItem(self._labels[value], value)
        if spec.editable:
            self._box.setInsertPolicy(Choice.InsertPolicy.NoInsert)
            self._box.editTextChanged.connect(lambda: changed())
        self._box.currentIndexChanged.connect(lambda: changed())

    def value(self) -> str:
        """Return what was chosen or typed."""
        if not self._box.isEditable():
            return str(self._box.currentData())
        text = self._box.currentText().strip()
        return next((value for value, label in self._labels.items() if label == text), text)

    def show_value(self, value: str) -> None:
        """Choose ``value``, or show it as typed."""
        with QSignalBlocker(self._box):
            self._box.setCurrentIndex(self._box.findData(value))
            if self._box.isEditable():
                self._box.setEditText(self._labels.get(value, value))

    @staticmethod
    def _label(value: str, label: str, editable: bool) -> str:
        if not value:
            return QCoreApplication.translate("Settings", "Off")
        if editable or label != value:
            return said(label)
        return said({"xhigh": "Highest"}.get(value, value.capitalize()))


class NumberEditor:
    """A number within a range: a slider for the hand, and a field for the exact value."""

    def __init__(self, name: str, spec: Spec, default: float, changed: Changed) -> None:
        self._whole = isinstance(default, int)
        self._low, self._step = float(spec.low or 0), float(spec.step)
        high = spec.high if spec.high is not None else max(self._low + 1, default * 10)
        self._spin: QSpinBox | QDoubleSpinBox = _Whole() if self._whole else _Broken()
        self._spin.setRange(cast("int", spec.low or 0), cast("int", high))
        self._spin.setSingleStep(cast("int", spec.step))
        if spec.unit:
            self._spin.setSuffix("\u00d7" if spec.unit == "x" else f" {said(spec.unit)}")
        if zero := {
            "max_output_tokens": "No limit",
            "idle_timeout_ms": "Never",
            "cue_volume": "Off",
        }.get(name):
            self._spin.setSpecialValueText(said(zero))
        self._slide = Slide()
        # A screen reader says what the slider stands at: no number of steps, but the value itself.
        self._scale = 1 if self._whole else PARTS
        step, lowest = round(self._step * self._scale), round(self._low * self._scale)
        highest = round(high * self._scale)
        self._slide.setRange(lowest, highest)
        self._slide.setSingleStep(step)
        self._slide.setPageStep(max(1, (highest - lowest) // step // 10) * step)
        self._slide.setAccessibleName(said(spec.label))
        self._slide.valueChanged.connect(self._slid)
        self._spin.valueChanged.connect(self._spun)
        self._changed = changed
        self.focus = self._spin
        self.widget = QWidget()
        layout = QHBoxLayout(self.widget)
        layout.setContentsMargins(0, 0, 0, 0)
        layout.setSpacing(12)
        layout.addWidget(self._slide, 1)
        layout.addWidget(self._spin)
        self._spin.ensurePolished()
        self._spin.setFixedWidth(max(SPIN_PX, self._spin.sizeHint().width()))
        self._spin.setAlignment(Qt.AlignmentFlag.AlignCenter)

    def value(self) -> float:
        """Return the exact number."""
        return self._spin.value() if self._whole else round(self._spin.value(), 4)

    def show_value(self, value: float) -> None:
        """Show ``value`` in both."""
        with QSignalBlocker(self._spin), QSignalBlocker(self._slide):
            self._spin.setValue(cast("int", value))
            self._slide.setValue(round(value * self._scale))

    def _slid(self, place: int) -> None:
        steps = round((place / self._scale - self._low) / self._step)
        self.show_value(self._low + steps * self._step)
        self._changed()

    def _spun(self) -> None:
        self.show_value(self.value())
        self._changed()


class _Whole(QSpinBox):
    """A field for a whole number, without arrows: the slider stands beside it."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)
        self.setGroupSeparatorShown(True)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass the wheel on."""
        event.ignore()


class _Broken(QDoubleSpinBox):
    """A field for a number with two decimals."""

    def __init__(self) -> None:
        super().__init__()
        self.setFocusPolicy(Qt.FocusPolicy.StrongFocus)

    def wheelEvent(self, event: QWheelEvent) -> None:
        """Pass the wheel on."""
        event.ignore()


class LineEditor:
    """A line of free text; every one of them may stay empty."""

    def __init__(self, changed: Changed) -> None:
        self.widget = self.focus = self._line = QLineEdit()
        self._line.setPlaceholderText(said("Optional"))
        self._line.textChanged.connect(lambda: changed())

    def value(self) -> str:
        """Return the text without blanks around it."""
        return self._line.text().strip()

    def show_value(self, value: str) -> None:
        """Show ``value`` from its beginning."""
        with QSignalBlocker(self._line):
            self._line.setText(value)
            self._line.setCursorPosition(0)


class TextEditor:
    """Free text of several lines; Tab leaves it."""

    def __init__(self, changed: Changed) -> None:
        self.widget = self.focus = self._text = QPlainTextEdit()
        self._text.setTabChangesFocus(True)
        self._text.setFixedHeight(124)
        self._text.textChanged.connect(lambda: changed())

    def value(self) -> str:
        """Return the text."""
        return self._text.toPlainText()

    def show_value(self, value: str) -> None:
        """Show ``value``."""
        with QSignalBlocker(self._text):
            self._text.setPlainText(value)


class DeviceEditor:
    """A microphone or speaker."""

    def __init__(self, spec: Spec, changed: Changed) -> None:
        self.picker = DevicePicker(said(spec.label))
        self.widget = self.focus = self.picker
        self._changed = changed
        self.picker.picked.connect(self._picked)

    def value(self) -> str:
        """Return the name of the device."""
        return self.picker.name

    def show_value(self, value: str) -> None:
        """Choose the device called ``value``."""
        self.picker.show_name(value)

    def _picked(self, name: str) -> None:
        self.picker.show_name(name)
        self._changed()

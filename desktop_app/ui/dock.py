"""The bottom of the window: the talk control and everything to speak, type and listen with."""

from __future__ import annotations

from dataclasses import replace

from PySide6.QtWidgets import QHBoxLayout, QSizePolicy, QVBoxLayout, QWidget

from desktop_app.core.settings import Settings
from desktop_app.core.sound import DeviceList
from desktop_app.core.state import AppState, Phase, Talk
from desktop_app.core.wishes import HangUpAsked, InterruptAsked, MuteToggled, SettingsChanged
from desktop_app.ports import Dispatch
from desktop_app.ui.composer import Composer
from desktop_app.ui.controls import Glyph, IconButton
from desktop_app.ui.device_picker import DevicePicker
from desktop_app.ui.level_meter import LevelMeter
from desktop_app.ui.row_painter import COLUMN_PX, MARGIN_PX
from desktop_app.ui.seen import Seen
from desktop_app.ui.services import Services
from desktop_app.ui.talk_button import TalkButton

ROUND_PX = 48


class Dock(QWidget):
    """Talk, mute, interrupt; the line to type; microphone with meter, and speaker."""

    def __init__(
        self, dispatch: Dispatch, services: Services, parent: QWidget | None = None
    ) -> None:
        super().__init__(parent)
        self._dispatch = dispatch
        self._services = services
        self._seen = Seen()
        self._settings = Settings()
        self.talk = TalkButton(dispatch)
        self.mute = self._round("mic", self.tr("Mute"), "Ctrl+M")
        self.mute.clicked.connect(lambda: dispatch(MuteToggled()))
        self.interrupt = self._round("stop", self.tr("Interrupt"), "Esc")
        self.interrupt.clicked.connect(lambda: dispatch(InterruptAsked()))
        self.hang_up = self._round("hang_up", self.tr("Hang up"), "", "danger", "on_danger")
        self.hang_up.clicked.connect(lambda: dispatch(HangUpAsked()))
        self.composer = Composer(dispatch)
        self.microphone = DevicePicker(self.tr("Microphone"))
        self.speaker = DevicePicker(self.tr("Speaker"))
        self.meter = LevelMeter(services.level)
        self.meter.level_changed.connect(self.talk.set_level)
        self.microphone.picked.connect(lambda name: self._pick(microphone=name))
        self.speaker.picked.connect(lambda name: self._pick(speaker=name))
        for picker in (self.microphone, self.speaker):
            picker.setProperty("quiet", True)
            picker.opened.connect(self.refresh_devices)
        self._arrange()

    def show_state(self, state: AppState) -> None:
        """Make all controls look like ``state``.  Idempotent."""
        self.talk.show_state(state)
        self.meter.show_state(state)
        talk, phase = state.talk, state.link.phase
        if self._seen.same(talk, phase, state.muted, state.settings, state.responses.active):
            return
        self._settings = state.settings
        self.mute.look(*(("mic_off", "on_warning_soft") if state.muted else ("mic", "text")))
        self.mute.say(self.tr("Unmute") if state.muted else self.tr("Mute"), "Ctrl+M")
        if self.mute.property("alert") != state.muted:
            self.mute.setProperty("alert", state.muted)
            self.mute.style().polish(self.mute)
        busy = talk in {Talk.SPEAKING, Talk.THINKING} or state.responses.active is not None
        self.interrupt.setEnabled(busy)
        self.hang_up.setVisible(state.manual and phase is not Phase.OFFLINE)
        self.microphone.show_name(state.settings.microphone)
        self.speaker.show_name(state.settings.speaker)

    def show_devices(self, devices: DeviceList) -> None:
        """Offer ``devices`` in the pickers.  Idempotent."""
        self.microphone.show_devices(devices.microphones)
        self.speaker.show_devices(devices.speakers)

    def refresh_devices(self) -> None:
        """Look for devices again."""
        self._services.list_devices(self.show_devices)

    def order(self) -> tuple[QWidget, ...]:
        """Return the controls in the order in which Tab goes through them."""
        return (
            self.talk,
            self.mute,
            self.interrupt,
            self.hang_up,
            *self.composer.order(),
            self.microphone,
            self.speaker,
        )

    def _pick(self, **device: str) -> None:
        self._dispatch(SettingsChanged(replace(self._settings, **device)))  # type: ignore[arg-type]

    def _round(
        self, name: str, words: str, key: str, kind: str = "round", ink: str = "text"
    ) -> IconButton:
        button = IconButton(name, words, kind, 22, ink)
        button.say(words, key)
        button.setFixedSize(ROUND_PX, ROUND_PX)
        return button

    def _arrange(self) -> None:
        controls = QHBoxLayout()
        controls.setSpacing(10)
        controls.addStretch(1)
        controls.addWidget(self.mute)
        controls.addWidget(self.talk, 100)
        controls.addWidget(self.interrupt)
        controls.addWidget(self.hang_up)
        controls.addStretch(1)
        sound = QHBoxLayout()
        sound.setSpacing(4)
        sound.addWidget(Glyph("mic", self.tr("Microphone"), self.microphone))
        sound.addWidget(self.microphone, 6)
        sound.addWidget(self.meter, 2)
        sound.addSpacing(12)
        sound.addWidget(Glyph("speaker", self.tr("Speaker"), self.speaker))
        sound.addWidget(self.speaker, 6)
        column = QWidget()
        column.setMaximumWidth(COLUMN_PX)
        rows = QVBoxLayout(column)
        rows.setContentsMargins(0, 0, 0, 0)
        rows.setSpacing(8)
        rows.addLayout(controls)
        rows.addWidget(self.composer)
        rows.addLayout(sound)
        layout = QHBoxLayout(self)
        layout.setContentsMargins(MARGIN_PX - 4, 6, MARGIN_PX - 4, 4)
        layout.addStretch(1)
        layout.addWidget(column, 1000)
        layout.addStretch(1)
        self.setSizePolicy(QSizePolicy.Policy.Preferred, QSizePolicy.Policy.Fixed)

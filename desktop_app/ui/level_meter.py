"""The level meter: how loud the microphone is, its latest peak, and whether it clips."""

from __future__ import annotations

from collections.abc import Callable

from PySide6.QtCore import QRectF, QSize, Qt, QTimer, Signal
from PySide6.QtGui import QColor, QHideEvent, QPainter, QPaintEvent, QShowEvent
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_app.core.sound import MicLevel
from desktop_app.core.state import AppState, Phase
from desktop_app.ui import theme

FRAME_MS = 33
FLOOR_DBFS = -60.0
LOUD_DBFS = -6.0
PEAK_FRAMES = 40
"""How long a peak stands before it falls: 1.3 s."""
CLIP_FRAMES = 30
"""How long the clipping light stays on: 1 s."""
LIGHT_PX = 10.0
DARK_PX = 6.0
"""The light is larger when it is on: not everybody sees red."""
FALL = 0.04
SILENT = MicLevel()


def share(dbfs: float) -> float:
    """Return where ``dbfs`` stands on the meter, from 0 to 1."""
    return max(0.0, min(1.0, 1.0 - dbfs / FLOOR_DBFS))


class LevelMeter(QWidget):
    """Reads the level itself, thirty times a second, but only while it is seen and live."""

    level_changed = Signal(float)
    """Loudness from 0 to 1, for whatever else wants to move with it."""

    def __init__(self, level: Callable[[], MicLevel], parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._read = level
        self._live = False
        self._rms = self._peak = 0.0
        self._peak_age = 0
        self._clip_left = 0
        self._clock = QTimer(self, interval=FRAME_MS)
        self._clock.timeout.connect(self._next_frame)
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Microphone level"))
        self._describe()

    def show_state(self, state: AppState) -> None:
        """Run while the microphone is open.  Idempotent."""
        live = state.sound.mic_open and state.link.phase is Phase.LIVE and not state.muted
        if live is not self._live:
            self._live = live
            self._run_clock()

    @property
    def running(self) -> bool:
        """Whether the meter moves."""
        return self._clock.isActive()

    @property
    def clipping(self) -> bool:
        """Whether the clipping light is on."""
        return self._clip_left > 0

    def sizeHint(self) -> QSize:
        """Return the size of a thin bar."""
        return QSize(120, 10)

    def minimumSizeHint(self) -> QSize:
        """Return the least size."""
        return QSize(40, 10)

    def paintEvent(self, event: QPaintEvent) -> None:
        """Draw the bar, the peak and the clipping light."""
        c = theme.colors()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        painter.setPen(Qt.PenStyle.NoPen)
        y = (self.height() - 6) / 2
        bar = QRectF(0, y, self.width() - LIGHT_PX - 4, 6)
        self._fill(painter, bar, c.raised)
        if self._live:
            loud = share(LOUD_DBFS)
            lit = QRectF(bar.left(), y, bar.width() * self._rms, 6)
            self._fill(painter, lit, c.good if self._rms < loud else c.warning)
            if self._peak > 0.02:
                x = min(bar.left() + bar.width() * self._peak, bar.right() - 2)
                painter.setBrush(QColor(c.text if self._peak < loud else c.warning))
                painter.drawRect(QRectF(x, y - 1, 2, 8))
        painter.setBrush(QColor(c.danger if self.clipping else c.raised))
        size = LIGHT_PX if self.clipping else DARK_PX
        center = QRectF(self.width() - LIGHT_PX, 0, LIGHT_PX, self.height()).center()
        painter.drawEllipse(center, size / 2, size / 2)

    def showEvent(self, event: QShowEvent) -> None:
        """Run when seen."""
        super().showEvent(event)
        self._run_clock()

    def hideEvent(self, event: QHideEvent) -> None:
        """Rest when not seen."""
        super().hideEvent(event)
        self._run_clock()

    @staticmethod
    def _fill(painter: QPainter, bar: QRectF, color: str) -> None:
        painter.setBrush(QColor(color))
        painter.drawRoundedRect(bar, 3, 3)

    def _run_clock(self) -> None:
        wanted = self._live and self.isVisible()
        if wanted and not self._clock.isActive():
            self._clock.start()
        elif not wanted and self._clock.isActive():
            self._clock.stop()
        if not self._live:
            self._rms = self._peak = 0.0
            self._clip_left = 0
            self.level_changed.emit(0.0)
        self._describe()
        self.update()

    def _next_frame(self) -> None:
        level = self._read()
        before = (round(self._rms * 100), round(self._peak * 100), self._clip_left > 0)
        self._rms = max(share(level.rms_dbfs), self._rms - FALL)
        peak = share(level.peak_dbfs)
        self._peak_age += 1
        if peak >= self._peak:
            self._peak, self._peak_age = peak, 0
        elif self._peak_age > PEAK_FRAMES:
            self._peak = max(peak, self._peak - FALL)
        was_clipping = self.clipping
        self._clip_left = CLIP_FRAMES if level.clipped else max(0, self._clip_left - 1)
        if self.clipping is not was_clipping:
            self._describe()
        # Only what can be seen to move is painted again.
        if before != (round(self._rms * 100), round(self._peak * 100), self._clip_left > 0):
            self.level_changed.emit(self._rms)
            self.update()

    def _describe(self) -> None:
        if not self._live:
            words = self.tr("The microphone is not in use")
        elif self.clipping:
            words = self.tr("Too loud: the sound is distorted. Move back or turn it down")
        else:
            words = self.tr("Speak normally: the bar should stay below the last tenth")
        self.setAccessibleDescription(words)
        self.setToolTip(words)

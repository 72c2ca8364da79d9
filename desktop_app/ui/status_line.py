"""The last line of the window: the connection, tokens and devices, in small type."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QHBoxLayout, QWidget

from desktop_app.core.overlap import Verdict
from desktop_app.core.state import AppState, Meter
from desktop_app.ui import theme
from desktop_app.ui.controls import ElidedLabel, toned
from desktop_app.ui.header import phase_words
from desktop_app.ui.seen import Seen


class StatusLine(QWidget):
    """Tells the connection on the left and the tokens used on the right."""

    def __init__(self, parent: QWidget | None = None) -> None:
        super().__init__(parent)
        self._seen = Seen()
        self._left, self._right = ElidedLabel(), ElidedLabel()
        layout = QHBoxLayout(self)
        layout.setContentsMargins(18, 0, 18, 8)
        layout.setSpacing(12)
        layout.addWidget(self._left, 1)
        layout.addWidget(self._right)
        self._right.setAlignment(Qt.AlignmentFlag.AlignRight | Qt.AlignmentFlag.AlignVCenter)
        for label in (self._left, self._right):
            label.setFont(theme.scaled(self.font(), 0.92))
            toned(label, "muted")

    def show_state(self, state: AppState) -> None:
        """Show where things stand.  Idempotent."""
        verdict = state.overlap.verdict
        if self._seen.same(state.link, state.meter, verdict):
            return
        words = [phase_words(self, state.link), state.link.server]
        if verdict is not Verdict.NONE:
            words = [self._verdict_words(verdict)]
        elif state.link.voice:
            # The assistant on this computer puts what makes the voice before its name.
            words.append(self.tr("voice {0}").format(state.link.voice.rpartition(":")[2]))
        self._left.setText(" · ".join(filter(None, words)))
        self._right.setText(self._tokens(state.meter))
        cached = QLocale().toString(state.meter.cached_tokens)
        self._left.setToolTip(self._left.text())
        self._right.setToolTip(self.tr("{0} of the tokens in came from the cache").format(cached))
        self._left.setAccessibleName(self.tr("Status: {0}").format(self._left.text()))

    def _verdict_words(self, verdict: Verdict) -> str:
        """Say why the answer stopped or went on, when somebody seemed to speak over it."""
        return {
            Verdict.SPOKE: self.tr("Stopped, because you spoke"),
            Verdict.WORDS: self.tr("Stopped, because of what you said"),
            Verdict.SHORT: self.tr("Went on after a short sound"),
            Verdict.NO_VOICE: self.tr("Went on, because no voice was heard"),
        }.get(verdict, "")

    def _tokens(self, meter: Meter) -> str:
        if not meter.responses:
            return ""
        number = QLocale().toString
        return self.tr("{0} tokens in, {1} out").format(
            number(meter.input_tokens), number(meter.output_tokens)
        )

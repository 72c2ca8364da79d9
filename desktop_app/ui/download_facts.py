"""The card that says what would be downloaded, how large it is, and from where."""

from __future__ import annotations

from PySide6.QtCore import QLocale, Qt
from PySide6.QtWidgets import QFrame, QGridLayout, QLabel

from desktop_app.ui.controls import toned
from desktop_app.ui.services import DownloadOffer


class DownloadFacts(QFrame):
    """Shows a `DownloadOffer`."""

    def __init__(self) -> None:
        super().__init__()
        self.setObjectName("card")
        self._values = [QLabel() for _ in range(4)]
        grid = QGridLayout(self)
        grid.setContentsMargins(18, 14, 18, 14)
        grid.setHorizontalSpacing(20)
        grid.setVerticalSpacing(8)
        grid.setColumnStretch(1, 1)
        names = (self.tr("What"), self.tr("Size"), self.tr("Licence"), self.tr("From"))
        for row, (name, value) in enumerate(zip(names, self._values, strict=True)):
            value.setWordWrap(True)
            grid.addWidget(toned(QLabel(name), "muted"), row, 0, Qt.AlignmentFlag.AlignTop)
            grid.addWidget(value, row, 1)

    def show_offer(self, offer: DownloadOffer) -> None:
        """Show what ``offer`` is about.  Idempotent."""
        size = self.tr("{0} MB").format(megabytes(offer.size_mb))
        texts = (offer.name, size, offer.licence, offer.host)
        for label, text in zip(self._values, texts, strict=True):
            label.setText(text)


def megabytes(size_mb: float) -> str:
    """Return a size as people write numbers."""
    return QLocale().toString(round(size_mb))

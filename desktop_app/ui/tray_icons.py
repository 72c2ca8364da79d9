"""How the tray icon looks: one picture for each thing that can be going on."""

from __future__ import annotations

import sys
from enum import Enum
from functools import lru_cache

from PySide6.QtCore import QCoreApplication, QRectF, Qt
from PySide6.QtGui import QColor, QIcon, QPainter, QPixmap

from desktop_app.core.problems import Kind
from desktop_app.core.state import AppState, Talk
from desktop_app.ui import icons

SIZES_PX = (16, 22, 24, 32, 48, 64)
WHITE = QColor("#ffffff")

SERIOUS = frozenset(
    {
        Kind.NO_KEY,
        Kind.BAD_KEY,
        Kind.NO_QUOTA,
        Kind.NO_NETWORK,
        Kind.BAD_URL,
        Kind.BAD_MODEL,
        Kind.SERVER_REFUSED,
        Kind.SERVER_TROUBLE,
        Kind.NO_ENGINE,
        Kind.NO_MICROPHONE,
        Kind.NO_SPEAKER,
        Kind.NO_SOUND,
    }
)
"""Without solving these there is no conversation."""


class Face(Enum):
    """What the icon shows: the drawing in it, and the colour of its ground."""

    IDLE = ("bubble", "#0f766e")
    LISTENING = ("mic", "#15803d")
    SPEAKING = ("wave", "#1d4ed8")
    MUTED = ("mic_off", "#92590a")
    TROUBLE = ("warning", "#b42318")


_FACES = {
    Talk.LISTENING: Face.LISTENING,
    Talk.HEARING: Face.LISTENING,
    Talk.SPEAKING: Face.SPEAKING,
    Talk.THINKING: Face.SPEAKING,
    Talk.MUTED: Face.MUTED,
    Talk.NO_MICROPHONE: Face.TROUBLE,
}


def face_of(state: AppState) -> Face:
    """Return what the icon shows for ``state``; what is to be heard hides no muted microphone."""
    if any(problem.kind in SERIOUS for problem in state.problems):
        return Face.TROUBLE
    face = _FACES.get(state.talk, Face.IDLE)
    return Face.MUTED if state.muted and face is not Face.SPEAKING else face


def face_words(face: Face) -> str:
    """Return in words what ``face`` shows."""
    said = {
        Face.IDLE: "Parley",
        Face.LISTENING: "Parley is listening",
        Face.SPEAKING: "Parley is speaking",
        Face.MUTED: "Parley is muted",
        Face.TROUBLE: "Parley needs you",
    }
    return QCoreApplication.translate("Tray", said[face])


@lru_cache(maxsize=2 * len(Face))
def tray_icon(face: Face, *, template: bool = sys.platform == "darwin") -> QIcon:
    """Return the icon, in every size trays ask for.

    Args:
        face: What it shows.
        template: As macOS wants it: a shape alone, which the menu bar paints light or dark.
    """
    result = QIcon()
    for size_px in SIZES_PX:
        result.addPixmap(_shape(face, size_px) if template else _picture(face, size_px))
    result.setIsMask(template)
    return result


def _shape(face: Face, size_px: int) -> QPixmap:
    picture = QPixmap(size_px, size_px)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    icons.draw(painter, face.value[0], QRectF(0, 0, size_px, size_px), QColor("#000000"))
    painter.end()
    return picture


def _picture(face: Face, size_px: int) -> QPixmap:
    name, ground = face.value
    picture = QPixmap(size_px, size_px)
    picture.fill(Qt.GlobalColor.transparent)
    painter = QPainter(picture)
    painter.setRenderHint(QPainter.RenderHint.Antialiasing)
    painter.setPen(Qt.PenStyle.NoPen)
    painter.setBrush(QColor(ground))
    painter.drawRoundedRect(QRectF(0, 0, size_px, size_px), size_px * 0.28, size_px * 0.28)
    margin = size_px * 0.14
    box = QRectF(margin, margin, size_px - 2 * margin, size_px - 2 * margin)
    icons.draw(painter, name, box, WHITE)
    painter.end()
    return picture

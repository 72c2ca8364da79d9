#!/usr/bin/env python3
"""Draw Parley's icon in every size that the three systems ask for, into resources/icons.

python3 packaging/draw_icons.py        with the interpreter of the development environment
"""

from __future__ import annotations

import os
import struct
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
ICONS = ROOT / "resources" / "icons"
PNG_PX = (16, 22, 24, 32, 48, 64, 128, 256, 512)
WINDOWS_PX = (16, 24, 32, 48, 64, 256)
MACOS_PX = {b"icp4": 16, b"icp5": 32, b"icp6": 64, b"ic07": 128, b"ic08": 256, b"ic09": 512}


def png(size_px: int) -> bytes:
    """Return the mark as a PNG."""
    from PySide6.QtCore import QBuffer, QIODevice

    from desktop_app.ui.app_icon import mark

    buffer = QBuffer()
    buffer.open(QIODevice.OpenModeFlag.WriteOnly)
    mark(size_px).save(buffer, "PNG")
    return bytes(buffer.data().data())


def ico(pictures: dict[int, bytes]) -> bytes:
    """Return a Windows icon that holds the pictures, by their size in pixels."""
    head, offset, body = struct.pack("<3H", 0, 1, len(pictures)), 6 + 16 * len(pictures), b""
    for size_px, data in sorted(pictures.items()):
        side = size_px % 256  # 256 is written as 0.
        head += struct.pack("<4B2H2I", side, side, 0, 0, 1, 32, len(data), offset + len(body))
        body += data
    return head + body


def icns(pictures: dict[bytes, bytes]) -> bytes:
    """Return a macOS icon that holds the pictures, by their type."""
    body = b"".join(kind + struct.pack(">I", len(d) + 8) + d for kind, d in pictures.items())
    return b"icns" + struct.pack(">I", len(body) + 8) + body


def main() -> None:
    """Draw them all."""
    sys.path.insert(0, str(ROOT))
    os.environ["QT_QPA_PLATFORM"] = "offscreen"
    from PySide6.QtGui import QGuiApplication

    app = QGuiApplication(sys.argv[:1])
    for size_px in PNG_PX:
        (ICONS / f"parley-{size_px}.png").write_bytes(png(size_px))
    (ICONS / "parley.ico").write_bytes(ico({size_px: png(size_px) for size_px in WINDOWS_PX}))
    (ICONS / "parley.icns").write_bytes(icns({k: png(size_px) for k, size_px in MACOS_PX.items()}))
    app.quit()


if __name__ == "__main__":
    main()

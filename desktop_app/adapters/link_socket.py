"""What the WebSocket library does in our way: it follows nobody, and short frames go at once."""

from __future__ import annotations

from typing import Final

from websockets.asyncio.client import ClientConnection, connect
from websockets.protocol import State

AT_ONCE_BYTES: Final = 16 * 1024
"""What is shorter finds room in an empty buffer: it never waits, and needs no limit in time."""


class Connect(connect):
    """Goes nowhere but where it was sent: a redirect would take the key along."""

    def process_redirect(self, exc: Exception) -> Exception | str:
        """Refuse."""
        return exc


def written_at_once(socket: ClientConnection, frame: str) -> bool:
    """Write a text frame if the network takes it at once; return whether it did.

    `ClientConnection.send` does the same within a coroutine and a context of its own, which for
    the blocks of a microphone cost more than the frame.  It is for all that may wait or fail.
    """
    open_ = socket.protocol.state is State.OPEN
    if not open_ or len(frame) >= AT_ONCE_BYTES or socket.transport.get_write_buffer_size():
        return False
    socket.protocol.send_text(frame.encode())
    socket.send_data()
    return True

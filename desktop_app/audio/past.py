"""What was heard and what was played at the same time, for a while back."""

from __future__ import annotations

from desktop_app.audio.pcm import BLOCK_BYTES


class Past:
    """Keeps the newest sound of both sides, side by side.  PCM16, mono, 24 kHz.

    Args:
        keep_bytes: How much it keeps of each side, beside what came last.
    """

    def __init__(self, keep_bytes: int) -> None:
        self._keep_bytes = keep_bytes
        self._heard, self._played = bytearray(), bytearray()
        self._newest = 0

    def clear(self, silence_bytes: int = 0) -> None:
        """Forget everything; begin with so much silence."""
        self._heard, self._played = bytearray(silence_bytes), bytearray(silence_bytes)
        self._newest = 0

    def add(self, heard: bytes, played: bytes | None) -> None:
        """Add what came last: whole blocks of 10 ms, and what was played (None: silence)."""
        self._heard += heard
        self._played += bytes(len(heard)) if played is None else played
        self._newest = len(heard)
        if (more := len(self._heard) - self._keep_bytes - self._newest) > 0:
            del self._heard[:more]
            del self._played[:more]

    def heard(self, size: int, ago: int = 0) -> bytes:
        """Return ``size`` bytes that end ``ago`` bytes before the newest."""
        return _ended(self._heard, size, ago)

    def played(self, size: int, ago: int = 0) -> bytes:
        """Return the same of what was played."""
        return _ended(self._played, size, ago)

    def lesson(self, least_bytes: int, before: int, most_bytes: int) -> tuple[bytes, bytes]:
        """Return both sides from the first sound that was played on.

        Args:
            least_bytes: It begins so long before its end, if that is not more than the most.
            before: It ends so many bytes before the newest.
            most_bytes: It is no longer than this.
        """
        end = len(self._played) - before
        begin = max(0, end - min(self._keep_bytes, most_bytes))
        played = self._played[begin:end]
        silent = len(played) - len(played.lstrip(b"\0"))
        begin += max(0, min(silent // BLOCK_BYTES * BLOCK_BYTES, len(played) - least_bytes))
        return bytes(self._heard[begin:end]), bytes(self._played[begin:end])


def _ended(sound: bytearray, size: int, ago: int) -> bytes:
    end = len(sound) - ago
    return bytes(sound[max(0, end - size) : max(0, end)]).rjust(size, b"\0")

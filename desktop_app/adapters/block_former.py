"""Forms blocks of ours from what a device gives that refuses our rate or our one channel."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from desktop_app.adapters.sound_target import Form
from desktop_app.audio.pcm import BLOCK_BYTES, RATE_HZ, from_bytes, to_bytes
from desktop_app.audio.resample import Resampler, downmix


class BlockFormer:
    """Makes mono blocks at 24 kHz of what a choosy device gives."""

    def __init__(self, form: Form) -> None:
        self._channels = form.channels
        self._resampler = Resampler(form.rate_hz, RATE_HZ) if form.rate_hz != RATE_HZ else None
        self._rest = b""

    def blocks(self, data: bytes) -> list[bytes]:
        """Return the blocks that are complete."""
        mono = downmix(from_bytes(data), self._channels)
        if self._resampler is not None:
            mono = self._resampler.push(mono)
        pcm = self._rest + to_bytes(mono)
        whole = len(pcm) // BLOCK_BYTES * BLOCK_BYTES
        self._rest = pcm[whole:]
        return [pcm[at : at + BLOCK_BYTES] for at in range(0, whole, BLOCK_BYTES)]


def taken(
    inbox: deque[bytes], form: Callable[[bytes], list[bytes]], *, as_one: bool
) -> list[bytes]:
    """Take the oldest from the inbox, and what follows it ``as_one``; return it as blocks."""
    data = inbox.popleft()
    if not as_one:
        return form(data)
    if inbox:
        data += inbox.popleft()
    blocks = form(data)
    return [b"".join(blocks)] if blocks else []

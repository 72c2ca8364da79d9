"""Takes the speaker's echo out of the microphone's sound, where there is one."""

from __future__ import annotations

from enum import Enum

from desktop_app.audio.echo_path import EchoPath
from desktop_app.audio.fade import cross_fade
from desktop_app.audio.near_end import NearEnd
from desktop_app.audio.past import Past
from desktop_app.audio.pcm import BLOCK_BYTES, BLOCK_MS, BYTES_PER_SAMPLE
from desktop_app.audio.reference import MOST_TAKEN_MS
from desktop_app.audio.removal import Removal
from desktop_app.audio.warm_up import WarmUp
from desktop_app.core.sound import EchoState, MicFrame
from desktop_app.ports import Reference
from desktop_app.sound_ports import EchoCanceller

ECHO_LASTS_MS = 800
"""So long after the last sound of the speaker its echo may come: devices hold it, rooms ring."""
PAST_BLOCKS = 100
"""So much of the past is kept, for the canceller to learn from when it is called."""
UNUSED_BLOCKS = MOST_TAKEN_MS // BLOCK_MS
"""Of a speaker that sounds while nothing is taken out, so much is looked at in one go."""
LEAST_PAST_BLOCKS = 3
"""So much it gets in any case before its sound counts: it holds a block back."""


class _Way(Enum):
    """Which way the sound takes."""

    RAW = "raw"
    LATE = "late"
    """As it is, as late as it comes from the canceller."""
    CLEAN = "clean"


class EchoStage:
    """Decides piece by piece whether the canceller works; a piece is one block of 10 ms or a few.

    Headphones cost nothing: once it is clear that the speaker is not heard, the bytes pass as they
    are.  Until then the canceller works while the speaker sounds, for an echo that slips through
    at the beginning would be an interruption.  Where there is an echo, the sound goes on without a
    step when the canceller begins or ends to work.

    Args:
        canceller: Port; None: all passes.
        reference: Tells what the speaker plays.

    Attributes:
        echo: What is known of the echo.
        delay_ms: How long it takes, while it is heard.
        removed_db: How much of it is taken out; 0 while that has not been measured.
    """

    def __init__(self, canceller: EchoCanceller | None, reference: Reference) -> None:
        self._canceller, self._reference = canceller, reference
        self._path = EchoPath()
        self._removal = Removal()
        self._near_end = NearEnd()
        self._warm_up = WarmUp()
        self._past = Past(PAST_BLOCKS * BLOCK_BYTES)
        self._waiting = b""
        self.reset()

    def reset(self) -> None:
        """Another device: forget the way from speaker to microphone."""
        self.echo = EchoState.UNKNOWN
        if self._waiting:
            self._played_meanwhile()  # What is played next belongs to what is heard next.
        self._path.reset()
        self._past.clear(LEAST_PAST_BLOCKS * BLOCK_BYTES)
        self._way = _Way.RAW
        self._silent_ms = ECHO_LASTS_MS
        self._forget_room()

    @property
    def delay_ms(self) -> int:
        """How long the echo takes, while it is heard."""
        return self._path.delay_ms

    @property
    def removed_db(self) -> int:
        """How much of it is taken out; 0 while that has not been measured."""
        return round(self._removal.db)

    def clean(self, piece: bytes, *, wanted: bool) -> MicFrame:
        """Return what is left of ``piece``; as it is unless the canceller is ``wanted``."""
        self._waiting += piece
        canceller = self._canceller if wanted else None
        if self._may_wait(canceller, len(piece)):
            return MicFrame(piece, True, self.echo)
        self._played_meanwhile()
        played = self._past.played(len(piece)) if self._silent_ms == 0 else None
        sounds = self._silent_ms < ECHO_LASTS_MS
        pcm, near = piece, False
        if canceller is None:
            self._way = _Way.RAW
        else:
            changed = self._take_way(canceller, len(piece), sounds=sounds)
            pcm = self._given(self._way, piece, played, canceller)
            if changed is not None:
                pcm = cross_fade(self._given(changed, piece, played, canceller), pcm)
                if self._path.heard is False:
                    self._forget_room()
            elif self._way is _Way.CLEAN and self._path.heard:
                near = self._compared(piece, pcm)
        self.echo = self._judged(works=canceller is not None)
        near = near and self.echo is EchoState.CANCELLED
        learning = self._way is _Way.CLEAN and not self._warm_up.over
        return MicFrame(pcm, sounds, self.echo, near=near, learning=learning)

    def _may_wait(self, canceller: EchoCanceller | None, size: int) -> bool:
        """Whether it makes no difference what is played just now: it sounds, and is not heard."""
        unused = self._way is _Way.RAW and (canceller is None or self._path.heard is False)
        sounds = self._silent_ms < ECHO_LASTS_MS
        return unused and sounds and len(self._waiting) + size <= UNUSED_BLOCKS * BLOCK_BYTES

    def _played_meanwhile(self) -> None:
        """Ask what was played with what waits, and watch both."""
        heard, self._waiting = self._waiting, b""
        played = self._reference(len(heard) // BYTES_PER_SAMPLE)
        ms = len(heard) // BLOCK_BYTES * BLOCK_MS
        self._missed += len(heard)
        self._silent_ms = 0 if played is not None else self._silent_ms + ms
        self._past.add(heard, played)
        self._path.listen(heard, played)

    def _take_way(self, canceller: EchoCanceller, size: int, *, sounds: bool) -> _Way | None:
        """Choose the way; return the one before if it is another."""
        old, self._way = self._way, self._way_now(sounds=sounds)
        if old is self._way:
            return None
        if self._way is _Way.CLEAN:
            # It hears first what was played while it was away; nothing twice, which confuses it.
            lesson = self._past.lesson(
                LEAST_PAST_BLOCKS * BLOCK_BYTES, before=size, most_bytes=self._missed - size
            )
            if lesson[0]:
                self._cancelled(*lesson, canceller)
        return old

    def _compared(self, piece: bytes, clean: bytes) -> bool:
        """Measure what is taken out; return whether somebody else than the speaker is heard."""
        late = self._path.delay_ms // BLOCK_MS * BLOCK_BYTES
        self._removal.compare(piece, clean, self._past.played(len(piece), late))
        soon = max(0, late - BLOCK_BYTES)
        return self._near_end.compare(piece, self._past.played(len(piece), soon))

    def _way_now(self, *, sounds: bool) -> _Way:
        if self._path.heard is False:
            return _Way.RAW
        if sounds:
            return _Way.CLEAN
        return _Way.LATE if self._path.heard else _Way.RAW

    def _given(
        self, way: _Way, piece: bytes, played: bytes | None, canceller: EchoCanceller
    ) -> bytes:
        """Send the newest sound its way."""
        if way is _Way.CLEAN:
            return self._cancelled(piece, played, canceller)
        if way is _Way.RAW:
            return piece
        return self._past.heard(len(piece), canceller.delay_samples * BYTES_PER_SAMPLE)

    def _cancelled(self, piece: bytes, played: bytes | None, canceller: EchoCanceller) -> bytes:
        clean = canceller.process(piece, played)
        self._missed = 0
        if played is not None:
            self._warm_up.learns(len(piece) // BLOCK_BYTES * BLOCK_MS)
        return self._warm_up.hold_back(piece, clean) if self._path.heard else clean

    def _forget_room(self) -> None:
        self._removal.reset()
        self._near_end.reset()
        self._warm_up.reset()
        self._missed = PAST_BLOCKS * BLOCK_BYTES
        if self._canceller is not None:
            self._canceller.reset()

    def _judged(self, *, works: bool) -> EchoState:
        if self._path.heard is None:
            return EchoState.UNKNOWN
        if not self._path.heard:
            return EchoState.NONE
        return EchoState.CANCELLED if works and not self._removal.fails else EchoState.UNCANCELLED

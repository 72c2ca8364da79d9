"""Takes the speaker's echo out of the microphone's sound, where there is one."""

from __future__ import annotations

from collections import deque
from enum import Enum

from desktop_app.audio.echo_path import EchoPath
from desktop_app.audio.fade import cross_fade
from desktop_app.audio.near_end import NearEnd
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
    """Decides block by block whether the canceller works.

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
        self._past: deque[tuple[bytes, bytes | None]] = deque(maxlen=PAST_BLOCKS)
        self._waiting: list[bytes] = []
        self.reset()

    def reset(self) -> None:
        """Another device: forget the way from speaker to microphone."""
        self.echo = EchoState.UNKNOWN
        self._played_meanwhile()  # What is played next belongs to what is heard next.
        self._path.reset()
        self._past.clear()
        self._past.extend([(bytes(BLOCK_BYTES), None)] * LEAST_PAST_BLOCKS)
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

    def clean(self, block: bytes, *, wanted: bool) -> MicFrame:
        """Return what is left of ``block``; as it is unless the canceller is ``wanted``."""
        self._waiting.append(block)
        canceller = self._canceller if wanted else None
        if self._may_wait(canceller):
            return MicFrame(block, True, self.echo)
        *passed, (_, played) = self._played_meanwhile()
        for before in passed:
            self._watch(*before)
            self._past.append(before)
        self._watch(block, played)
        sounds = self._silent_ms < ECHO_LASTS_MS
        pcm = block if canceller is None else self._led(block, played, canceller, sounds=sounds)
        if canceller is None:
            self._way = _Way.RAW
        self._past.append((block, played))
        self.echo = self._judged(works=canceller is not None)
        return MicFrame(pcm, sounds, self.echo, near=self._near())

    def _may_wait(self, canceller: EchoCanceller | None) -> bool:
        """Whether it makes no difference what is played just now: it sounds, and is not heard."""
        unused = self._way is _Way.RAW and (canceller is None or self._path.heard is False)
        sounds = self._silent_ms < ECHO_LASTS_MS
        return unused and sounds and len(self._waiting) < UNUSED_BLOCKS

    def _played_meanwhile(self) -> list[tuple[bytes, bytes | None]]:
        """Return the blocks that wait, each with what was played."""
        waiting, self._waiting = self._waiting, []
        if not waiting:
            return []
        played = self._reference(sum(map(len, waiting)) // BYTES_PER_SAMPLE)
        if played is None or len(waiting) == 1:
            return [(block, played) for block in waiting]
        with_played: list[tuple[bytes, bytes | None]] = []
        at = 0
        for block in waiting:
            part = played[at : at + len(block)]
            with_played.append((block, part if any(part) else None))
            at += len(block)
        return with_played

    def _watch(self, block: bytes, played: bytes | None) -> None:
        self._silent_ms = 0 if played is not None else self._silent_ms + BLOCK_MS
        self._path.listen(block, played)

    def _led(
        self, block: bytes, played: bytes | None, canceller: EchoCanceller, *, sounds: bool
    ) -> bytes:
        """Send the block its way."""
        old, self._way = self._way, self._way_now(sounds=sounds)
        if self._way is _Way.CLEAN and old is not _Way.CLEAN:
            self._teach(canceller)
        given = self._given(self._way, block, played, canceller)
        if old is not self._way:
            given = cross_fade(self._given(old, block, played, canceller), given)
            if self._path.heard is False:
                self._forget_room()
        elif self._way is _Way.CLEAN and self._path.heard:
            blocks_ago = self._path.delay_ms // BLOCK_MS
            self._removal.compare(block, given, self._played(blocks_ago, played))
            self._near_end.compare(block, self._played(blocks_ago - 1, played))
        return given

    def _played(self, blocks_ago: int, newest: bytes | None) -> bytes | None:
        """What was played a while ago."""
        return newest if blocks_ago <= 0 else self._past[-blocks_ago][1]

    def _near(self) -> bool:
        """Whether somebody else than the speaker is heard through its echo."""
        cancelled = self._way is _Way.CLEAN and self.echo is EchoState.CANCELLED
        return cancelled and self._near_end.heard

    def _way_now(self, *, sounds: bool) -> _Way:
        if self._path.heard is False:
            return _Way.RAW
        if sounds:
            return _Way.CLEAN
        return _Way.LATE if self._path.heard else _Way.RAW

    def _given(
        self, way: _Way, block: bytes, played: bytes | None, canceller: EchoCanceller
    ) -> bytes:
        if way is _Way.CLEAN:
            return self._cancelled(block, played, canceller)
        if way is _Way.RAW:
            return block
        sound = self._past[-1][0] + block
        end = len(sound) - canceller.delay_samples * BYTES_PER_SAMPLE
        return sound[end - len(block) : end]

    def _teach(self, canceller: EchoCanceller) -> None:
        """Let the canceller hear what was played while it was away."""
        past = list(self._past)
        first = next((at for at, (_, played) in enumerate(past) if played), len(past))
        for block, played in past[min(first, len(past) - LEAST_PAST_BLOCKS) :]:
            self._cancelled(block, played, canceller)

    def _cancelled(self, block: bytes, played: bytes | None, canceller: EchoCanceller) -> bytes:
        clean = canceller.process(block, played)
        if played is not None:
            self._warm_up.learns()
        return self._warm_up.hold_back(block, clean) if self._path.heard else clean

    def _forget_room(self) -> None:
        self._removal.reset()
        self._near_end.reset()
        self._warm_up.reset()
        if self._canceller is not None:
            self._canceller.reset()

    def _judged(self, *, works: bool) -> EchoState:
        if self._path.heard is None:
            return EchoState.UNKNOWN
        if not self._path.heard:
            return EchoState.NONE
        return EchoState.CANCELLED if works and not self._removal.fails else EchoState.UNCANCELLED

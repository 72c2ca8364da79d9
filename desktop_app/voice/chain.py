"""What happens to the microphone's sound before anybody hears it."""

from __future__ import annotations

import logging
from dataclasses import dataclass, replace

from desktop_app.audio.fade import cross_fade
from desktop_app.audio.gain import Lift
from desktop_app.core.cleaning import Cleaning
from desktop_app.core.sound import EchoJudged, EchoState, MicFrame
from desktop_app.ports import Dispatch, Reference
from desktop_app.sound_ports import EchoCanceller, NoiseSuppressor
from desktop_app.voice.echo_stage import EchoStage

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Cleaners:
    """What cleans; None where that is not possible, and the sound stays as it is."""

    canceller: EchoCanceller | None = None
    suppressor: NoiseSuppressor | None = None


NO_CLEANERS = Cleaners()


class Chain:
    """Cleans piece after piece, on the worker's loop: of the echo, of noise; then lifts it.

    Args:
        cleaners: What cleans.
        reference: Tells what the speaker plays.
        dispatch: Takes `EchoJudged` when that changes, and once more when it is measured.
    """

    def __init__(self, cleaners: Cleaners, reference: Reference, dispatch: Dispatch) -> None:
        self._echo = EchoStage(cleaners.canceller, reference)
        self._noise = NoiseStage(cleaners.suppressor)
        self._lift = Lift()
        self._dispatch = dispatch
        self._told = EchoState.UNKNOWN
        self._told_db = 0

    def reset(self) -> None:
        """Another device: what was learnt of the old one is of no use."""
        self._echo.reset()
        self._noise.reset()
        self._lift.reset()
        if self._told is not EchoState.UNKNOWN:
            self._tell()

    def hear(self, piece: bytes, wanted: Cleaning) -> MicFrame:
        """Return what is left of one or more blocks of 10 ms, and what is known of them."""
        frame = self._echo.clean(piece, wanted=wanted.echo)
        if frame.echo is not self._told or bool(self._echo.removed_db) != bool(self._told_db):
            self._tell()
        pcm = self._noise.clean(frame.pcm, wanted=wanted.noise)
        if wanted.gain:
            pcm = self._lift.lift(pcm, learn=not frame.played)
        return frame if pcm is frame.pcm else replace(frame, pcm=pcm)

    def _tell(self) -> None:
        judged = EchoJudged(self._echo.echo, self._echo.delay_ms, self._echo.removed_db)
        self._told, self._told_db = judged.echo, judged.removed_db
        log.info(
            "Echo of the speaker: %s, %d ms late, %d dB removed",
            judged.echo,
            judged.delay_ms,
            judged.removed_db,
        )
        self._dispatch(judged)


class NoiseStage:
    """Lets the suppressor work while it is wanted; begins and ends without a step.

    Args:
        suppressor: Port; None: all passes.
    """

    def __init__(self, suppressor: NoiseSuppressor | None) -> None:
        self._suppressor = suppressor
        self.reset()

    def reset(self) -> None:
        """Forget the noise."""
        self._works = False
        self._before = b""
        if self._suppressor is not None:
            self._suppressor.reset()

    def clean(self, block: bytes, *, wanted: bool) -> bytes:
        """Return ``block`` with less noise if that is ``wanted``."""
        suppressor = self._suppressor
        if suppressor is None:
            return block
        before, self._before = self._before, block
        if not (wanted or self._works):
            return block
        if not self._works and before:
            suppressor.process(before)  # It holds a part of a block back.
        clean = suppressor.process(block)
        works, self._works = self._works, wanted
        if works == wanted:
            return clean
        return cross_fade(block, clean) if wanted else cross_fade(clean, block)

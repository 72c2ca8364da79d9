"""What happens to the microphone's sound before anybody hears it."""

from __future__ import annotations

import logging

from desktop_app.core.settings import Settings
from desktop_app.core.sound import EchoJudged, EchoState, MicFrame
from desktop_app.ports import Dispatch, EchoCanceller, Reference
from desktop_app.voice.echo_stage import EchoStage

log = logging.getLogger(__name__)


class Chain:
    """Cleans block after block, on the worker's loop: first of the speaker's echo.

    Args:
        canceller: Port; None: the echo stays in the sound.
        reference: Tells what the speaker plays.
        dispatch: Takes `EchoJudged` when that changes.
    """

    def __init__(
        self, canceller: EchoCanceller | None, reference: Reference, dispatch: Dispatch
    ) -> None:
        self._echo = EchoStage(canceller, reference)
        self._dispatch = dispatch
        self._told = EchoState.UNKNOWN

    @property
    def removed_db(self) -> int:
        """How much of the echo is taken out; 0 while that has not been measured."""
        return self._echo.removed_db

    def reset(self) -> None:
        """Another device: what was learnt of the old one is of no use."""
        self._echo.reset()
        self._tell()

    def hear(self, block: bytes, settings: Settings) -> MicFrame:
        """Return what is left of a block of 10 ms, and what is known of it."""
        frame = self._echo.clean(block, wanted=settings.echo_cancellation != "off")
        if frame.echo is not self._told:
            self._tell()
        return frame

    def _tell(self) -> None:
        stage = self._echo
        if stage.echo is not self._told:
            self._told = stage.echo
            log.info(
                "Echo of the speaker: %s, %d ms late, %d dB removed",
                stage.echo,
                stage.delay_ms,
                stage.removed_db,
            )
            self._dispatch(EchoJudged(stage.echo, stage.delay_ms, stage.removed_db))

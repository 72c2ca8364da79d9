"""Who judges interruptions, and by what measure.

A server that interrupts by itself does so for a cough.  Where the microphone is listened to on
this computer, the server is told not to (``interrupt_response: false``), and the core decides.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core.changes import live
from desktop_app.core.half_duplex import deaf
from desktop_app.core.sound import VOICE_MS, EchoState, VoiceHeard
from desktop_app.core.state import AppState


@dataclass(frozen=True, slots=True)
class Patience:
    """How much of a voice it takes.

    Attributes:
        enough_ms: Speech that makes an interruption, however it goes on.
        quiet_ms: Silence after which less than that was a sound only.
    """

    enough_ms: int
    quiet_ms: int


PATIENCE = {
    "quick": Patience(240, 130),
    "balanced": Patience(576, 300),
    "patient": Patience(704, 310),
}
"""By the setting; measured with tests/benchmarks/barge_in.py."""


SPEECH = 0.5
"""Probability from which a frame counts as speech."""

SURE = 0.6
"""One frame as likely as this raises a doubt; two likely ones do as well."""

LEARNING_SURE_MS = 256
"""So much speech it takes while the canceller does not know the room: a first syllable of the
answer may slip through whole."""


ATTENTIVE_BLOCKS = 2
"""While somebody may be interrupting."""

CALM_BLOCKS = 8
"""While the assistant speaks and is listened for here: a voice is noticed up to 70 ms later, 35 on
average, and judged as soon."""

UNHEARD_BLOCKS = 4
"""While it speaks and the server decides by itself."""


def least_voice_ms(state: AppState, event: VoiceHeard) -> int:
    """Return how long a voice must have been heard to raise a doubt, with this frame the newest."""
    if event.learning:
        return LEARNING_SURE_MS
    # With the echo goes much of whoever speaks over it; what is left of him counts at once.
    cancelled = state.sound.echo is EchoState.CANCELLED
    return VOICE_MS if cancelled or event.probability >= SURE else 2 * VOICE_MS


def patience(state: AppState) -> Patience:
    """Return the measure the user has chosen."""
    return PATIENCE.get(state.settings.interrupting, PATIENCE["balanced"])


def decides_here(state: AppState) -> bool:
    """Whether interruptions are to be judged here, so that the server must not interrupt."""
    wanted = state.settings
    able = state.link.capabilities
    return (
        wanted.interrupt_response
        and wanted.interrupting in PATIENCE
        and not state.manual
        and state.sound.detects
        and able.cancel
        and able.holds_back
        and not any(_is_about_interrupting(path) for path in state.link.omitted)
    )


def _is_about_interrupting(path: str) -> bool:
    return path.endswith(("turn_detection", "interrupt_response"))


def sounding(state: AppState) -> bool:
    """Whether the assistant is heard, or would be were it not held, and may be interrupted."""
    return any(item.response_id not in state.responses.silenced for item in state.sound.playing)


def blocks_at_once(state: AppState) -> int:
    """Return how many blocks of 10 ms of the microphone to take as one.

    Each piece costs the processor about as much, whatever its length.  Nobody waits for what is
    heard while the assistant speaks, until somebody seems to speak over it.
    """
    if not state.sound.playing:
        return 1
    over = state.overlap
    if over.doubt is not None or over.run_ms or over.passing:
        return ATTENTIVE_BLOCKS
    return CALM_BLOCKS if listens(state) else UNHEARD_BLOCKS


def listens(state: AppState) -> bool:
    """Whether the local detector has to hear the microphone now."""
    judging = state.link.held_back and live(state) and not (deaf(state) or state.manual)
    return judging and (sounding(state) or state.overlap.passing)

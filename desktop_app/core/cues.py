"""Short sounds that say what cannot be seen while the window is away."""

from __future__ import annotations

from enum import StrEnum

from desktop_app.core.changes import live
from desktop_app.core.problems import Kind
from desktop_app.core.state import AppState

WORTH_A_SOUND = frozenset(Kind) - {
    Kind.DEVICE_CHANGED,
    Kind.HALF_DUPLEX,
    Kind.MUTED_TALK,
    Kind.NO_KEYRING,
    Kind.SETTING_REFUSED,
}


class Cue(StrEnum):
    """What has just happened."""

    START = "start"
    """The user is listened to."""
    STOP = "stop"
    """The user's words are on their way."""
    MUTED = "muted"
    ERROR = "error"


def cue_between(before: AppState, after: AppState) -> Cue | None:
    """Return what is to be heard of a change; nothing sounds while the assistant speaks."""
    if before is after or not after.settings.cue_volume or _speaks(after):
        return None
    if after.problems is not before.problems:
        known = {problem.kind for problem in before.problems}
        if any(p.kind not in known and p.kind in WORTH_A_SOUND for p in after.problems):
            return Cue.ERROR
    if after.pressed is not before.pressed and live(after):
        return Cue.START if after.pressed else Cue.STOP
    if after.muted is not before.muted and after.sound.mic_open:
        return Cue.MUTED if after.muted else Cue.START
    return None


def _speaks(state: AppState) -> bool:
    """Whether the assistant is heard, or waits for more of what it says."""
    return bool(state.sound.playing) or bool(state.sound.dry and state.responses.active)

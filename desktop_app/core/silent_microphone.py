"""A microphone that gives nothing at all: switched off at its button, or kept from us.

Systems that do not let a program hear give it silence and no error.  Any room makes some noise.
"""

from __future__ import annotations

from desktop_app.core.changes import live, solved, tell
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.sound import MicSilent
from desktop_app.core.state import AppState, Step

SILENT_MICROPHONE = Problem(
    Kind.SILENT_MICROPHONE,
    "The microphone gives only silence",
    "Switch it on at its own button and in the system's sound settings, and allow Parley to use it "
    "in the privacy settings.",
    Action.CHECK_SOUND,
)


def listens(state: AppState) -> bool:
    """Whether it matters: somebody could be talking to it in vain."""
    return live(state) and state.sound.mic_open and not (state.muted or state.checking)


def mic_silent(state: AppState, event: MicSilent) -> Step:
    """Nothing but zeros has come since the microphone was opened, or something comes at last."""
    if not event.silent:
        return solved(state, Kind.SILENT_MICROPHONE), ()
    return (tell(state, SILENT_MICROPHONE) if listens(state) else state), ()

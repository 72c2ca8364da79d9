"""Listening only while silent: what is left when the speaker's echo stays in the microphone.

The far end's clock is the sound it gets, so what it must not hear is replaced by silence.
"""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import solved, sound, tell
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.sound import EchoJudged, EchoState, MicFrame
from desktop_app.core.sound_check import Findings, Mode, judge
from desktop_app.core.state import AppState, Step

RINGS_MS = 250
"""So long after its last sound a room is still heard, beyond the way of the sound itself."""

BYTES_OF_MS = 48

_STAYS = "Your microphone hears the speaker and I cannot remove it"
_SWITCHED_OFF = "Your microphone hears the speaker, and removing that is switched off"
_ECHO_OF = {
    Mode.HEADPHONES: EchoState.NONE,
    Mode.LOUDSPEAKER: EchoState.CANCELLED,
    Mode.HALF_DUPLEX: EchoState.UNCANCELLED,
}


def in_turns(state: AppState) -> bool:
    """Whether the microphone counts only while the assistant is silent.

    Never with push to talk: who presses silences the assistant, and means to be heard.
    """
    if state.manual:
        return False
    match state.settings.half_duplex:
        case "always":
            return True
        case "off":
            return False
        case _:
            return state.sound.echo is EchoState.UNCANCELLED or _known_to_stay(state)


def deaf(state: AppState) -> bool:
    """Whether what the microphone hears now is not for the far end."""
    if state.muted or state.checking:
        return True
    return in_turns(state) and (bool(state.sound.playing) or state.sound.rings_ms > 0)


def rung(state: AppState, frame: MicFrame) -> AppState:
    """Let the time of ``frame`` pass for the echo that is still in the air."""
    left_ms = state.sound.rings_ms
    if not left_ms:
        return state
    return sound(state, rings_ms=max(0, left_ms - len(frame.pcm) // BYTES_OF_MS))


def fell_silent(state: AppState) -> AppState:
    """The speaker has stopped: its echo is on the way for a moment."""
    if not in_turns(state):
        return state
    return sound(state, rings_ms=state.sound.echo_delay_ms + RINGS_MS)


def echo_judged(state: AppState, event: EchoJudged) -> Step:
    """It turned out what becomes of the echo."""
    delay_ms = max(event.delay_ms, state.sound.echo_delay_ms if _known_to_stay(state) else 0)
    return minded(state, sound(state, echo=event.echo, echo_delay_ms=delay_ms)), ()


def minded(before: AppState, state: AppState) -> AppState:
    """Say so if from now on the microphone counts in turns only, and the user did not ask for it.

    Args:
        before: The state before the echo, the devices or what is known of both changed.
        state: The state after it.
    """
    if not in_turns(state):
        return sound(solved(state, Kind.HALF_DUPLEX), rings_ms=0)
    if in_turns(before) or state.settings.half_duplex != "auto":
        return state
    return tell(state, _problem(state))


def check_ended(state: AppState, found: Findings | None) -> Step:
    """The sound was checked: what was found holds for these devices, the next time as well."""
    before, state = state, replace(state, checking=False)
    if found is None:
        return state, ()
    verdict = judge(found)
    if verdict.works:
        state = solved(state, Kind.DEVICE_CHANGED, Kind.SILENT_MICROPHONE)
    if verdict.mode is Mode.UNKNOWN:
        return state, ()
    settings = remembered(state.settings, found)
    delay_ms = max(0, round(found.delay_ms or 0))
    state = sound(state, echo=_ECHO_OF[verdict.mode], echo_delay_ms=delay_ms)
    effects = (fx.SaveSettings(settings),) if settings != state.settings else ()
    return minded(before, replace(state, settings=settings)), effects


def remembered(settings: Settings, found: Findings) -> Settings:
    """Return ``settings`` that remember whether the echo of the devices in ``found`` stays."""
    mode, pair = judge(found).mode, _pair(found.microphone, found.speaker)
    if mode is Mode.HALF_DUPLEX:
        return replace(settings, echo_stays_with=pair)
    if mode is not Mode.UNKNOWN and settings.echo_stays_with == pair:
        return replace(settings, echo_stays_with="")
    return settings


def _known_to_stay(state: AppState) -> bool:
    here = _pair(state.sound.mic_label, state.sound.speaker_label)
    return state.settings.echo_stays_with == here


def _pair(microphone: str, speaker: str) -> str:
    return f"{microphone} / {speaker}"


def _problem(state: AppState) -> Problem:
    why = _SWITCHED_OFF if state.settings.echo_cancellation == "off" else _STAYS
    return Problem(
        Kind.HALF_DUPLEX,
        "I listen only when I am silent",
        f"{why}, so I listen only when I am silent. Headphones bring back interrupting.",
        Action.LISTEN_ALWAYS,
    )

"""The talk key: one key that talks while it is held, and stays on when it is tapped.

It may be pressed anywhere: in another program, through `parley ptt`, on the tray.  Whoever sees it
says only that it went down or up; what that means is decided here.
"""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import live, solved, sound, tell
from desktop_app.core.connection import RELEASE_TIMER, SOUND_TIMER, connect_asked
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.rest import woken
from desktop_app.core.state import AppState, Effects, Key, Phase, Step
from desktop_app.core.turn_taking import talk_pressed, talk_released, yielded

TAP_MS = 350
"""A shorter press is a tap; it is time enough for a tap, and too little to say anything."""

WATCHDOG_MS = 120_000
"""Nobody holds a key for so long: its release was lost."""

TAP_TIMER = "tap"
WATCHDOG_TIMER = "watchdog"

STUCK = Problem(
    Kind.KEY_STUCK,
    "The talk key was let go for you",
    "It was down for two minutes. Press it again to go on.",
)
_DOWN = (Key.DOWN, Key.HELD)
_STOP: Effects = (fx.StopTimer(TAP_TIMER), fx.StopTimer(WATCHDOG_TIMER))


def key_pressed(state: AppState) -> Step:
    """The talk key went down."""
    if state.locked:
        return state, ()
    if not state.manual:
        return _hands_free(state)
    if not state.pressed:
        return _begin(state, state.settings.talk_key_mode)
    # A key that repeats itself, or one pressed while the button is held, changes nothing.
    return _end(state) if state.key is Key.LATCHED else (state, ())


def key_released(state: AppState, *, held: bool = False) -> Step:
    """The talk key went up."""
    match state.key:
        case Key.DOWN if state.pressed and not held:
            return replace(state, key=Key.LATCHED), _STOP
        case Key.HELD:
            return _end(state)
        case Key.DOWN if state.pressed:
            return _end(state)
        case Key.DOWN:
            return replace(state, key=Key.UP), _STOP
        case _:
            return state, ()


def toggled(state: AppState) -> Step:
    """The user wants to begin to talk, or to end, without holding anything."""
    if state.locked:
        return state, ()
    if not state.manual:
        return _hands_free(state)
    return _end(state) if state.pressed else _begin(state, "toggle")


def tap_over(state: AppState) -> Step:
    """The key has been down for too long to be tapped."""
    return (replace(state, key=Key.HELD) if state.key is Key.DOWN else state), ()


def watchdog(state: AppState) -> Step:
    """The key has been down for longer than anybody holds one."""
    if state.key not in _DOWN:
        return state, ()
    ended, effects = _end(state)
    return (tell(ended, STUCK) if state.pressed else ended), effects


def let_go(state: AppState) -> Step:
    """The microphone went away: what was said so far is the turn."""
    return (state, ()) if state.key is Key.UP else _end(state)


def locked(state: AppState) -> Step:
    """The computer was locked, or goes to sleep: nothing is recorded, nothing is said aloud."""
    if state.locked:
        return state, ()
    talking = state.pressed or state.releasing
    state = replace(state, locked=True, key=Key.UP, pressed=False, releasing=False)
    cleared: Effects = (fx.ClearInput(),) if talking and live(state) else ()
    if not state.sound.wanted:
        return state, (*_STOP, *cleared)
    state, silence = yielded(state, tell_server=True)
    stops = (*_STOP, fx.StopTimer(RELEASE_TIMER), fx.StopTimer(SOUND_TIMER))
    return sound(state, wanted=False), (*silence, *cleared, *stops, fx.CloseSound())


def unlocked(state: AppState) -> Step:
    """The user is back."""
    if not state.locked:
        return state, ()
    return woken(replace(state, locked=False))


def _begin(state: AppState, mode: str) -> Step:
    state, effects = talk_pressed(solved(state, Kind.KEY_STUCK))
    if mode == "toggle":
        return replace(state, key=Key.LATCHED), effects
    effects = (*effects, fx.StartTimer(WATCHDOG_TIMER, WATCHDOG_MS))
    if mode == "hold":
        return replace(state, key=Key.HELD), effects
    return replace(state, key=Key.DOWN), (*effects, fx.StartTimer(TAP_TIMER, TAP_MS))


def _end(state: AppState) -> Step:
    state, effects = talk_released(replace(state, key=Key.UP))
    return state, (*_STOP, *effects)


def _hands_free(state: AppState) -> Step:
    """Where the server makes the turns, the key says: listen to me, or: listen no more."""
    if state.link.phase is Phase.OFFLINE:
        return connect_asked(replace(state, muted=False))
    if state.sound.playing:
        return yielded(replace(state, muted=False), tell_server=True)
    return replace(state, muted=not state.muted), ()

"""Nothing stays open for nobody: without a session and without a talk the devices rest.

While a connection is being made, what is said waits for it.  But a computer that is away from its
network for hours has no reason to keep its microphone open.
"""

from __future__ import annotations

from desktop_app.core import effects as fx
from desktop_app.core.changes import live, sound
from desktop_app.core.state import AppState, Effects, Step

REST_MS = 30_000
"""So long the devices stay open without a session."""

REST_TIMER = "rest"
REST_SOON: Effects = (fx.StartTimer(REST_TIMER, REST_MS),)


def idle_for_long(state: AppState) -> Step:
    """The time without a session is over, or has been too long."""
    if live(state) or not state.sound.wanted:
        return state, ()
    if state.pressed or state.releasing or state.sound.playing:
        return state, REST_SOON
    return sound(state, wanted=False), (fx.CloseSound(),)


def woken(state: AppState) -> Step:
    """Somebody is to be heard, or to hear: open what rests."""
    if state.locked or not state.link.wanted or state.sound.wanted:
        return state, ()
    opening: Effects = (fx.OpenSound(state.settings.microphone, state.settings.speaker),)
    return sound(state, wanted=True), opening if live(state) else (*opening, *REST_SOON)

"""What a change of the settings costs, and paying it."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core import effects as fx
from desktop_app.core.changes import link, live, solved, tell
from desktop_app.core.connection import configure, configuring, renew
from desktop_app.core.problems import Kind
from desktop_app.core.refusals import VOICE_FIXED
from desktop_app.core.settings import Settings, specs
from desktop_app.core.spec import Cost
from desktop_app.core.state import AppState, Effects, Step


def settings_changed(state: AppState, new: Settings) -> Step:
    """The user accepted other settings: save them, and make them true at the least cost."""
    old = state.settings
    changed = {name for name in specs() if getattr(old, name) != getattr(new, name)}
    if not changed:
        return state, ()
    costs = {specs()[name].cost for name in changed}
    state = replace(solved(state, Kind.SETTING_REFUSED), settings=new)
    if "half_duplex" in changed:
        state = solved(state, Kind.HALF_DUPLEX)
    effects: Effects = (fx.SaveSettings(new),)
    if Cost.REOPEN_AUDIO in costs and state.sound.wanted:
        effects = (*effects, fx.OpenSound(new.microphone, new.speaker))
    if "turn_detection" in changed:
        state = replace(state, pressed=False, releasing=False, user_speaking=False)
    if Cost.RECONNECT in costs:
        state = link(state, omitted=frozenset())
        state, more = renew(state) if state.link.wanted else (state, ())
        return state, (*effects, *more)
    if Cost.RENEW in costs and state.link.wanted and new.service != "server":
        if not live(state):
            state, more = renew(state)
            return state, (*effects, *more)
        state = link(state, rotate=True)  # `step` does it as soon as it is quiet.
    if Cost.SESSION_UPDATE not in costs or not (live(state) or configuring(state)):
        return state, effects
    if "voice" in changed and state.link.spoke:
        state = tell(state, VOICE_FIXED)
    cleared: Effects = (fx.ClearInput(),) if "turn_detection" in changed and live(state) else ()
    if not _quiet(state):
        return link(state, config_due=True), (*effects, *cleared)
    state, more = configure(state)
    return state, (*effects, *more, *cleared)


def _quiet(state: AppState) -> bool:
    """Whether the session takes a configuration now.

    The speed may only change between turns; the rest can wait for the same moment.
    """
    return live(state) and not state.responses.active and not state.responses.requested


def configured_when_quiet(state: AppState) -> Step:
    """Send settings that waited for the end of an answer."""
    if not state.link.config_due or not _quiet(state):
        return state, ()
    if state.link.spoke and state.link.voice not in ("", state.settings.voice):
        # The assistant has begun to speak since the change was asked for.
        state = tell(state, VOICE_FIXED)
    return configure(state)

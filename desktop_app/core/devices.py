"""Which device is used: devices come and go, the default changes, sound servers die.

A setting names a device or, empty, the system's default.  A named device that is not there is
replaced by the default, and used again as soon as it is back.  What is unplugged in the midst of a
word costs no word: the assistant's answer waits for the next speaker, and goes on there.
"""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.core import effects as fx
from desktop_app.core import talk_key
from desktop_app.core.changes import solved, sound, tell, then
from desktop_app.core.connection import SOUND_TIMER
from desktop_app.core.half_duplex import minded
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.sound import Device, DevicesChanged
from desktop_app.core.state import AppState, Effects, SoundState, Step

AGAIN_SOON_MS = 200
"""A device that was lost is replaced after this: long enough that one that comes and goes all the
time keeps nobody busy, and short enough that nobody misses it."""

AGAIN_MS = 2_000
"""How often a device that is missing is looked for again."""

SPEAKER_WAIT_MS = 10_000
"""So long an answer waits for another speaker: a sound server starts again in less."""

NOTICE_MS = 15_000
"""How long the user is told that another device is used."""

SPEAKER_TIMER = "speaker"
NOTICE_TIMER = "device-notice"

_CHOOSE = (Action.CHOOSE_MICROPHONE, Action.CHOOSE_SPEAKER)


@dataclass(frozen=True, slots=True)
class _Way:
    """Microphones or speakers, before and after a change.

    Attributes:
        chosen: Name in the settings; empty for the system's default.
        old: The devices before.
        new: The devices now.
        used: Name of the device in use before; empty: unknown.
        at: Name of the device in use now; empty: unknown.
        is_open: One is in use.
        missed: Devices that are known to be missing.
    """

    chosen: str
    old: tuple[Device, ...]
    new: tuple[Device, ...]
    used: str
    at: str
    is_open: bool
    missed: tuple[Device, ...]

    @property
    def wanted(self) -> Device | None:
        """The device to use now."""
        return _wanted(self.chosen, self.new)

    @property
    def gone(self) -> Device | None:
        """The device that was in use and is not there any more."""
        lost = _named(self.used, self.old) if self.is_open else None
        return lost if lost and _named(lost.name, self.new) is None else None

    @property
    def missing(self) -> Device | None:
        """The device that is chosen and not there, if another one is."""
        if not self.chosen or not self.new or _named(self.chosen, self.new):
            return None
        known = (*self.old, *self.missed)
        return _named(self.chosen, known) or Device(self.chosen, self.chosen)

    @property
    def back(self) -> Device | None:
        """The chosen device, if it has just come back."""
        found = _named(self.chosen, self.new)
        return found if self.old and found and _named(self.chosen, self.old) is None else None

    @property
    def elsewhere(self) -> bool:
        """Another device has to be opened.

        A stream that was moved while all devices are there stays where it is: somebody moved it in
        the system's mixer.  One on a device nobody can choose is recording a speaker.
        """
        now, before = self.wanted, _wanted(self.chosen, self.old)
        if now is None:
            return False
        if not self.is_open:
            return self.new != self.old
        if self.at and _named(self.at, self.new) is None:
            return True
        # It may have been gone and come back before anybody looked.
        return now.name != self.at and (
            before is None or (now.name, now.serial) != (before.name, before.serial)
        )


def devices_changed(state: AppState, event: DevicesChanged) -> Step:
    """Devices came or went, or our streams were moved: use the ones that are meant."""
    old, before = state, state.sound
    state = sound(
        state,
        devices=event.devices,
        mic_at=event.microphone,
        speaker_at=event.speaker,
        mic_label=_label(event.microphone, event.devices.microphones, before.mic_label),
        speaker_label=_label(event.speaker, event.devices.speakers, before.speaker_label),
    )
    if not before.wanted:
        return state, ()
    state = minded(old, state)
    ways = _ways(state, before)
    state, effects = _told(state, ways)
    if any(way.elsewhere for way in ways):
        effects = (*effects, open_sound(state))
    return state, effects


def devices_stale(state: AppState) -> Step:
    """Something changed, and what it is can only be learned while nothing is open."""
    return state, (open_sound(state, afresh=True),) if state.sound.wanted else ()


def open_sound(state: AppState, *, afresh: bool = False) -> fx.OpenSound:
    """Return the order to use the devices of the settings."""
    return fx.OpenSound(state.settings.microphone, state.settings.speaker, afresh=afresh)


def mic_opened(state: AppState, label: str) -> Step:
    """The microphone runs."""
    opened = solved(state, Kind.NO_MICROPHONE, Kind.NO_SOUND, Kind.SILENT_MICROPHONE)
    return minded(state, sound(opened, mic_open=True, mic_label=label)), ()


def mic_lost(state: AppState, problem: Problem | None) -> Step:
    """The microphone went away, could not be opened, or was closed by us (no problem)."""
    was_open = state.sound.mic_open
    state = sound(solved(state, Kind.SILENT_MICROPHONE), mic_open=False, mic_at="")
    if problem is None or not state.sound.wanted:
        return state, ()
    if was_open:
        return state, (fx.StartTimer(SOUND_TIMER, AGAIN_SOON_MS),)
    state = tell(state, problem)
    return then(talk_key.let_go(state), (fx.StartTimer(SOUND_TIMER, AGAIN_MS),))


def speaker_opened(state: AppState, label: str) -> Step:
    """The speaker runs; what waited for it is heard."""
    effects: Effects = (fx.StopTimer(SPEAKER_TIMER),) if state.sound.awaited else ()
    opened = solved(state, Kind.NO_SPEAKER, Kind.NO_SOUND)
    opened = sound(opened, speaker_open=True, speaker_label=label, awaited=False, silent=False)
    return minded(state, opened), effects


def speaker_lost(state: AppState, problem: Problem | None) -> Step:
    """The speaker went away, could not be opened, or was closed by us (no problem)."""
    was_open = state.sound.speaker_open
    state = sound(state, speaker_open=False, speaker_at="")
    if problem is None or not state.sound.wanted:
        return sound(state, playing=(), dry=None, awaited=False, silent=False), ()
    effects: Effects = (fx.StartTimer(SOUND_TIMER, AGAIN_SOON_MS if was_open else AGAIN_MS),)
    if not (state.sound.awaited or state.sound.silent):
        effects = (*effects, fx.StartTimer(SPEAKER_TIMER, SPEAKER_WAIT_MS))
        state = sound(state, awaited=True)
    return (state if was_open else tell(state, problem)), effects


def speaker_given_up(state: AppState) -> Step:
    """No speaker can be had: nobody waits for the end of an answer that nobody hears."""
    if state.sound.speaker_open or not state.sound.wanted:
        return state, ()
    return sound(state, playing=(), dry=None, awaited=False, silent=True), (fx.CutSpeaker(),)


def look_again(state: AppState) -> Step:
    """Open what is missing."""
    if not state.sound.wanted:
        return state, ()
    # Where the list is not renewed by itself, it may be as old as the device that was lost.
    missing = not (state.sound.mic_open and state.sound.speaker_open)
    return state, (open_sound(state, afresh=missing and not state.sound.devices.live),)


def _ways(state: AppState, before: SoundState) -> tuple[_Way, _Way]:
    settings, now = state.settings, state.sound
    return (
        _Way(
            settings.microphone,
            before.devices.microphones,
            now.devices.microphones,
            before.mic_at,
            now.mic_at,
            now.mic_open,
            before.missed,
        ),
        _Way(
            settings.speaker,
            before.devices.speakers,
            now.devices.speakers,
            before.speaker_at,
            now.speaker_at,
            now.speaker_open,
            before.missed,
        ),
    )


def _told(state: AppState, ways: tuple[_Way, _Way]) -> Step:
    """Say in one line that other devices are used now, for a while."""
    missed = tuple(missing for way in ways if (missing := way.missing))
    newly = any(_named(device.name, state.sound.missed) is None for device in missed)
    state = sound(state, missed=missed)
    if newly or any(way.gone and way.wanted for way in ways):
        state = tell(state, _replaced(ways))
    elif back := [way.back.label for way in ways if way.back]:
        hint = "It is connected again."
        using = f"Using {_and(back)} again"
        state = tell(state, Problem(Kind.DEVICE_CHANGED, using, hint, Action.CHECK_SOUND))
    else:
        return state, ()
    return state, (fx.StartTimer(NOTICE_TIMER, NOTICE_MS),)


def _replaced(ways: tuple[_Way, _Way]) -> Problem:
    touched = [way for way in ways if way.missing or way.gone]
    lost = [device.label for way in touched if (device := way.missing or way.gone)]
    using = _and([way.wanted.label for way in touched if way.wanted])
    hint = f"{_and(lost)} {'is' if len(set(lost)) == 1 else 'are'} not connected."
    if any(way.missing for way in touched):
        hint += " Parley goes back when that changes."
    action = next(_CHOOSE[n] for n, way in enumerate(ways) if way in touched)
    return Problem(Kind.DEVICE_CHANGED, f"Now using {using}", hint, action)


def _and(labels: list[str]) -> str:
    return " and ".join(dict.fromkeys(labels))


def _wanted(chosen: str, devices: tuple[Device, ...]) -> Device | None:
    default = next((device for device in devices if device.default), None)
    return _named(chosen, devices) or default or next(iter(devices), None)


def _named(name: str, devices: tuple[Device, ...]) -> Device | None:
    return next((device for device in devices if device.name == name), None) if name else None


def _label(name: str, devices: tuple[Device, ...], otherwise: str) -> str:
    found = _named(name, devices)
    return found.label if found else otherwise

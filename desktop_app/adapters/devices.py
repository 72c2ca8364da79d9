"""The microphones and speakers of this computer, by names that people know."""

from __future__ import annotations

import sys
from collections.abc import Callable

from desktop_app.adapters.device_poll import DevicePoll
from desktop_app.adapters.portaudio import PORTAUDIO
from desktop_app.adapters.pulse_api import Pulse
from desktop_app.adapters.pulse_server import facts_of, pulse_devices
from desktop_app.adapters.pulse_watch import PulseWatch
from desktop_app.adapters.sound_target import read_table
from desktop_app.core.sound import DeviceList, DevicesChanged
from desktop_app.ports import Dispatch, SoundError

NEWS = ("sink", "source", "server", "source_output", "sink_input")


class SystemDevices:
    """`Devices` of the system: the sound server's on Linux, PortAudio's elsewhere."""

    def list(self) -> DeviceList:
        """Return the devices; blocks for a moment.  Where there are none, say why."""
        found = pulse_devices() if _is_linux() else None
        return found if found is not None else listed()

    def watch(self, dispatch: Dispatch) -> Callable[[], None]:
        """Report news: the sound server's on Linux; elsewhere somebody looks each second."""
        if _is_linux():
            return PulseWatch(_PulseNews(dispatch), NEWS).stop
        return DevicePoll(dispatch, listed).stop


class _PulseNews:
    """Reports facts of the sound server, each state of things once."""

    def __init__(self, dispatch: Dispatch) -> None:
        self._dispatch = dispatch
        self._told: DevicesChanged | None = None

    def __call__(self, pulse: Pulse | None) -> None:
        if pulse is None and self._told is not None:
            # Its streams have told that they ended, and it will be back in a moment.
            return
        facts = facts_of(pulse) if pulse is not None else DevicesChanged(listed())
        if facts != self._told:
            self._told = facts
            self._dispatch(facts)


def listed() -> DeviceList:
    """Return the devices that PortAudio knows, renewed if nothing is open."""
    try:
        with PORTAUDIO.locked() as sounddevice:
            return read_table(sounddevice).listed()
    except SoundError as error:
        return DeviceList(problem=error.problem)


def _is_linux() -> bool:
    return sys.platform.startswith("linux")

"""The microphones and speakers of this computer, by names that people know."""

from __future__ import annotations

import sys
from collections.abc import Callable

from desktop_app.adapters.portaudio import PORTAUDIO
from desktop_app.adapters.pulse_server import PulseWatch, pulse_devices
from desktop_app.adapters.sound_target import read_table
from desktop_app.core.sound import DeviceList
from desktop_app.ports import SoundError


class SystemDevices:
    """`Devices` of the system: the sound server's on Linux, PortAudio's elsewhere."""

    def list(self) -> DeviceList:
        """Return the devices; blocks for a moment.  Where there are none, say why."""
        found = pulse_devices() if _is_linux() else None
        if found is not None:
            return found
        try:
            with PORTAUDIO.locked() as sounddevice:
                return read_table(sounddevice).listed()
        except SoundError as error:
            return DeviceList(problem=error.problem)

    def watch(self, callback: Callable[[], None]) -> Callable[[], None]:
        """Call back, in another thread, when devices come or go; return what ends that.

        Only a sound server tells such news; elsewhere nothing is ever said.
        """
        return PulseWatch(callback).stop if _is_linux() else _nothing_to_stop


def _is_linux() -> bool:
    return sys.platform.startswith("linux")


def _nothing_to_stop() -> None:
    """No watch was started."""

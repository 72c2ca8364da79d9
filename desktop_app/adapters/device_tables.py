"""Devices as PortAudio lists them: many names for one thing, of which people need one."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from desktop_app.adapters.sound_problems import Way, none_found
from desktop_app.core.sound import Device, DeviceList

# The one interface of each system whose names are whole and whose devices are there.
PREFERRED = ("Windows WASAPI", "Core Audio", "ALSA")
# MME cuts names there, and so do settings made with it.
CUT_NAME = 31
# Where ALSA leads to a sound server.  "pulse" first: "default" may ignore which device is wanted.
SERVER_DEVICES = ("pulse", "default")


@dataclass(frozen=True, slots=True)
class TableDevice:
    """One line of PortAudio's list."""

    index: int
    name: str
    host_api: str
    inputs: int
    outputs: int
    rate_hz: int

    def channels(self, way: Way) -> int:
        """Return how many channels it has in this direction."""
        return self.inputs if way == "input" else self.outputs


@dataclass(frozen=True, slots=True)
class Table:
    """PortAudio's list, and each interface's default device per direction (-1: none)."""

    devices: Sequence[TableDevice]
    default_inputs: dict[str, int]
    default_outputs: dict[str, int]

    def default(self, way: Way) -> TableDevice | None:
        """Return the default device of the preferred interface."""
        defaults = self.default_inputs if way == "input" else self.default_outputs
        index = defaults.get(self.host_api(), -1)
        return next((d for d in self.offered(way) if d.index == index), None)

    def host_api(self) -> str:
        """Return the interface to use."""
        present = [device.host_api for device in self.devices]
        return next((api for api in PREFERRED if api in present), present[0] if present else "")

    def offered(self, way: Way) -> Iterator[TableDevice]:
        """Yield the devices for people: of one interface, each name once."""
        api = self.host_api()
        seen: set[str] = set()
        for device in self.devices:
            if device.host_api != api or not device.channels(way) or device.name in seen:
                continue
            # Beside the hardware, ALSA lists its own plumbing: surround51, lavrate, dmix ...
            if api == "ALSA" and device.name != "default" and "(hw:" not in device.name:
                continue
            seen.add(device.name)
            yield device

    def find(self, way: Way, name: str) -> TableDevice | None:
        """Return the device of that name (or one that begins like it, if it is a cut name)."""
        offered = list(self.offered(way))
        for device in offered:
            if device.name == name:
                return device
        if len(name) < CUT_NAME:
            return None
        return next((d for d in offered if d.name[:CUT_NAME] == name[:CUT_NAME]), None)

    def server(self, way: Way) -> TableDevice | None:
        """Return the device that leads to the sound server."""
        for name in SERVER_DEVICES:
            for device in self.devices:
                if device.name == name and device.channels(way):
                    return device
        return None

    def listed(self) -> DeviceList:
        """Return all of it as people choose from it."""
        microphones, speakers = self._listed("input"), self._listed("output")
        problem = None if microphones else none_found("input")
        return DeviceList(microphones, speakers, problem if speakers else none_found("output"))

    def _listed(self, way: Way) -> tuple[Device, ...]:
        default = self.default(way)
        return tuple(
            Device(d.name, _label(d), default is not None and d.index == default.index)
            for d in self.offered(way)
        )


def _label(device: TableDevice) -> str:
    return "Default of ALSA" if device.name == "default" else device.name

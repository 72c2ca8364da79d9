"""Which device to open for a name, and how to open it when it is choosy."""

from __future__ import annotations

import itertools
import logging
import sys
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from types import ModuleType
from typing import TypeVar

from desktop_app.adapters.device_tables import Table, TableDevice
from desktop_app.adapters.portaudio import PORTAUDIO, environment, load
from desktop_app.adapters.pulse_server import chosen, moved, pulse_devices, stream_settings
from desktop_app.adapters.sound_problems import Way, busy, none_found, refused
from desktop_app.adapters.thread_priority import hasty_threads
from desktop_app.audio.pcm import RATE_HZ
from desktop_app.core.problems import Problem
from desktop_app.core.sound import DeviceList
from desktop_app.ports import SoundError

# PortAudio's words for "not at this rate", "not so many channels", and what WASAPI says instead.
CHOOSY = frozenset({-9998, -9997, -9996, -9994})
BUSY = frozenset({-9985})

_log = logging.getLogger(__name__)
_streams = itertools.count(1)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Target:
    """A device to open.

    Attributes:
        name: Its name, as settings keep it.
        label: Its name for people.
        index: PortAudio's index, good until the list is renewed.
        rate_hz: Its own rate.
        channels: As many as it has.
        environment: Variables that lead the stream there.
        stream: Name of the stream on a sound server; empty: there is no server.
        wasapi: It is opened through WASAPI.
    """

    name: str
    label: str
    index: int
    rate_hz: int = RATE_HZ
    channels: int = 1
    environment: Mapping[str, str] = field(default_factory=dict)
    stream: str = ""
    wasapi: bool = False


@dataclass(frozen=True, slots=True)
class Form:
    """How a stream is to be opened."""

    rate_hz: int
    channels: int


def read_table(sounddevice: ModuleType) -> Table:
    """Return PortAudio's list as values; hold the lock."""
    apis = sounddevice.query_hostapis()
    devices = [
        TableDevice(
            index,
            str(device["name"]),
            str(apis[device["hostapi"]]["name"]),
            int(device["max_input_channels"]),
            int(device["max_output_channels"]),
            int(device["default_samplerate"]),
        )
        for index, device in enumerate(sounddevice.query_devices())
    ]
    return Table(
        devices,
        {str(api["name"]): int(api["default_input_device"]) for api in apis},
        {str(api["name"]): int(api["default_output_device"]) for api in apis},
    )


def find_target(way: Way, name: str, sounddevice: ModuleType) -> Target:
    """Return the device of that name, or the default one; hold PortAudio's lock.

    Raises:
        SoundError: If there is none.
    """
    table = read_table(sounddevice)
    offered = pulse_devices() if sys.platform.startswith("linux") else None
    server = table.server(way)
    if offered is not None and server is not None:
        return _on_server(way, name, offered, server)
    named = table.find(way, name) if name else None
    found = named or table.default(way) or next(table.offered(way), None)
    if found is None:
        raise SoundError(none_found(way))
    return Target(
        name=found.name,
        label=found.name,
        index=found.index,
        rate_hz=found.rate_hz,
        channels=found.channels(way),
        wasapi=found.host_api == "Windows WASAPI",
    )


def open_device(
    way: Way,
    device: str,
    opener_for: Callable[[Target, ModuleType, ModuleType], Callable[[Form], _T]],
) -> tuple[Target, _T]:
    """Find a device and open it; return both.  Blocks: use the sound thread.

    Args:
        way: What it is for.
        device: Its name; empty: the system's default.
        opener_for: Returns how to open the target, with `sounddevice` and `rtmixer`.

    Raises:
        SoundError: If it cannot be opened.
    """
    with PORTAUDIO.locked() as sounddevice:
        rtmixer = load("rtmixer")
        target = find_target(way, device, sounddevice)
        opener = opener_for(target, sounddevice, rtmixer)
        with hasty_threads():
            opened = open_target(target, way, sounddevice, opener)
        PORTAUDIO.opened()
    return target, opened


def led(way: Way, target: Target, device: str) -> str | None:
    """Let what was opened as ``target`` go on on ``device``; blocks.

    Returns:
        Where it goes on, for people: a server leads it there, or it is the same device.  None: it
        has to be opened anew.
    """
    if target.stream:
        return moved(way, target.stream, device, target.name)
    with PORTAUDIO.locked() as sounddevice:
        return target.label if target == find_target(way, device, sounddevice) else None


def open_target(
    target: Target, way: Way, sounddevice: ModuleType, opener: Callable[[Form], _T]
) -> _T:
    """Open at 24 kHz mono or, if the device refuses that, as it likes; hold the lock.

    Raises:
        SoundError: If it cannot be opened.
    """
    forms = [Form(RATE_HZ, 1), Form(RATE_HZ, 2), Form(target.rate_hz, 1), Form(target.rate_hz, 2)]
    if target.channels not in (1, 2) and way == "input":
        forms.append(Form(target.rate_hz, target.channels))
    with environment(target.environment):
        error: Exception | None = None
        for form in dict.fromkeys(forms):
            try:
                return opener(form)
            except sounddevice.PortAudioError as refusal:
                error = refusal
                if _code(refusal) not in CHOOSY:
                    break
                _log.info("%s refuses %s: %s", target.label, form, refusal)
    raise SoundError(_problem(way, target.label, error)) from error


def extra_settings(target: Target, sounddevice: ModuleType) -> object:
    """Let WASAPI convert rates: the devices that programs share there have one only."""
    return sounddevice.WasapiSettings(auto_convert=True) if target.wasapi else None


def _on_server(way: Way, name: str, found: DeviceList, server: TableDevice) -> Target:
    offered = found.microphones if way == "input" else found.speakers
    if not offered:
        raise SoundError(none_found(way))
    device = chosen(offered, name)
    stream = f"{way}-{next(_streams)}"
    return Target(
        name=device.name,
        label=device.label,
        index=server.index,
        # By name even if it is the default: servers remember who was moved where, long ago.
        environment=stream_settings(way, device.name, stream),
        stream=stream,
    )


def _code(error: Exception) -> int:
    code = error.args[1] if len(error.args) > 1 else 0
    return code if isinstance(code, int) else 0


def _problem(way: Way, label: str, error: Exception | None) -> Problem:
    if error is not None and _code(error) in BUSY:
        return busy(way, label)
    words = str(error.args[0]) if error is not None and error.args else ""
    return refused(way, label, words.rpartition(": ")[2] or "no reason was given")

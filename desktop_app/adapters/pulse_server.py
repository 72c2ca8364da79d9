"""The sound server of Linux, PulseAudio or PipeWire: names, who is where, and who goes where."""

from __future__ import annotations

import contextlib
import logging
import os
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import TypeVar

from desktop_app.adapters.pulse_api import Node, Pulse
from desktop_app.adapters.sound_problems import Way, none_found
from desktop_app.core.sound import Device, DeviceList, DevicesChanged

# What the server invents when there is no speaker at all.
NO_SPEAKER_NAMES = frozenset({"auto_null"})
STREAM_MARK = "parley.stream"
_OWNER = "application.process.id"

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


@dataclass(frozen=True, slots=True)
class Place:
    """Where a stream of ours is connected."""

    stream: int
    device: str
    is_monitor: bool


def pulse_devices() -> DeviceList | None:
    """Return the devices, without monitors of speakers; None when no server answers."""
    return asked(devices_of)


def moved(way: Way, stream: str, name: str, opened: str) -> str | None:
    """Lead a running stream to the device ``name``, without a gap.

    Only back to where it was opened: from any other device PulseAudio may take a stream away
    again when it next looks at its defaults, which no order of ours can forbid.

    Args:
        way: Its direction.
        stream: Its name (see `stream_settings`).
        name: The device; empty, or one that is not there: the default.
        opened: The device that it was opened on.

    Returns:
        The label of the device that it is on now; None when it could not be led there.
    """
    return asked(lambda pulse: _moved(pulse, way, stream, name, opened))


def stream_settings(way: Way, device: str, stream: str) -> dict[str, str]:
    """Return the environment that leads the next stream to ``device``, under a name of ours."""
    settings = {"PULSE_PROP": f'application.name="Parley" {STREAM_MARK}="{stream}"'}
    if device:
        settings["PULSE_SOURCE" if way == "input" else "PULSE_SINK"] = device
    return settings


def chosen(offered: tuple[Device, ...], name: str) -> Device:
    """Return the device of that name, or else the default; ``offered`` must not be empty."""
    named = next((device for device in offered if device.name == name), None)
    default = next((device for device in offered if device.default), None)
    return named or default or offered[0]


@contextlib.contextmanager
def connected(
    hold: Callable[[Pulse | None], None] = lambda _: None,
) -> Iterator[Pulse | None]:
    """Connect to the server, or yield None.

    Args:
        hold: Told the connection, and None before it ends.
    """
    try:
        import pulsectl  # type: ignore[import-untyped]  # Lazy, and on Linux only.
    except (ImportError, OSError) as error:
        _log.info("No libpulse: %s", error)
        yield None
        return
    pulse = pulsectl.Pulse("Parley", connect=False)
    try:
        try:
            # With a time limit it would always take all of it.
            pulse.connect()
        except pulsectl.PulseError as error:
            _log.debug("No sound server: %s", error)
            yield None
            return
        hold(pulse)
        yield pulse
    finally:
        hold(None)
        pulse.close()


def asked(question: Callable[[Pulse], _T]) -> _T | None:
    """Ask the server; None when it is not there, or goes away meanwhile."""
    with connected() as pulse:
        if pulse is None:
            return None
        try:
            return question(pulse)
        except pulse_errors() as error:
            _log.info("The sound server does not answer: %s", error)
            return None


def devices_of(pulse: Pulse) -> DeviceList:
    """Return the devices of a server."""
    server = pulse.server_info()
    microphones = tuple(
        Device(s.name, s.description or s.name, s.name == server.default_source_name, s.index)
        for s in pulse.source_list()
        if not _is_monitor(s)
    )
    speakers = tuple(
        Device(s.name, s.description or s.name, s.name == server.default_sink_name, s.index)
        for s in pulse.sink_list()
        if s.name not in NO_SPEAKER_NAMES
    )
    problem = None if microphones else none_found("input")
    problem = problem if speakers else none_found("output")
    return DeviceList(microphones, speakers, problem, live=True)


def facts_of(pulse: Pulse) -> DevicesChanged:
    """Return the devices, and where the streams of this process are."""
    places = [place_of(pulse, way) for way in ("input", "output")]
    microphone, speaker = (place.device if place else "" for place in places)
    return DevicesChanged(devices_of(pulse), microphone, speaker)


def place_of(pulse: Pulse, way: Way, stream: str = "") -> Place | None:
    """Return where our newest stream, or the one of that name, is; None when there is none."""
    recording = way == "input"
    nodes = pulse.source_list() if recording else pulse.sink_list()
    by_index = {node.index: node for node in nodes}
    streams = pulse.source_output_list() if recording else pulse.sink_input_list()
    found: Place | None = None
    for one in sorted(streams, key=lambda one: one.index):
        name = one.proplist.get(STREAM_MARK, "")
        node = by_index.get(one.source if recording else one.sink)
        ours = name == stream if stream else name.startswith(way)
        if node is not None and ours and one.proplist.get(_OWNER) == str(os.getpid()):
            found = Place(one.index, node.name, recording and _is_monitor(node))
    return found


def pulse_errors() -> tuple[type[Exception], ...]:
    """What `Pulse` raises when the server goes away or will not."""
    from pulsectl import PulseDisconnected, PulseError

    return (PulseError, PulseDisconnected)


def _moved(pulse: Pulse, way: Way, stream: str, name: str, opened: str) -> str | None:
    found = devices_of(pulse)
    offered = found.microphones if way == "input" else found.speakers
    place = place_of(pulse, way, stream)
    if not offered or place is None:
        return None
    device = chosen(offered, name)
    if place.device != device.name:
        if device.name != opened:
            return None
        nodes = pulse.source_list() if way == "input" else pulse.sink_list()
        move = pulse.source_output_move if way == "input" else pulse.sink_input_move
        for node in nodes:
            if node.name == device.name:
                move(place.stream, node.index)
        place = place_of(pulse, way, stream)
    return device.label if place is not None and place.device == device.name else None


def _is_monitor(source: Node) -> bool:
    return source.monitor_of_sink_name is not None

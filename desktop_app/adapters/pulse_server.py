"""The sound server of Linux, PulseAudio or PipeWire: names, news, and who is where."""

from __future__ import annotations

import contextlib
import logging
import threading
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from typing import Protocol, TypeVar

from desktop_app.adapters.sound_problems import Way, none_found
from desktop_app.core.sound import Device, DeviceList

DEBOUNCE_S = 0.05
RETRY_S = 5.0
# What the server invents when there is no speaker at all.
NO_SPEAKER_NAMES = frozenset({"auto_null"})
STREAM_MARK = "parley.stream"

_log = logging.getLogger(__name__)
_T = TypeVar("_T")


class _Node(Protocol):
    """A source or a sink."""

    index: int
    name: str
    description: str
    monitor_of_sink_name: str | None


class _Stream(Protocol):
    """A stream that records from a source."""

    source: int
    proplist: dict[str, str]


class _Server(Protocol):
    """The server about itself."""

    default_source_name: str
    default_sink_name: str


class _Pulse(Protocol):
    """What we use of `pulsectl.Pulse`."""

    def server_info(self) -> _Server: ...
    def source_list(self) -> list[_Node]: ...
    def sink_list(self) -> list[_Node]: ...
    def source_output_list(self) -> list[_Stream]: ...
    def event_mask_set(self, *masks: str) -> None: ...
    def event_callback_set(self, func: Callable[[object], None]) -> None: ...
    def event_listen(self, timeout: float | None = None) -> None: ...
    def event_listen_stop(self) -> None: ...


@dataclass(frozen=True, slots=True)
class Place:
    """Where a recording stream of ours gets its sound."""

    source: str
    is_monitor: bool
    present: frozenset[str]
    """Names of all sources there are."""


def pulse_devices() -> DeviceList | None:
    """Return the devices, without monitors of speakers; None when no server answers."""
    return _asked(_devices)


def place_of(stream: str) -> Place | None:
    """Return where our recording stream is connected; None when it, or the server, is not there."""
    return _asked(lambda pulse: _place(pulse, stream))


def stream_settings(way: Way, device: str, stream: str) -> dict[str, str]:
    """Return the environment that leads the next stream to ``device``, under a name of ours."""
    settings = {"PULSE_PROP": f'application.name="Parley" {STREAM_MARK}="{stream}"'}
    if device:
        settings["PULSE_SOURCE" if way == "input" else "PULSE_SINK"] = device
    return settings


class PulseWatch:
    """Calls back, in a thread of its own, when devices come, go or change places."""

    def __init__(self, callback: Callable[[], None], *, streams: bool = False) -> None:
        """Start to watch.

        Args:
            callback: Called shortly after a change; many changes at once are one.
            streams: Also when a recording stream moves.
        """
        self._callback = callback
        self._masks = ("sink", "source", "server", *(("source_output",) if streams else ()))
        self._stopping = threading.Event()
        self._pulse: _Pulse | None = None
        self._lock = threading.Lock()
        self._changed = False
        self._thread = threading.Thread(target=self._run, name="sound-watch", daemon=True)
        self._thread.start()

    def stop(self) -> None:
        """End the watching; no call comes after this returns.  Idempotent."""
        self._stopping.set()
        while self._thread.is_alive() and threading.current_thread() is not self._thread:
            with self._lock:
                if self._pulse is not None:
                    self._pulse.event_listen_stop()
            # The request is lost if the thread was not listening just then: ask again.
            self._thread.join(DEBOUNCE_S)

    def _run(self) -> None:
        first = True
        while not self._stopping.is_set():
            with _connected(self._hold) as pulse:
                if pulse is not None:
                    try:
                        self._listen(pulse, announce=not first)
                    except _pulse_errors() as error:
                        _log.info("The sound server went away: %s", error)
                        self._tell()
            first = False
            self._stopping.wait(RETRY_S if pulse is None else DEBOUNCE_S)

    def _listen(self, pulse: _Pulse, *, announce: bool) -> None:
        pulse.event_mask_set(*self._masks)
        pulse.event_callback_set(self._noticed)
        if announce:
            self._tell()
        while not self._stopping.is_set():
            if not self._changed:
                pulse.event_listen()
                continue
            self._stopping.wait(DEBOUNCE_S)
            pulse.event_callback_set(lambda _: None)
            pulse.event_listen(timeout=0.001)
            pulse.event_callback_set(self._noticed)
            self._changed = False
            self._tell()

    def _noticed(self, _: object) -> None:
        from pulsectl import PulseLoopStop  # type: ignore[import-untyped]

        self._changed = True
        raise PulseLoopStop

    def _tell(self) -> None:
        if not self._stopping.is_set():
            self._callback()

    def _hold(self, pulse: _Pulse | None) -> None:
        with self._lock:
            self._pulse = pulse


@contextlib.contextmanager
def _connected(
    hold: Callable[[_Pulse | None], None] = lambda _: None,
) -> Iterator[_Pulse | None]:
    """Connect to the server, or yield None.

    Args:
        hold: Told the connection, and None before it ends.
    """
    try:
        import pulsectl  # Lazy, and on Linux only.
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
            _log.info("No sound server: %s", error)
            yield None
            return
        hold(pulse)
        yield pulse
    finally:
        hold(None)
        pulse.close()


def _asked(question: Callable[[_Pulse], _T]) -> _T | None:
    """Ask the server; None when it is not there, or goes away meanwhile."""
    with _connected() as pulse:
        if pulse is None:
            return None
        try:
            return question(pulse)
        except _pulse_errors() as error:
            _log.info("The sound server does not answer: %s", error)
            return None


def _devices(pulse: _Pulse) -> DeviceList:
    server = pulse.server_info()
    microphones = tuple(
        Device(s.name, s.description or s.name, s.name == server.default_source_name)
        for s in pulse.source_list()
        if not _is_monitor(s)
    )
    speakers = tuple(
        Device(s.name, s.description or s.name, s.name == server.default_sink_name)
        for s in pulse.sink_list()
        if s.name not in NO_SPEAKER_NAMES
    )
    problem = None if microphones else none_found("input")
    return DeviceList(microphones, speakers, problem if speakers else none_found("output"))


def _place(pulse: _Pulse, stream: str) -> Place | None:
    sources = {source.index: source for source in pulse.source_list()}
    for output in pulse.source_output_list():
        if output.proplist.get(STREAM_MARK) == stream and output.source in sources:
            source = sources[output.source]
            present = frozenset(s.name for s in sources.values())
            return Place(source.name, _is_monitor(source), present)
    return None


def _pulse_errors() -> tuple[type[Exception], ...]:
    from pulsectl import PulseDisconnected, PulseError

    return (PulseError, PulseDisconnected)


def _is_monitor(source: _Node) -> bool:
    return source.monitor_of_sink_name is not None

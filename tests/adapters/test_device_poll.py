"""Looking for devices where nobody tells of them; the system is a fake."""

from __future__ import annotations

import ctypes
import sys
from collections.abc import Iterator
from types import SimpleNamespace

import pytest

from desktop_app.adapters import device_poll, devices
from desktop_app.adapters.device_poll import DevicePoll, system_fingerprint
from desktop_app.adapters.portaudio import PORTAUDIO
from desktop_app.core.events import Event
from desktop_app.core.sound import Device, DeviceList, DevicesChanged, DevicesStale

ONE = DeviceList((Device("Desk", "Desk", default=True),))
TWO = DeviceList((Device("Desk", "Desk", default=True), Device("Headset", "Headset")))


class System:
    """A system whose devices a test changes."""

    def __init__(self) -> None:
        self.mark = b"1"
        self.devices = ONE
        self.events: list[Event] = []
        self.looks = 0

    def listed(self) -> DeviceList:
        self.looks += 1
        return self.devices


@pytest.fixture
def system() -> System:
    return System()


@pytest.fixture
def poll(system: System, monkeypatch: pytest.MonkeyPatch) -> Iterator[DevicePoll]:
    """A poll that looks when the test says so; the first look is done."""
    monkeypatch.setattr(DevicePoll, "_run", lambda _: None)
    monkeypatch.setattr(PORTAUDIO, "_open_streams", 0)
    monkeypatch.setattr(PORTAUDIO, "renewals", 1)
    made = DevicePoll(system.events.append, system.listed, lambda: system.mark)
    made.look()
    yield made
    made.stop()


def test_the_first_look_tells_what_there_is(poll: DevicePoll, system: System) -> None:
    assert system.events == [DevicesChanged(ONE)]


def test_a_look_at_the_same_asks_portaudio_nothing(poll: DevicePoll, system: System) -> None:
    poll.look()
    assert (len(system.events), system.looks) == (1, 1)


def test_while_nothing_is_open_the_list_is_made_anew(poll: DevicePoll, system: System) -> None:
    system.mark, system.devices = b"2", TWO
    poll.look()
    assert system.events[1:] == [DevicesChanged(TWO)]


def test_while_something_is_open_the_list_is_only_said_to_be_old(
    poll: DevicePoll, system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(PORTAUDIO, "_open_streams", 1)
    system.mark, system.devices = b"2", TWO
    poll.look()
    poll.look()
    assert system.events[1:] == [DevicesStale()]
    monkeypatch.setattr(PORTAUDIO, "renewals", 2)  # Both were let go of, and opened again.
    poll.look()
    poll.look()
    assert system.events[2:] == [DevicesChanged(TWO)]


def test_a_stopped_poll_says_nothing(poll: DevicePoll, system: System) -> None:
    poll.stop()
    system.mark, system.devices = b"2", TWO
    poll.look()
    assert len(system.events) == 1


def test_a_poll_looks_by_itself_and_ends(system: System) -> None:
    poll = DevicePoll(system.events.append, system.listed, lambda: system.mark)
    poll._thread.join(0.5)
    poll.stop()
    assert not poll._thread.is_alive()
    assert system.events == [DevicesChanged(ONE)]


def test_other_systems_are_watched_by_looking(
    system: System, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    monkeypatch.setattr(device_poll, "system_fingerprint", lambda: b"")
    monkeypatch.setattr(devices, "listed", system.listed)
    stop = devices.SystemDevices().watch(system.events.append)
    stop()
    assert system.events in ([], [DevicesChanged(ONE)])


def test_windows_tells_the_names_of_its_wave_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    names = {"In": ["Mikrofon (USB)"], "Out": ["Lautsprecher", "Kopfhörer"]}

    def caps(way: str):  # type: ignore[no-untyped-def]
        def ask(number: ctypes.c_size_t, caps: object, size: int) -> int:
            caps._obj.name = names[way][number.value]  # type: ignore[attr-defined]
            return 0

        return ask

    library = {
        "waveInGetNumDevs": lambda: 1,
        "waveOutGetNumDevs": lambda: 2,
        "waveInGetDevCapsW": caps("In"),
        "waveOutGetDevCapsW": caps("Out"),
    }
    monkeypatch.setattr(sys, "platform", "win32")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    assert system_fingerprint().decode() == "In Mikrofon (USB)\nOut Lautsprecher\nOut Kopfhörer"


def test_macos_tells_the_numbers_of_its_devices(monkeypatch: pytest.MonkeyPatch) -> None:
    found = {b"dev#": b"\x2a\0\0\0\x2b\0\0\0", b"dIn ": b"\x2a\0\0\0", b"dOut": b"\x2b\0\0\0"}

    def asked(address: object) -> bytes:
        code, scope, element = address._obj  # type: ignore[attr-defined]
        assert (scope.to_bytes(4, "big"), element) == (b"glob", 0)
        return found[code.to_bytes(4, "big")]

    def size_of(system: int, address: object, _: int, __: object, size: object) -> None:
        assert system == 1
        size._obj.value = len(asked(address))  # type: ignore[attr-defined]

    def data_of(
        system: int, address: object, _: int, __: object, size: object, data: object
    ) -> None:
        data.raw = asked(address)  # type: ignore[attr-defined]

    library = SimpleNamespace(
        AudioObjectGetPropertyDataSize=size_of, AudioObjectGetPropertyData=data_of
    )
    monkeypatch.setattr(sys, "platform", "darwin")
    monkeypatch.setattr(ctypes, "CDLL", lambda _: library)
    assert system_fingerprint() == b"".join(code + data for code, data in found.items())


def test_a_system_that_tells_nothing_is_no_reason_to_stop(monkeypatch: pytest.MonkeyPatch) -> None:
    def missing(_: str) -> None:
        raise OSError("no such library")

    monkeypatch.setattr(ctypes, "CDLL", missing)
    assert system_fingerprint() == b""

"""The devices of a real sound server, as they come and go."""

from __future__ import annotations

import asyncio
import itertools
import signal
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager

import pytest

from desktop_app.adapters import pulse_watch
from desktop_app.adapters.devices import SystemDevices
from desktop_app.adapters.microphone import PortAudioMicrophone
from desktop_app.adapters.pulse_server import moved, pulse_devices
from desktop_app.adapters.speaker import PortAudioSpeaker
from desktop_app.core.events import Event
from desktop_app.core.problems import Kind
from desktop_app.core.sound import DevicesChanged
from tests.virtual_sound import VirtualSound

NEWS_S = 10


@pytest.fixture
def place(here: Callable[..., None]) -> Iterator[VirtualSound]:
    with VirtualSound() as own:
        here(own)
        yield own


class Told:
    """What a watcher has reported."""

    def __init__(self) -> None:
        self.all: list[DevicesChanged] = []
        self._news = threading.Condition()

    def __call__(self, event: Event) -> None:
        assert isinstance(event, DevicesChanged)
        with self._news:
            self.all.append(event)
            self._news.notify_all()

    def until(self, condition: Callable[[DevicesChanged], bool]) -> None:
        """Wait until the newest report is as wanted."""
        with self._news:
            wanted = self._news.wait_for(lambda: bool(self.all) and condition(self.all[-1]), NEWS_S)
            assert wanted, self.all[-3:]


@pytest.fixture
def told() -> Told:
    return Told()


@contextmanager
def watching(told: Told) -> Iterator[None]:
    stop = SystemDevices().watch(told)
    try:
        yield
    finally:
        stop()


def microphones(facts: DevicesChanged) -> list[str]:
    return [device.name for device in facts.devices.microphones]


def at(microphone: str, speaker: str) -> Callable[[DevicesChanged], bool]:
    return lambda facts: (facts.microphone, facts.speaker) == (microphone, speaker)


@pytest.mark.sound
def test_people_read_descriptions_and_never_see_monitors(place: VirtualSound) -> None:
    found = SystemDevices().list()
    assert [(d.name, d.label, d.default) for d in found.microphones] == [
        ("mic_desk", "Desk Microphone", True),
        ("mic_headset", "Headset Microphone", False),
    ]
    assert [(d.name, d.label, d.default) for d in found.speakers][:2] == [
        ("spk_desk", "Desk Speakers", True),
        ("spk_headset", "Headset Earphones", False),
    ]
    assert found.problem is None


@pytest.mark.sound
def test_without_a_microphone_the_list_says_so(place: VirtualSound) -> None:
    place.unplug("mic_desk")
    place.unplug("mic_headset")
    found = SystemDevices().list()
    assert found.microphones == ()
    assert found.problem is not None
    assert found.problem.kind is Kind.NO_MICROPHONE


@pytest.mark.sound
def test_what_a_server_invents_is_no_speaker(place: VirtualSound) -> None:
    place.plug("spk", "auto_null", "Dummy Output")
    assert "auto_null" not in [d.name for d in SystemDevices().list().speakers]


@pytest.mark.sound
def test_a_dead_server_leaves_the_list_to_portaudio(place: VirtualSound) -> None:
    place.crash()
    assert pulse_devices() is None
    assert moved("input", "any stream", "", "") is None
    assert SystemDevices().list().microphones == ()


@pytest.mark.sound
def test_the_watcher_tells_of_devices_that_come_and_go(place: VirtualSound, told: Told) -> None:
    with watching(told):
        told.until(lambda facts: microphones(facts) == ["mic_desk", "mic_headset"])
        place.plug("mic", "mic_new", "New one")
        told.until(lambda facts: "mic_new" in microphones(facts))
        place.unplug("mic_new")
        told.until(lambda facts: microphones(facts) == ["mic_desk", "mic_headset"])


@pytest.mark.sound
def test_the_watcher_tells_when_the_default_is_another(place: VirtualSound, told: Told) -> None:
    with watching(told):
        place.set_default("spk_headset")
        told.until(lambda f: [d.name for d in f.devices.speakers if d.default] == ["spk_headset"])


@pytest.mark.sound
def test_the_watcher_knows_where_our_streams_really_are(place: VirtualSound, told: Told) -> None:
    async def talk() -> None:
        microphone, speaker = PortAudioMicrophone(), PortAudioSpeaker()
        try:
            await microphone.open("mic_headset")
            await speaker.open("", lambda _: None)
            await asyncio.to_thread(told.until, at("mic_headset", "spk_desk"))
            await asyncio.to_thread(place.unplug, "mic_headset")
            await asyncio.to_thread(told.until, at("mic_desk", "spk_desk"))
        finally:
            await microphone.aclose()
            await speaker.aclose()
        await asyncio.to_thread(told.until, at("", ""))

    with watching(told):
        asyncio.run(talk())


@pytest.mark.sound
def test_the_same_facts_are_told_once(place: VirtualSound, told: Told) -> None:
    with watching(told):
        place.set_default("spk_headset")
        told.until(lambda f: [d.name for d in f.devices.speakers if d.default] == ["spk_headset"])
        place.pactl("set-sink-volume", "spk_desk", "50%")
        place.plug("mic", "mic_new", "New one")
        told.until(lambda facts: "mic_new" in microphones(facts))
    assert all(one != other for one, other in itertools.pairwise(told.all))


@pytest.mark.sound
def test_the_watcher_is_there_again_when_the_server_is(place: VirtualSound, told: Told) -> None:
    with watching(told):
        told.until(lambda facts: microphones(facts) == ["mic_desk", "mic_headset"])
        place.crash()
        place.restart()
        place.plug("mic", "mic_new", "New one")
        told.until(lambda facts: "mic_new" in microphones(facts))
    assert all(microphones(facts) or facts.devices.live for facts in told.all), "no false alarm"


@pytest.mark.sound
def test_a_stopped_watcher_is_silent_and_its_thread_gone(place: VirtualSound, told: Told) -> None:
    others = set(threading.enumerate())
    stop = SystemDevices().watch(told)
    stop()
    stop()
    before = len(told.all)
    place.set_default("spk_headset")
    assert len(told.all) == before
    assert not set(threading.enumerate()) - others


@pytest.mark.sound
def test_a_server_that_is_frozen_holds_nobody_up(
    place: VirtualSound, told: Told, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pulse_watch, "STOP_S", 0.2)
    assert place._daemon is not None
    others = set(threading.enumerate())
    place._daemon.send_signal(signal.SIGSTOP)
    try:
        SystemDevices().watch(told)()  # Whoever connects to it now waits.
    finally:
        place._daemon.send_signal(signal.SIGCONT)
    (thread,) = set(threading.enumerate()) - others
    thread.join(NEWS_S)
    assert not thread.is_alive()
    assert not told.all


def test_a_watcher_without_a_server_says_what_portaudio_knows_and_ends_as_quickly(
    told: Told,
) -> None:
    with watching(told):
        told.until(lambda facts: not facts.devices.live)


def test_without_libpulse_there_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulsectl", None)
    assert pulse_devices() is None

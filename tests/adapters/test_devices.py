"""The devices of a real sound server, as they come and go."""

from __future__ import annotations

import queue
import sys
import threading
from collections.abc import Callable, Iterator

import pytest

from desktop_app.adapters import pulse_server
from desktop_app.adapters.devices import SystemDevices
from desktop_app.adapters.pulse_server import place_of, pulse_devices
from desktop_app.core.problems import Kind
from tests.virtual_sound import VirtualSound

NEWS_S = 10


@pytest.fixture
def place(here: Callable[..., None]) -> Iterator[VirtualSound]:
    with VirtualSound() as own:
        here(own)
        yield own


@pytest.fixture
def news(monkeypatch: pytest.MonkeyPatch) -> queue.SimpleQueue[int]:
    """One entry per call of the watch."""
    monkeypatch.setattr(pulse_server, "RETRY_S", 0.1)
    return queue.SimpleQueue()


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
    assert place_of("any stream") is None
    assert SystemDevices().list().microphones == ()


@pytest.mark.sound
def test_the_watch_tells_of_devices_that_come_and_go(
    place: VirtualSound, news: queue.SimpleQueue[int]
) -> None:
    seen: list[list[str]] = []

    def look() -> None:
        found = pulse_devices()
        seen.append([d.name for d in found.microphones] if found else [])
        news.put(1)

    stop = SystemDevices().watch(look)
    try:
        place.plug("mic", "mic_new", "New one")
        while not seen or "mic_new" not in seen[-1]:
            news.get(timeout=NEWS_S)
        place.unplug("mic_new")
        while "mic_new" in seen[-1]:
            news.get(timeout=NEWS_S)
    finally:
        stop()
    assert seen[-1] == ["mic_desk", "mic_headset"]


@pytest.mark.sound
def test_the_watch_tells_when_the_server_goes_and_comes_back(
    place: VirtualSound, news: queue.SimpleQueue[int]
) -> None:
    stop = SystemDevices().watch(lambda: news.put(1))
    try:
        place.set_default("spk_headset")
        news.get(timeout=NEWS_S)
        place.crash()
        news.get(timeout=NEWS_S)
        place.restart()
        news.get(timeout=NEWS_S)
    finally:
        stop()


@pytest.mark.sound
def test_a_stopped_watch_is_silent_and_its_thread_gone(
    place: VirtualSound, news: queue.SimpleQueue[int]
) -> None:
    stop = SystemDevices().watch(lambda: news.put(1))
    stop()
    stop()
    place.set_default("spk_headset")
    assert news.empty()
    assert not [t for t in threading.enumerate() if t.name == "sound-watch"]


def test_a_watch_without_a_server_ends_as_quickly(
    news: queue.SimpleQueue[int],
) -> None:
    stop = SystemDevices().watch(lambda: news.put(1))
    stop()
    assert news.empty()


def test_elsewhere_there_is_nothing_to_watch(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "darwin")
    before = threading.active_count()
    stop = SystemDevices().watch(lambda: None)
    assert threading.active_count() == before
    stop()


def test_without_libpulse_there_is_no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "pulsectl", None)
    assert pulse_devices() is None

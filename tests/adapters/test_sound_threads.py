"""Threads of sound libraries that run in a circle."""

from __future__ import annotations

import asyncio
import random
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from desktop_app.adapters import sound_threads
from desktop_app.adapters.microphone import PortAudioMicrophone
from desktop_app.adapters.sound_threads import NAME, end_circling, name_thread
from desktop_app.adapters.speaker import PortAudioSpeaker
from desktop_app.ports import SoundError
from tests.virtual_sound import VirtualSound

CRASHES = 6
LATEST_CRASH_S = 0.06
"""It takes about so long to open a device."""


def rests_of_circling() -> int:
    """How many threads of sound libraries run without any rest."""
    before = sound_threads._threads()
    time.sleep(0.3)
    after = sound_threads._threads()
    return sum(
        1
        for thread, (used, rests) in after.items()
        if thread in before and used > before[thread][0] + 2 and rests == before[thread][1]
    )


@pytest.mark.sound
def test_a_server_that_dies_while_a_device_opens_leaves_no_thread_that_circles(
    here: Callable[..., None],
) -> None:
    random.seed(4)

    async def opened(place: VirtualSound, device: PortAudioMicrophone | PortAudioSpeaker) -> None:
        crash = threading.Timer(random.uniform(0, LATEST_CRASH_S), place.crash)
        crash.start()
        try:
            if isinstance(device, PortAudioMicrophone):
                await device.open("")
            else:
                await device.open("", lambda _: None)
        except SoundError:
            pass  # It died early enough for that.
        await asyncio.to_thread(crash.join)
        await device.aclose()

    for number in range(CRASHES):
        with VirtualSound() as place:
            here(place)
            device = PortAudioSpeaker() if number % 2 else PortAudioMicrophone()
            asyncio.run(opened(place, device))
        assert rests_of_circling() == 0


def test_where_nothing_circles_nothing_is_ended() -> None:
    assert not end_circling()


@pytest.mark.skipif(not Path("/proc/self/comm").exists(), reason="optional: Linux names threads so")
def test_a_named_thread_of_ours_is_never_ended_whatever_it_does() -> None:
    stop = threading.Event()
    ready = threading.Event()

    def circle() -> None:
        name_thread()
        ready.set()
        while not stop.is_set():
            pass

    thread = threading.Thread(target=circle, daemon=True)
    thread.start()
    ready.wait(5)
    try:
        assert Path(f"/proc/self/task/{thread.native_id}/comm").read_text().strip() == NAME
        assert not end_circling()
    finally:
        stop.set()
        thread.join()


def test_other_systems_know_no_such_threads(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("sys.platform", "win32")
    name_thread()
    assert not end_circling()

"""The library may be missing, hang, and shout."""

from __future__ import annotations

import asyncio
import ctypes
import os
import subprocess
import sys
import threading
from collections.abc import Callable
from types import SimpleNamespace

import pytest

from desktop_app.adapters import portaudio
from desktop_app.adapters.devices import SystemDevices
from desktop_app.adapters.microphone import PortAudioMicrophone
from desktop_app.adapters.portaudio import PORTAUDIO, close_in_sound_thread, in_sound_thread
from desktop_app.adapters.speaker import PortAudioSpeaker
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.ports import SoundError


def without_portaudio(monkeypatch: pytest.MonkeyPatch) -> None:
    """Let the import fail as it does where libportaudio2 is not installed."""

    def fail(name: str) -> None:
        raise OSError("PortAudio library not found")

    monkeypatch.setattr(portaudio, "importlib", SimpleNamespace(import_module=fail))


def test_without_the_library_nothing_opens_and_the_next_step_is_told(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    without_portaudio(monkeypatch)
    monkeypatch.setattr("sys.platform", "linux")

    async def talk() -> list[Problem]:
        problems = []
        for opening in (
            PortAudioMicrophone().open(""),
            PortAudioSpeaker().open("", lambda _: None),
        ):
            with pytest.raises(SoundError) as caught:
                await opening
            problems.append(caught.value.problem)
        return problems

    first, second = asyncio.run(talk())
    assert first == second
    assert (first.kind, first.action) == (Kind.NO_SOUND, Action.RETRY)
    assert "sudo apt install libportaudio2" in first.hint
    monkeypatch.setattr("sys.platform", "win32")
    problem = SystemDevices().list().problem
    assert problem is not None
    assert "install it again" in problem.hint


def test_a_call_that_hangs_is_given_up_and_undone_when_it_comes_back() -> None:
    release = threading.Event()
    undone: list[str] = []

    def hang() -> str:
        release.wait(10)
        return "late"

    async def talk() -> str:
        with pytest.raises(SoundError) as caught:
            await in_sound_thread(hang, undo=undone.append, patience_s=0.01)
        assert caught.value.problem.action is Action.REOPEN_SOUND
        # The next call does not wait behind the one that hangs.
        return await in_sound_thread(lambda: "next", patience_s=10)

    assert asyncio.run(talk()) == "next"
    stuck = [t for t in threading.enumerate() if t.name == "sound-devices"]
    release.set()
    assert wait_for(lambda: undone == ["late"])
    assert stuck


def test_a_call_nobody_waits_for_any_more_is_undone() -> None:
    release = threading.Event()
    undone: list[str] = []

    def slow() -> str:
        release.wait(10)
        return "late"

    async def talk() -> None:
        task = asyncio.create_task(in_sound_thread(slow, undo=undone.append))
        await asyncio.sleep(0)
        task.cancel()
        with pytest.raises(asyncio.CancelledError):
            await task

    asyncio.run(talk())
    release.set()
    assert wait_for(lambda: undone == ["late"])


def test_what_a_call_raises_is_raised_here() -> None:
    def fail() -> None:
        raise LookupError("nothing there")

    with pytest.raises(LookupError, match="nothing there"):
        asyncio.run(in_sound_thread(fail))


def test_a_late_failure_is_nobodys_business(caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()
    caplog.set_level("INFO")

    def fail() -> None:
        release.wait(10)
        raise LookupError("much too late")

    async def talk() -> None:
        with pytest.raises(SoundError):
            await in_sound_thread(fail, patience_s=0.01)

    asyncio.run(talk())
    release.set()
    assert wait_for(lambda: "much too late" in caplog.text)


def test_a_device_that_cannot_be_closed_does_not_keep_us(caplog: pytest.LogCaptureFixture) -> None:
    release = threading.Event()

    def close() -> None:
        release.wait(10)

    asyncio.run(close_in_sound_thread(close, patience_s=0.01))
    release.set()
    assert "cannot be closed" in caplog.text


@pytest.mark.sound
def test_the_c_libraries_are_silent_while_they_try(capfd: pytest.CaptureFixture[str]) -> None:
    libc = ctypes.CDLL(None)
    with PORTAUDIO.locked() as sounddevice:
        libc.dprintf(2, b"noise of a library\n")
        assert "sounddevice" in sys.modules
        assert sounddevice.query_hostapis()
    os.write(2, b"our own words\n")
    assert capfd.readouterr().err == "our own words\n"


@pytest.mark.sound
def test_alsa_does_not_write_about_hiccups_later_on() -> None:
    code = (
        "import ctypes; from desktop_app.adapters.portaudio import PORTAUDIO\n"
        "alsa = ctypes.CDLL('libasound.so.2'); pcm = ctypes.c_void_p()\n"
        "fail = lambda: alsa.snd_pcm_open(ctypes.byref(pcm), b'no such device', 0, 0)\n"
        "before = fail()\n"
        "with PORTAUDIO.locked(): pass\n"
        "import os; os.write(2, b'=' * 9); after = fail(); print(before < 0, after < 0)\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], capture_output=True, text=True, timeout=60, check=True
    )
    before, _, after = done.stderr.partition("=" * 9)
    assert "no such device" in before
    assert after == ""
    assert done.stdout == "True True\n"


def wait_for(condition: Callable[[], bool]) -> bool:
    """Wait, with patience, for another thread."""
    for _ in range(1000):
        if condition():
            return True
        threading.Event().wait(0.01)
    return False

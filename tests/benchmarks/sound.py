"""How fast the microphone and the speaker are, and what the speaker lets nobody hear torn.

All of it runs on a private sound system, in this process: the measured ends are the calls to the
adapters and the monitor of an exact (24 kHz, mono) virtual device.
"""

from __future__ import annotations

import asyncio
import ctypes
import os
import statistics
import sys
import threading
import time
import wave
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from desktop_app.adapters.microphone import PortAudioMicrophone
from desktop_app.adapters.speaker import PortAudioSpeaker
from desktop_app.audio.pcm import RATE_HZ
from desktop_app.core.events import Event
from desktop_app.core.sound import SpeakerStopped
from tests.sound_recorder import Recorder
from tests.virtual_sound import VirtualSound

HEADER = ("sound", "median", "p95", "worst", "unit")
Row = tuple[str, str, str, str, str]
Samples = npt.NDArray[np.int16]
Clock = Callable[[int], float]

SPEAKER = "spk_exact"
HOLD_S = 0.2
LOUD = 2_000


def run(quick: bool) -> list[Row]:
    """Measure, in half a minute if ``quick``."""
    with VirtualSound() as place, _entered(place):
        place.plug("spk", SPEAKER, "Exact speaker", exact=True)
        place.plug("mic", "mic_exact", "Exact microphone", exact=True)
        rounds = 10 if quick else 30
        rows = asyncio.run(_latencies(place, rounds))
        rows += asyncio.run(_held(place, 10 if quick else 60))
        rows.append(asyncio.run(_microphone(place, rounds)))
        rows.append(asyncio.run(_cpu(3 if quick else 10)))
    return rows


@contextmanager
def _entered(place: VirtualSound) -> Iterator[None]:
    before = dict(os.environ)
    os.environ.update(place.settings())
    try:
        yield
    finally:
        os.environ.clear()
        os.environ.update(before)


def _tone(samples: int) -> bytes:
    """A square wave: loud at every sample, so that its ends can be seen exactly."""
    return np.where(np.arange(samples) // 30 % 2, 12_000, -12_000).astype(np.int16).tobytes()


async def _latencies(place: VirtualSound, rounds: int) -> list[Row]:
    """First delta to sound, cut to silence, and the truth of what was heard."""
    speaker = PortAudioSpeaker()
    events: list[Event] = []
    await speaker.open(SPEAKER, events.append)
    played: list[float] = []
    cuts: list[float] = []
    stopped: list[SpeakerStopped] = []
    with place.record(SPEAKER, RATE_HZ) as recorder:
        await asyncio.sleep(0.3)
        for number in range(rounds):
            played.append(time.monotonic())
            for _ in range(30):
                speaker.play(f"item-{number}", _tone(RATE_HZ // 10))
            await asyncio.sleep(0.3 + 0.0137 * (number % 10))
            cuts.append(time.monotonic())
            stopped.append(speaker.cut())
            await asyncio.sleep(0.25)
        heard = recorder.stop()
    await speaker.aclose()
    begins, ends = _stretches(heard)
    if len(begins) != rounds:
        return [("speaker", f"{len(begins)} sounds of {rounds}", "", "", "broken")]
    clock = _clock(recorder)
    first = [(clock(b) - at) * 1000 for b, at in zip(begins, played, strict=True)]
    silent = [(clock(e) - at) * 1000 for e, at in zip(ends, cuts, strict=True)]
    wrong = [
        s.heard_ms - (e - b) * 1000 / RATE_HZ for s, b, e in zip(stopped, begins, ends, strict=True)
    ]
    worst = max(wrong, key=abs)
    return [
        _row("first delta -> loudspeaker", first),
        _row("cut -> silence", silent),
        (
            "heard_ms minus what was heard",
            f"{statistics.median(wrong):.2f}",
            "",
            f"{worst:.2f}",
            "ms",
        ),
    ]


async def _held(place: VirtualSound, seconds: int) -> list[Row]:
    """Play while the interpreter is held, and count what is missing."""
    speaker = PortAudioSpeaker()
    await speaker.open(SPEAKER, lambda _: None)
    # The value of each sample tells its place, and none is zero.
    counter = (np.arange(seconds * RATE_HZ) % 20_000 + 5_000).astype(np.int16)
    with place.record(SPEAKER, RATE_HZ) as recorder:
        await asyncio.sleep(0.3)
        over = threading.Event()
        holder = threading.Thread(target=_hold, args=(over,))
        holder.start()
        # As far ends do: some at once, then irregularly, a little faster than they are played.
        for number, at in enumerate(range(0, len(counter), RATE_HZ // 5)):
            speaker.play("long", counter[at : at + RATE_HZ // 5].tobytes())
            if number >= 3:
                await asyncio.sleep(0.16 if number % 3 else 0.1)
        recorder.wait_for(len(recorder.pcm()) + RATE_HZ)
        while np.any(np.abs(recorder.pcm()[-RATE_HZ // 2 :]) > LOUD):
            await asyncio.sleep(0.2)
        over.set()
        holder.join()
        heard = recorder.stop().astype(np.int64)
    await speaker.aclose()
    loud = np.flatnonzero(heard > LOUD)
    body = heard[loud[0] : loud[-1] + 1]
    step = np.diff(body)
    breaks = int(np.count_nonzero((step != 1) & (step != -19_999)))
    silent = float(np.count_nonzero(body < LOUD)) * 1000 / RATE_HZ
    lost = (len(counter) - int(np.count_nonzero(body >= LOUD))) * 1000 / RATE_HZ
    what = f"held 200 ms each second for {seconds} s:"
    return [
        (f"{what} gaps", str(breaks), "", "", "breaks"),
        (f"{what} silence in between", f"{silent:.1f}", "", "", "ms"),
        (f"{what} lost", f"{lost:.1f}", "", "", "ms"),
    ]


def _hold(over: threading.Event) -> None:
    """Keep the interpreter from everybody, again and again."""
    name = "msvcrt" if sys.platform == "win32" else None
    hold = ctypes.PyDLL(name)
    while not over.wait(1 - HOLD_S):
        hold.usleep(int(HOLD_S * 1_000_000))


async def _microphone(place: VirtualSound, rounds: int) -> Row:
    """From the moment a sound is in the air to the block that holds it."""
    click, step = place.folder / "click.wav", RATE_HZ // 100
    microphone = PortAudioMicrophone()
    await microphone.open("mic_exact")
    arrivals: list[float] = []

    async def listen() -> None:
        last = 0.0
        async for block in microphone.blocks():
            now = time.monotonic()
            at = np.flatnonzero(np.abs(np.frombuffer(block, np.int16)) > LOUD)
            # The click's own place in the block counts: the block was begun before it.
            if len(at) and now - last > 0.2:
                arrivals.append(now)
                last = now

    with place.listen("mic_exact", RATE_HZ) as recorder:
        listening = asyncio.create_task(listen())
        await asyncio.sleep(0.3)
        for number in range(rounds):
            # At all places of a step of the device: what is played begins with a step.
            _write(click, bytes(2 * (number * step // rounds)) + _tone(RATE_HZ // 20))
            player = place.say_async("mic_exact", click)
            await asyncio.to_thread(player.wait)
            await asyncio.sleep(0.25)
        heard = recorder.stop()
    await microphone.aclose()
    await listening
    begins, _ = _stretches(heard)
    clock = _clock(recorder)
    if len(begins) != len(arrivals):
        return ("microphone -> worker", f"{len(arrivals)} of {len(begins)}", "", "", "broken")
    late = [(at - clock(b)) * 1000 for at, b in zip(arrivals, begins, strict=True)]
    return _row("sound in the air -> block in the worker", late)


async def _cpu(seconds: int) -> Row:
    """What hearing and playing cost together, without a socket."""
    microphone, speaker = PortAudioMicrophone(), PortAudioSpeaker()
    await microphone.open("mic_exact")
    await speaker.open(SPEAKER, lambda _: None)

    async def listen() -> None:
        async for _ in microphone.blocks():
            pass

    listening = asyncio.create_task(listen())
    await asyncio.sleep(0.5)
    cpu, began = time.process_time(), time.monotonic()
    for _ in range(seconds * 5):
        speaker.play("item", _tone(RATE_HZ // 5))
        await asyncio.sleep(0.2)
    share = 100 * (time.process_time() - cpu) / (time.monotonic() - began)
    await microphone.aclose()
    await speaker.aclose()
    await listening
    return ("full duplex, CPU of one core", f"{share:.2f}", "", "", "%")


def _stretches(heard: Samples) -> tuple[list[int], list[int]]:
    """Where each sound begins, and where it ends; silence of 50 ms parts two sounds."""
    loud = np.flatnonzero(np.abs(heard.astype(np.int32)) > 150)
    if not len(loud):
        return [], []
    parted = np.flatnonzero(np.diff(loud) > RATE_HZ // 20)
    begins = [int(loud[0]), *(int(loud[i + 1]) for i in parted)]
    ends = [*(int(loud[i]) + 1 for i in parted), int(loud[-1]) + 1]
    return begins, ends


def _clock(recorder: Recorder) -> Clock:
    """When a sample of the recording was played: the line below the arrivals around it."""
    arrivals = np.array(recorder.arrivals)
    rate_hz = recorder.rate_hz

    def clock(sample: int) -> float:
        near = arrivals[np.abs(arrivals[:, 1] - sample) < rate_hz]
        return float(np.min(near[:, 0] - near[:, 1] / rate_hz)) + sample / rate_hz

    return clock


def _write(path: Path, pcm: bytes) -> None:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(RATE_HZ)
        file.writeframes(pcm)


def _row(name: str, values: Sequence[float]) -> Row:
    p95 = float(np.percentile(values, 95))
    return (name, f"{statistics.median(values):.1f}", f"{p95:.1f}", f"{max(values):.1f}", "ms")

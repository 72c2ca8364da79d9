"""How much of its own voice the assistant hears: in rooms made of numbers, faster than real time.

The judge of false interruptions is a neural speech detector (`tests.interruptions`); the speakers
are espeak-ng voices (`tests.rooms`).
"""

from __future__ import annotations

import itertools
import time
from collections.abc import Callable
from dataclasses import dataclass

import numpy as np

from desktop_app.adapters.echo import WebRtcEchoCanceller
from desktop_app.adapters.noise import WebRtcNoiseSuppressor
from desktop_app.core.cleaning import Cleaning
from desktop_app.core.interrupting import CALM_BLOCKS
from tests.benchmarks import speex
from tests.chain_bench import ON, Bench
from tests.interruptions import interruptions
from tests.rooms import Room, asked, told
from tests.servers import speech
from tests.servers.speech import RATE_HZ, Sound

HEADER = ("echo", "Parley", "Speex", "none", "goal")
Row = tuple[str, str, str, str, str]
Canceller = Callable[[Sound, Sound], Sound]

ROOMS = {
    "60 ms, RT 150 ms, 0 dB": Room(),
    "60 ms, RT 150 ms, +10 dB": Room(echo_db=10),
    "60 ms, RT 400 ms, 0 dB": Room(reverb_ms=400, direct_db=-3),
    "60 ms, RT 400 ms, +10 dB": Room(reverb_ms=400, direct_db=-3, echo_db=10),
    "RT 150 ms, 0 dB, 50 ppm": Room(skew_ppm=50),
    "RT 400 ms, +10 dB, 50 ppm, clipping": Room(
        reverb_ms=400, direct_db=-3, echo_db=10, skew_ppm=50, clips=True
    ),
    # Not -220: nothing here keeps the reference in step, and after five minutes the echo would come
    # before its sound.  The app itself has both (``calm``).
    "RT 400 ms, +10 dB, 220 ppm": Room(reverb_ms=400, direct_db=-3, echo_db=10, skew_ppm=220),
}
SILENCE_MS = 700
CONVERGED_DB = 15.0
STRETCH = RATE_HZ // 2


@dataclass(frozen=True, slots=True)
class Figures:
    """Of one canceller in one room."""

    false: int
    removed_db: float
    converged_s: float

    def __str__(self) -> str:
        converged = f"{self.converged_s:.1f} s" if np.isfinite(self.converged_s) else "never"
        return f"{self.false}; {self.removed_db:.0f} dB; {converged}"


def run(quick: bool) -> list[Row]:
    """Measure, in about a minute and a half if ``quick``."""
    minutes = 1 if quick else 10
    played = speech.joined(speech.silence(SILENCE_MS), told(60 * minutes))
    what = f"false interruptions in {minutes} min; removed; after"
    cancellers: dict[str, Canceller] = {
        "Parley": _parley,
        "Speex": speex.cancelled,
        "none": lambda near, _: near,
    }
    rows: list[Row] = []
    held: list[str] = []
    for name, room in ROOMS.items():
        heard = room.hear(played)
        held.append(str(_held(heard, played)))
        cells = [str(_figures(heard, cancel(heard, played))) for cancel in cancellers.values()]
        rows.append((f"{name}: {what}", cells[0], cells[1], cells[2], "0; >= 30 dB; <= 1 s"))
        what = "the same"
    what = f"held in vain in {minutes} min, room by room, for what is louder than its echo can be"
    return [*rows, (what, "; ".join(held), "", "", "0"), *_costs(60 * minutes)]


def _parley(near: Sound, far: Sound) -> Sound:
    return _bench().hear(near, far)


def _bench(suppressor: WebRtcNoiseSuppressor | None = None) -> Bench:
    """A chain that is fed as in the app while the assistant speaks."""
    return Bench(WebRtcEchoCanceller(), suppressor, CALM_BLOCKS)


def _held(near: Sound, far: Sound) -> int:
    """How often somebody else is believed to be heard through the echo."""
    bench = _bench()
    bench.hear(near, far)
    return sum(frame.near and not before.near for before, frame in itertools.pairwise(bench.frames))


def _figures(before: Sound, after: Sound) -> Figures:
    """Compare; both may be of different length at the end."""
    count = min(len(before), len(after)) // STRETCH
    loud = _power(before, count)
    removed = 10 * np.log10(loud / _power(after, count))
    echo = loud > np.median(loud) / 10
    later = echo & (np.arange(count) >= 6)
    first = int(np.flatnonzero(echo)[0])
    good = np.flatnonzero(echo & (removed >= CONVERGED_DB))
    converged_s = float("inf") if not len(good) else (good[0] - first) * STRETCH / RATE_HZ
    return Figures(len(interruptions(after)), float(np.median(removed[later])), converged_s)


def _power(sound: Sound, count: int) -> np.ndarray:
    stretches = sound[: count * STRETCH].astype(np.float64).reshape(count, STRETCH)
    return np.asarray(np.mean(np.square(stretches), axis=1) + 1e-12)


def _costs(seconds: int) -> list[Row]:
    """What the chain costs in processor time and in delay."""
    everything = Cleaning(noise=True)
    talks: dict[str, tuple[Room, Cleaning]] = {
        "whole chain while it speaks, loudspeaker": (Room(), everything),
        "by default while it speaks, loudspeaker": (Room(), Cleaning()),
        "by default while it speaks, headphones": (Room(echo_db=None), Cleaning()),
    }
    played, said = told(seconds), asked(seconds)
    rows: list[Row] = []
    for name, (room, wanted) in talks.items():
        bench = _bench(WebRtcNoiseSuppressor())
        heard = room.hear(played)
        began = time.process_time()
        bench.hear(heard, played, wanted)
        share = 100 * (time.process_time() - began) / seconds
        rows.append((f"{name}: % of a core", f"{share:.1f}", "", "", ""))
    bench = Bench(WebRtcEchoCanceller(), WebRtcNoiseSuppressor())
    began = time.process_time()
    bench.hear(said, None, ON)
    share = 100 * (time.process_time() - began) / seconds
    late = WebRtcEchoCanceller.delay_samples + WebRtcNoiseSuppressor.delay_samples
    rows.append(("by default while it is silent: % of a core", f"{share:.1f}", "", "", ""))
    samples_ms = RATE_HZ / 1000
    echo_ms = WebRtcEchoCanceller.delay_samples / samples_ms
    latency = f"{late / samples_ms:.1f}; {echo_ms:.1f}; 0"
    what = "delay, ms: whole chain; by default, loudspeaker; headphones"
    return [*rows, (what, latency, "", "", "<= 20")]

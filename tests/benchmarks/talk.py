"""How fast and how steadily ``parley talk`` hears and speaks, beside a minimal loop.

All in one run on one machine, on devices made of software and a server on the same machine.
"""

from __future__ import annotations

import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from tests.benchmarks.bench_place import (
    LOUD,
    MICROPHONE,
    RATE_HZ,
    SPEAKER,
    Place,
    RecordedClock,
    counter,
    gaps,
    place,
    spread,
    stretches,
    tone,
)
from tests.private_process import wait_until
from tests.rooms import told
from tests.servers import speech
from tests.sound_recorder import Recorder

ECHO_DB = -12.0
ECHO_KNOWN_S = 5.0
"""By then it is known whether there is an echo; until then the canceller works in any case."""

STEP = RATE_HZ // 100
"""Samples that a virtual device moves at once."""

HEADER = ("talk", "Parley", "minimal loop", "best peer", "goal")
Row = tuple[str, ...]

NOTHING_DONE = {
    "echo_cancellation": "off",
    "noise_suppression": "off",
    "microphone_gain": "off",
    "half_duplex": "off",
    "interrupting": "server",
}
"""Settings with which the microphone's sound is sent as it is, as the minimal loop does."""

PROGRAMS = {
    "Parley": ("desktop_app", "talk", "--url", "{url}"),
    "minimal loop": ("tests.benchmarks.loop", "{url}"),
}
FIGURES = {
    "start -> first audio at the server, s": ("0.90", "<= 0.5"),
    "microphone -> server, ms": ("17 / 25", "<= 12 / 20"),
    "first audio delta -> loudspeaker, ms": ("4 / 8, with gaps", "<= 15 / 25"),
    "gaps in those answers": ("0-4", "0"),
    "speech_started -> silence, ms": ("30 / 46", "<= 30 / 45"),
    "told minus really heard, median (worst), ms": ("-1 (19)", "2 (20)"),
    "interpreter held 200 ms each second: gaps, ms lost": ("", "0, 0"),
    "20,000 deltas at once -> sound, s": ("0.72", "<= 0.4"),
    "processor, full duplex, nothing done to the sound, %": ("4.0", "<= 4.5"),
    "the same listening for echo and voice, %": ("", "<= 7"),
    "the same while an echo is taken out, %": ("", "<= 7"),
    "the same while nobody speaks, %": ("", "<= 7"),
    "peak memory, MB": ("145", "<= 80"),
}


@dataclass(slots=True)
class Scale:
    """How much is measured."""

    starts: int
    rounds: int
    held_s: int
    duplex_s: int
    results: dict[str, dict[str, str]] = field(default_factory=dict)


def run(quick: bool) -> list[Row]:
    """Measure, in about a minute and a half if ``quick``."""
    scale = Scale(2, 6, 8, 4) if quick else Scale(9, 30, 60, 15)
    with place() as here:
        # In turns, so that whatever else the machine does meets both.
        for measure in (_start, _latencies, _held, _flood, _duplex):
            for name, program in PROGRAMS.items():
                scale.results.setdefault(name, {}).update(measure(here, program, scale))
        scale.results["Parley"].update(_echoing(here, PROGRAMS["Parley"], scale))
    return [
        (
            figure,
            *(scale.results[name].get(figure, "") for name in PROGRAMS),
            *FIGURES[figure],
        )
        for figure in FIGURES
    ]


def _start(here: Place, program: Sequence[str], scale: Scale) -> dict[str, str]:
    took: list[float] = []
    for _ in range(scale.starts):
        with here.running(program) as running:
            took.append((here.wait_until_heard() - running.started_ns) / 1e9)
    return {"start -> first audio at the server, s": spread(took, 2)}


def _latencies(here: Place, program: Sequence[str], scale: Scale) -> dict[str, str]:
    # Nobody speaks here: left to itself Parley finds no voice, and the answer goes on.
    with here.running(program, settings={"interrupting": "server"}):
        here.wait_until_heard()
        time.sleep(1.0)
        heard = microphone(here, scale.rounds)
        spoken, torn = _first_sound(here, scale.rounds)
        silent, wrong = _cutting_in(here, scale.rounds)
    worst = max(wrong, key=abs, default=0.0)
    median = statistics.median(wrong) if wrong else 0.0
    return {
        "microphone -> server, ms": spread(heard),
        "first audio delta -> loudspeaker, ms": spread(spoken),
        "gaps in those answers": str(torn),
        "speech_started -> silence, ms": spread(silent),
        "told minus really heard, median (worst), ms": f"{median:+.1f} ({worst:+.1f})",
    }


def microphone(here: Place, rounds: int, between: Callable[[], None] = lambda: None) -> list[float]:
    """Let clicks be heard; return how late (ms) the server had each.

    The sound system moves in steps of 10 ms, and what is played begins with a step.  A click at
    the beginning of a step always waits for all of it, 10 ms, and for our block to end behind it,
    up to 10 ms more; speech begins anywhere.  So the clicks begin at all places of a step.
    """
    clicks = [
        speech.write_wav(
            here.folder / f"click{n}.wav",
            speech.from_pcm(bytes(2 * (n * STEP // rounds)) + tone(30)),
        )
        for n in range(rounds)
    ]
    here.server.reset()
    with here.sound.listen(MICROPHONE, RATE_HZ) as recorder:
        for click in clicks:
            here.sound.say(MICROPHONE, click)
            between()
            recorder.wait_for(len(recorder.pcm()) + RATE_HZ // 5)
        in_air = recorder.stop()
    clock = RecordedClock(recorder)
    arrivals = here.server.arrivals()
    arrived = np.frombuffer(arrivals.pcm, "<i2")
    begins = [begin for begin, _ in stretches(in_air)]
    got = [begin for begin, _ in stretches(arrived)]
    if len(begins) != len(got):
        return []
    pairs = zip(begins, got, strict=True)
    return [(arrivals.arrival_ns(there) - clock.ns(air)) / 1e6 for air, there in pairs]


def _first_sound(here: Place, rounds: int) -> tuple[list[float], int]:
    """Answer; return how late (ms) each was heard, and in how many places they were torn."""
    sent: list[int] = []
    with here.record() as recorder:
        for number in range(rounds):
            sent.append(int(here.server.speak(tone(400))["first_ns"]))
            recorder.wait_for(len(recorder.pcm()) + RATE_HZ * (65 + number % 7) // 100)
        heard = recorder.stop()
    clock, sounds = RecordedClock(recorder), stretches(heard)
    begins = [clock.ns(begin) for begin, _ in sounds]
    # A sound that is torn widely shows as two: the first begin behind each order counts.
    late = [(min(begin for begin in begins if begin > at - 5e6) - at) / 1e6 for at in sent]
    return late, gaps(heard) + abs(len(sounds) - rounds)


def _cutting_in(here: Place, rounds: int) -> tuple[list[float], list[float]]:
    """Cut in; return the times to silence, and how wrong the truncations were (ms)."""
    silent: list[float] = []
    wrong: list[float] = []
    with here.record() as recorder:
        for number in range(rounds):
            here.server.reset()
            before = len(recorder.pcm())
            here.server.speak(tone(4000), wait=False)
            recorder.wait_for(before + RATE_HZ * (40 + 3 * (number % 9)) // 100)
            cut = here.server.speech_started(f"user_{number}")
            event = here.server.wait_for("conversation.item.truncate")[1]
            recorder.wait_for(len(recorder.pcm()) + RATE_HZ // 4)
            here.turn_over(f"user_{number}")
            sounds = [
                (before + begin, before + end) for begin, end in stretches(recorder.pcm()[before:])
            ]
            silent.append((RecordedClock(recorder).ns(sounds[-1][1]) - cut) / 1e6)
            heard_ms = sum(end - begin for begin, end in sounds) * 1000 / RATE_HZ
            wrong.append(float(event["audio_end_ms"]) - heard_ms)
    return silent, wrong


def _held(here: Place, program: Sequence[str], scale: Scale) -> dict[str, str]:
    sent = np.frombuffer(counter(scale.held_s), "<i2")
    with here.running(("tests.benchmarks.held", *program)), here.record() as recorder:
        here.wait_until_heard()
        recorder.wait_for(len(recorder.pcm()) + RATE_HZ)
        # As far ends do: some at once, then a little faster than it is played.  Without the first
        # a hold could begin while less than 200 ms have come, and nobody can play what has not.
        here.server.speak(sent.tobytes(), delta_ms=100, pace=1.3, ahead_ms=300)
        _wait_for_silence(recorder)
        heard = recorder.stop().astype(np.int32)
    loud = np.flatnonzero(heard > LOUD)
    body = heard[loud[0] : loud[-1] + 1]
    steps = np.diff(body)
    torn = int(np.count_nonzero((np.abs(steps) > 50) & (np.abs(steps + 19_999) > 50)))
    lost_ms = abs(len(body) - len(sent)) * 1000 / RATE_HZ
    return {"interpreter held 200 ms each second: gaps, ms lost": f"{torn}, {lost_ms:.0f}"}


def _flood(here: Place, program: Sequence[str], scale: Scale) -> dict[str, str]:
    with here.running(program), here.record() as recorder:
        here.wait_until_heard()
        recorder.wait_for(len(recorder.pcm()) + RATE_HZ)
        began = int(here.server.speak(tone(400), flood=20_000)["start_ns"])
        _wait_for_silence(recorder)
        sounds = stretches(recorder.stop())
    late_s = (RecordedClock(recorder).ns(sounds[0][0]) - began) / 1e9
    return {"20,000 deltas at once -> sound, s": f"{late_s:.2f}"}


def _wait_for_silence(recorder: Recorder) -> None:
    """Wait until a sound has been heard and has ended."""
    wait_until(lambda: bool(np.any(recorder.pcm() > LOUD)), "a sound is heard")
    while np.any(recorder.pcm()[-RATE_HZ // 2 :] > LOUD):
        recorder.wait_for(len(recorder.pcm()) + RATE_HZ // 4)


def _duplex(here: Place, program: Sequence[str], scale: Scale) -> dict[str, str]:
    said = tone(1000 * (scale.duplex_s + 8))
    plain, _ = _load(here, program, said, scale, settings=NOTHING_DONE)
    share, peak_mb = _load(here, program, said, scale)
    silent, _ = _load(here, program, b"", scale)
    return {
        "processor, full duplex, nothing done to the sound, %": f"{plain:.1f}",
        "the same listening for echo and voice, %": f"{share:.1f}",
        "the same while nobody speaks, %": f"{silent:.1f}",
        "peak memory, MB": f"{peak_mb:.0f}",
    }


def _echoing(here: Place, program: Sequence[str], scale: Scale) -> dict[str, str]:
    """The same in a room, where the microphone hears the assistant's voice."""
    here.sound.echo(SPEAKER, MICROPHONE, 60, ECHO_DB)
    try:
        said = speech.to_pcm(told(scale.duplex_s + 8))
        share, _ = _load(here, program, said, scale)
    finally:
        here.sound.unplug(f"echo_{MICROPHONE}")
    return {"the same while an echo is taken out, %": f"{share:.1f}"}


def _load(
    here: Place,
    program: Sequence[str],
    said: bytes,
    scale: Scale,
    settings: Mapping[str, object] | None = None,
) -> tuple[float, float]:
    """Return the share (%) of a processor while ``said`` is played, and the peak memory (MB)."""
    with here.running(program, settings=settings) as running:
        here.wait_until_heard()
        if said:
            here.server.speak(said, pace=1, wait=False)
        time.sleep(ECHO_KNOWN_S)
        cpu_s, began = running.cpu_s(), time.monotonic()
        time.sleep(scale.duplex_s)
        share = 100 * (running.cpu_s() - cpu_s) / (time.monotonic() - began)
        return share, running.memory_mb("VmHWM")

"""Whom the assistant yields to: a room with an echo, the chain, the detector and the core, as one.

Voices are espeak-ng, none of which was used to find the measures of `core/interrupting.py`
(those were en-us, en-gb+f3, en+m5 and de+f2); noises are made of numbers.  The assistant has
spoken for three seconds before anybody else is heard.  What the devices add is not in the figures.
“Stop” cannot be known before it is said: when the answer is held is measured from the end of that
word, and whether it stays silent then, the words decide, which the server sends.
"""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import Coroutine, Iterator, Sequence
from dataclasses import dataclass, field, replace

import numpy as np

from desktop_app.adapters.echo import WebRtcEchoCanceller
from desktop_app.adapters.voice_detector import LocalVoiceDetector
from desktop_app.audio.fade import HOLD_FADE_MS
from desktop_app.audio.pcm import BLOCK_SAMPLES, BYTES_PER_SAMPLE
from desktop_app.core import effects as fx
from desktop_app.core.events import Event
from desktop_app.core.interrupting import blocks_at_once
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState
from desktop_app.core.step import step
from desktop_app.offline.vad import SpeechProbability
from desktop_app.voice.listening import Listening
from tests.chain_bench import ON, Bench
from tests.core.dialogue import live, speaking
from tests.rooms import VOICE_DBFS, Room, as_loud, noise, told
from tests.servers import speech
from tests.servers.speech import RATE_HZ, Sound

HEADER = ("barge-in", "quick", "balanced", "patient", "goal (balanced)")
Row = tuple[str, str, str, str, str]

LEAD_S = 3
AFTER_MS = 1_600
AUDIBLE = 0.02
YIELD_MS = 500
STOP_MS = 100
VOICES = (
    "en-gb-scotland",
    "en-us+f4",
    "en-gb-x-rp+m2",
    "fr+m4",
    "es",
    "it+f1",
    "en-029+m7",
    "de+m1",
)
SENTENCES = (
    "Wait, I have another question.",
    "No, I meant the other one.",
    "Can you say that again?",
    "Hold on, that is not what I asked.",
    "Actually, tell me about the weather.",
    "How long does that take?",
    "Let us talk about something else.",
)
MURMURS = ("mm-hmm", "uh-huh", "yeah", "okay", "right", "hm", "I see")


@dataclass
class Outcome:
    """What became of the answer; times in milliseconds after somebody began to sound."""

    holds: list[float] = field(default_factory=list)
    resumes: list[float] = field(default_factory=list)
    cut_at: float | None = None

    @property
    def silent_at(self) -> float:
        """When the answer fell silent for good; never, if it went on."""
        return self.holds[-1] + HOLD_FADE_MS if self.cut_at is not None else float("inf")

    @property
    def went_on(self) -> bool:
        return self.cut_at is None and len(self.holds) == len(self.resumes)


class Talk:
    """One answer in one room, and what somebody does over it."""

    def __init__(self, interrupting: str, room: Room, spoken: Sound, seed: int) -> None:
        total_ms = LEAD_S * 1000 + len(spoken) * 1000 // RATE_HZ + AFTER_MS
        self._room, self._spoken = room, spoken
        self._answer = told(total_ms / 1000, seed=seed)
        self._floor = noise(len(self._answer), room.noise_dbfs, seed)
        self._begin = LEAD_S * RATE_HZ + 37 * seed
        onset_ms = speech.onset_ms(spoken, floor=AUDIBLE) or 0.0
        self._onset_ms = self._begin * 1000 / RATE_HZ + onset_ms
        detects = replace(AppState().sound, detects=True)
        state = live(Settings(interrupting=interrupting, half_duplex="off"), sound=detects)
        self._state = speaking(state, ms=total_ms)
        self._outcome = Outcome()
        self._held_at: int | None = None
        self._now = 0
        self._played = self._answer.copy()
        self._in_room = self._heard(self._played)

    def run(self) -> Outcome:
        """Let it happen, in the pieces in which the microphone is heard while one speaks."""
        bench, at = Bench(WebRtcEchoCanceller()), 0
        listening = Listening(LocalVoiceDetector(SpeechProbability), self._dispatch, _done)
        while at + (size := blocks_at_once(self._state) * BLOCK_SAMPLES) <= len(self._played):
            self._now, piece = at + size, slice(at, at + size)
            bench.speaker.play(speech.to_pcm(self._played[piece]), at * BYTES_PER_SAMPLE)
            frame = bench.chain.hear(speech.to_pcm(self._in_room[piece]), ON)
            while bench.events:
                self._dispatch(bench.events.pop(0))
            listening.heard(frame, self._state)
            at += size
        return self._outcome

    def _dispatch(self, event: Event) -> None:
        self._state, effects = step(self._state, event)
        if self._carry_out(effects, self._now, self._played):
            self._in_room = self._heard(self._played)

    def _heard(self, played: Sound) -> Sound:
        heard = self._floor.copy()
        if self._room.echo_db is not None:
            heard += self._room.echo(played)[: len(heard)]
        heard[self._begin : self._begin + len(self._spoken)] += self._spoken
        return np.clip(heard, -1, 1)

    def _carry_out(self, effects: Sequence[fx.Effect], at: int, played: Sound) -> bool:
        """Do with the speaker what is asked for; return whether that changes what is heard."""
        now_ms, changed = at * 1000 / RATE_HZ - self._onset_ms, False
        for effect in effects:
            match effect:
                case fx.HoldSpeaker():
                    self._outcome.holds.append(now_ms)
                    self._held_at, changed = at, True
                    played[at + RATE_HZ * HOLD_FADE_MS // 1000 :] = 0
                case fx.ResumeSpeaker():
                    self._outcome.resumes.append(now_ms)
                    rest = self._answer[self._held_at : len(played) - at + (self._held_at or 0)]
                    played[at : at + len(rest)], changed = rest, True
                case fx.CutSpeaker():
                    self._outcome.cut_at, changed = now_ms, True
        return changed


def _done(work: Coroutine[object, object, None], name: str) -> None:
    """Do at once what the app does beside."""
    asyncio.run(work)


def run(quick: bool) -> list[Row]:
    """Measure, in a few minutes if ``quick``."""
    count = 20 if quick else 100
    said = list(itertools.islice(_spoken(SENTENCES), count))
    stops = list(itertools.islice(_spoken(("Stop!", "Stop it!", "Stop, please.")), count))
    # The same voices at the same speeds, and the word alone.
    words_ms = [_length_ms(word) for word in itertools.islice(_spoken(("Stop!",)), count)]
    murmurs = list(itertools.islice(_spoken(MURMURS), count // 2))
    noises = [_noise(number) for number in range(count - len(murmurs))]
    rows: dict[str, list[str]] = {}
    for interrupting in ("quick", "balanced", "patient"):
        for name, room in (("headphones", Room(echo_db=None)), ("echo at 0 dB", Room())):
            ends = [Talk(interrupting, room, s, i).run() for i, s in enumerate(said)]
            first = [Talk(interrupting, room, s, i).run() for i, s in enumerate(stops)]
            low = [Talk(interrupting, room, s, i).run() for i, s in enumerate(murmurs)]
            other = [Talk(interrupting, room, s, i).run() for i, s in enumerate(noises)]
            cells = {
                f"{name}: {count} interruptions yielded to within 0.5 s": _share(
                    [end.silent_at <= YIELD_MS for end in ends]
                ),
                f"{name}: silent / judged after, ms, median": _times(ends),
                f"{name}: held at most 0.1 s after the end of the word “stop”": _share(
                    [_held_at(e) <= ms + STOP_MS for e, ms in zip(first, words_ms, strict=True)]
                ),
                f"{name}: held after the begin of “stop”, ms, median / p95": _late(first),
                f"{name}: {count} murmurs and noises that let it go on": _share(
                    [end.went_on for end in (*low, *other)]
                ),
                f"{name}: of these murmurs / noises": f"{_share([end.went_on for end in low])} / "
                f"{_share([end.went_on for end in other])}",
            }
            for what, cell in cells.items():
                rows.setdefault(what, []).append(cell)
    goals = (">= 95 %", "", ">= 95 %", "", ">= 85 %", "")
    return [
        (what, *cells, goal)  # type: ignore[misc]
        for (what, cells), goal in zip(rows.items(), itertools.cycle(goals), strict=False)
    ]


def _spoken(texts: Sequence[str]) -> Iterator[Sound]:
    """Say the texts in all voices, at changing speeds, as loud as somebody before a microphone."""
    for number in itertools.count():
        text, voice = texts[number % len(texts)], VOICES[number % len(VOICES)]
        said = speech.say(text, voice, words_per_minute=150 + 15 * (number % 4))
        yield as_loud(said, VOICE_DBFS)


def _noise(number: int) -> Sound:
    """Make a cough, some keys or a door."""
    rng = np.random.default_rng(1000 + number)
    made = (cough, _keys, _door)[number % 3](rng)
    return as_loud(made.astype(np.float32), VOICE_DBFS + float(rng.uniform(-6, 6)))


def cough(rng: np.random.Generator) -> Sound:
    """Two bursts of breath, rough and falling, as somebody coughs."""
    bursts = []
    for _ in range(2):
        count = int(rng.uniform(0.12, 0.25) * RATE_HZ)
        breath = np.convolve(rng.standard_normal(count), np.ones(6) / 6, "same")
        bursts += [breath * np.exp(-np.linspace(0, 5, count)), np.zeros(RATE_HZ // 10)]
    return np.concatenate(bursts).astype(np.float32)


def _keys(rng: np.random.Generator) -> Sound:
    """Somebody types a word."""
    typed = np.zeros(RATE_HZ, np.float32)
    for at in np.cumsum(rng.integers(2000, 4500, 6)):
        click = rng.standard_normal(200) * np.exp(-np.linspace(0, 8, 200))
        typed[at : at + 200] += click[: max(0, len(typed) - at)].astype(np.float32)
    return typed


def _door(rng: np.random.Generator) -> Sound:
    """A thud, and what rings after it."""
    time_s = np.arange(RATE_HZ // 2) / RATE_HZ
    thud = np.sin(2 * np.pi * float(rng.uniform(55, 110)) * time_s) * np.exp(-time_s * 18)
    rattle = rng.standard_normal(len(time_s)) * np.exp(-time_s * 40) * 0.3
    return (thud + rattle).astype(np.float32)


def _share(good: Sequence[bool]) -> str:
    return f"{100 * sum(good) / len(good):.0f} %"


def _times(ends: Sequence[Outcome]) -> str:
    cut = [end for end in ends if end.cut_at is not None]
    if not cut:
        return "never"
    judged = np.median([end.cut_at for end in cut if end.cut_at is not None])
    return f"{np.median([end.silent_at for end in cut]):.0f} / {judged:.0f}"


def _late(ends: Sequence[Outcome]) -> str:
    held = [_held_at(end) for end in ends]
    return " / ".join(f"{np.percentile(held, share, method='higher'):.0f}" for share in (50, 95))


def _held_at(end: Outcome) -> float:
    """When the answer first fell silent, for good or not; never, if nobody was noticed."""
    return end.holds[0] + HOLD_FADE_MS if end.holds else float("inf")


def _length_ms(word: Sound) -> float:
    begin, end = speech.onset_ms(word, floor=AUDIBLE), speech.offset_ms(word, floor=AUDIBLE)
    assert begin is not None
    assert end is not None
    return end - begin

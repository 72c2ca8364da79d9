"""When a turn of the user begins and ends: speech probabilities in, events out.

Pure, and without a clock: time is the sound itself, 32 ms a frame.  What is sent faster than it
would sound is judged just the same.
"""

from __future__ import annotations

from dataclasses import dataclass

FRAME_MS = 32
GUESS_AFTER_MS = 200
"""Silence after which the turn may be over: recognition starts in case it is."""
_BEGIN_FRAMES = 2
"""Frames in a row that make speech of a noise: one alone is a click."""
_HYSTERESIS = 0.15
_LOWEST = 0.05


@dataclass(frozen=True, slots=True)
class Patience:
    """How long a pause may be when its length depends on what was said.

    Args:
        complete_ms: After words that sound like a whole sentence.
        longest_ms: After words that do not, and while nobody knows.
    """

    complete_ms: int
    longest_ms: int


PATIENCE = {
    "low": Patience(900, 8_000),
    "medium": Patience(600, 4_000),
    "high": Patience(350, 2_000),
}


@dataclass(frozen=True, slots=True)
class Rules:
    """How turns are detected.

    Args:
        threshold: Speech probability from which a frame counts as speech.
        prefix_ms: Sound before the speech that belongs to the turn.
        silence_ms: Silence that ends a turn, unless ``patience`` says otherwise.
        idle_ms: Silence after an answer that makes a turn of its own; None for never.
        patience: For turns that end by what was said.
    """

    threshold: float = 0.5
    prefix_ms: int = 300
    silence_ms: int = 500
    idle_ms: int | None = None
    patience: Patience | None = None


@dataclass(frozen=True, slots=True)
class Began:
    """The user speaks; the turn starts at ``start_ms``, padding included."""

    start_ms: int


@dataclass(frozen=True, slots=True)
class Paused:
    """The user is silent, and may have finished."""


@dataclass(frozen=True, slots=True)
class Resumed:
    """The user goes on after a `Paused`."""


@dataclass(frozen=True, slots=True)
class Ended:
    """The turn is over; it reaches to ``end_ms``, silence included."""

    end_ms: int


@dataclass(frozen=True, slots=True)
class Idle:
    """Nobody has spoken for the idle time."""

    start_ms: int
    end_ms: int


TurnEvent = Began | Paused | Resumed | Ended | Idle


class TurnDetector:
    """Follows one stream of sound."""

    def __init__(self, rules: Rules, now_ms: int = 0) -> None:
        """Begin to listen.

        Args:
            rules: How turns are detected.
            now_ms: Where in the stream the next frame begins.
        """
        self._rules = rules
        self._now_ms = float(now_ms)
        self._earliest_ms = now_ms
        self._loud_frames = 0
        self._silent_ms = 0
        self._paused = False
        self._complete: bool | None = None
        self._idle_from_ms: int | None = None
        self.speaking = False

    @property
    def now_ms(self) -> int:
        """How much of the stream was judged."""
        return int(self._now_ms)

    def hear(self, probability: float) -> tuple[TurnEvent, ...]:
        """Take the speech probability of the next frame."""
        self._now_ms += FRAME_MS
        return (
            self._while_speaking(probability) if self.speaking else self._while_quiet(probability)
        )

    def judge(self, complete: bool) -> None:
        """Say whether the words before the pause sound like all that was to be said."""
        if self._paused:
            self._complete = complete

    def arm_idle(self, from_ms: int) -> None:
        """Count the idle time from here: an answer ends then."""
        self._idle_from_ms = from_ms

    def disarm_idle(self) -> None:
        """Count no idle time: somebody speaks."""
        self._idle_from_ms = None

    def restart(self) -> None:
        """Forget the turn that is under way: its sound was taken or dropped."""
        self.speaking, self._paused, self._complete = False, False, None
        self._loud_frames = self._silent_ms = 0
        self._earliest_ms = self.now_ms

    def _while_quiet(self, probability: float) -> tuple[TurnEvent, ...]:
        if probability < self._rules.threshold:
            self._loud_frames = 0
            return self._idle()
        self._loud_frames += 1
        if self._loud_frames < _BEGIN_FRAMES:
            return ()
        began_ms = self.now_ms - self._loud_frames * FRAME_MS
        self.speaking, self._idle_from_ms = True, None
        self._loud_frames = 0
        return (Began(max(self._earliest_ms, began_ms - self._rules.prefix_ms, 0)),)

    def _while_speaking(self, probability: float) -> tuple[TurnEvent, ...]:
        if probability >= max(self._rules.threshold - _HYSTERESIS, _LOWEST):
            was_paused, self._paused = self._paused, False
            self._silent_ms, self._complete = 0, None
            return (Resumed(),) if was_paused else ()
        self._silent_ms += FRAME_MS
        needed_ms = self._needed_ms()
        if self._silent_ms >= needed_ms:
            self.restart()
            return (Ended(self.now_ms),)
        if not self._paused and self._silent_ms >= GUESS_AFTER_MS:
            self._paused = True
            return (Paused(),)
        return ()

    def _needed_ms(self) -> int:
        patience = self._rules.patience
        if patience is None:
            return self._rules.silence_ms
        return patience.complete_ms if self._complete else patience.longest_ms

    def _idle(self) -> tuple[TurnEvent, ...]:
        start_ms, idle_ms = self._idle_from_ms, self._rules.idle_ms
        if start_ms is None or idle_ms is None or self.now_ms - start_ms < idle_ms:
            return ()
        self._idle_from_ms = None
        return (Idle(start_ms, self.now_ms),)


_WORDS_BEFORE_MORE = (
    "a an the and or but so because if when while that which who to of in on at for from with by "
    "is are was were my your his her our their this these i we you um uh er hmm like about than "
    "then as into"
)
_UNFINISHED = frozenset(_WORDS_BEFORE_MORE.split())


def sounds_complete(text: str) -> bool:
    """Guess from its words whether a person has said what they wanted to say."""
    words = text.strip().lower().split()
    if not words:
        return True  # A noise: there is nothing to wait for.
    if text.rstrip().endswith(("...", "…", ",", "-", "–", ":")):  # noqa: RUF001
        return False
    last = words[-1].strip(".,!?")
    if last in _UNFINISHED:
        return text.rstrip().endswith("?") and last not in {"um", "uh", "er", "hmm", "and", "the"}
    return True

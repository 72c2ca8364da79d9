"""One session's ear: the user's sound becomes turns.

Follows the sound with a turn detector, unless the client says itself when a turn is over, and has
words recognised ahead of the end of a turn.
"""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import Future
from typing import Protocol

import numpy as np
import numpy.typing as npt

from desktop_app.offline import turn_detector as turn
from desktop_app.offline.conversation import Conversation, Entry
from desktop_app.offline.ears import Ears, Speculation
from desktop_app.offline.engine import Listener
from desktop_app.offline.line import Line
from desktop_app.offline.recording import Recording
from desktop_app.offline.refused import Refused
from desktop_app.offline.session_shape import rules_of, turns_of
from desktop_app.offline.transcripts import Spawn, Transcripts, outcome
from desktop_app.offline.whisper import Heard
from desktop_app.wire import input_events as say
from desktop_app.wire.base import known
from desktop_app.wire.items import InputAudio, Message
from desktop_app.wire.server_events import ItemAdded, ItemDone
from desktop_app.wire.session import AudioInput

Pcm = npt.NDArray[np.int16]
SHORTEST_MS = 100
_SPARE_MS = 500
_BY_HAND = turn.Rules(silence_ms=24 * 3600 * 1000)
"""No silence ends a turn that the client ends."""


class Owner(Protocol):
    """Who is told of the user: the session."""

    def user_began(self) -> None:
        """The user speaks."""

    def user_may_have_said(self, words: str) -> None:
        """The user pauses after these words, and may have finished."""

    def user_goes_on(self) -> None:
        """It was a pause only, or the turn was dropped."""

    def user_said(self, entry: Entry) -> None:
        """A turn is over and its words are known; there are none if nobody spoke."""

    def user_is_idle(self) -> None:
        """The user has been silent for the idle time."""


class Hearing:
    """Takes a session's sound."""

    def __init__(
        self,
        owner: Owner,
        ears: Ears,
        make_listener: Callable[[], Listener],
        conversation: Conversation,
        line: Line,
        spawn: Spawn,
        new_id: Callable[[str], str],
    ) -> None:
        self._owner, self._ears, self._make_listener = owner, ears, make_listener
        self._conversation, self._line = conversation, line
        self._spawn, self._new_id = spawn, new_id
        self._recording = Recording()
        self._me = new_id("ear")
        self.transcripts = Transcripts(ears, line, spawn, self._me)
        self._ahead = Speculation(ears, self._me)
        self._input = AudioInput(turn_detection=None)
        self._rules = turn.Rules()
        self._detector: turn.TurnDetector | None = None
        self._pauses: turn.TurnDetector | None = turn.TurnDetector(_BY_HAND)
        """Follows the sound of a turn that the client ends, to be ready when it does."""
        self._listener = make_listener()
        self._item_id = ""
        self._start_ms = 0
        self._paused = False

    @property
    def speaking(self) -> bool:
        """Whether the user speaks right now."""
        return self._detector is not None and self._detector.speaking

    def configure(self, wanted: AudioInput) -> None:
        """Listen in this way from now on."""
        self.transcripts.configure(known(wanted.transcription, None))
        before, self._input = self._input, wanted
        turns = turns_of(wanted)
        if turns == turns_of(before):
            return
        self._drop_turn()
        self._detector = self._pauses = None
        self._listener = self._make_listener()
        if turns is None:
            self._pauses = turn.TurnDetector(_BY_HAND, self._recording.end_ms)
            return
        self._rules = rules_of(turns)
        self._detector = turn.TurnDetector(self._rules, self._recording.end_ms)

    def take(self, pcm: Pcm) -> None:
        """Take the next sound, a second at most, 24 kHz."""
        self._recording.add(pcm)
        probabilities = self._listener.feed(pcm)
        if self._detector is not None:
            self._follow_turns(self._detector, probabilities)
        elif self._pauses is not None:
            self._follow_pauses(self._pauses, probabilities)

    def _follow_turns(self, detector: turn.TurnDetector, probabilities: list[float]) -> None:
        for probability in probabilities:
            for event in detector.hear(probability):
                self._follow(event)
        if not detector.speaking:
            spare_ms = self._rules.prefix_ms + _SPARE_MS
            self._recording.forget_before(detector.now_ms - spare_ms)
        elif not self._paused:
            self.transcripts.look(self._recording.end_ms, self._turn_so_far)

    def _follow_pauses(self, pauses: turn.TurnDetector, probabilities: list[float]) -> None:
        """Have the words of a turn by hand ready in its pauses, and shown while it lasts."""
        for probability in probabilities:
            for event in pauses.hear(probability):
                match event:
                    case turn.Began():
                        self._item_id = self._new_id("item")
                        self.transcripts.begin(self._item_id, self._recording.end_ms)
                    case turn.Paused():
                        self._paused = True
                        self.transcripts.stop_looking()
                        self._ahead.guess(self._recording.all(), **self.transcripts.hints)
                    case _:
                        self._go_on()
        if pauses.speaking and not self._paused:
            self.transcripts.look(self._recording.end_ms, self._recording.all)

    def commit(self) -> None:
        """Make a turn of the sound so far, because the client says so."""
        detector = self._detector
        if detector is None:
            _check_length(self._recording.kept_ms)
            item_id, pcm = self._item_id or self._new_id("item"), self._recording.all()
        else:
            item_id, pcm = self._item_id, self._turn_so_far()
            _check_length(len(pcm) / 24 if detector.speaking else 0.0)
            detector.restart()
        heard = self._ahead.settle(pcm, **self.transcripts.hints)
        self.transcripts.understand(self._add(item_id, pcm), heard, None)
        self._recording.forget_all()
        self._item_id, self._paused = "", False
        if self._pauses is not None:
            self._pauses.restart()

    def clear(self) -> None:
        """Forget the sound that is not yet a turn."""
        self._drop_turn()
        self._recording.forget_all()
        self._line.say([say.InputAudioCleared()])

    def listen_to(self, entry: Entry, pcm: Pcm) -> None:
        """Recognise sound that the client put in as an item."""
        entry.pcm, entry.audio_ms = pcm, len(pcm) // 24
        heard = self._ears.hear(pcm, owner=self._me, **self.transcripts.hints)
        self.transcripts.understand(entry, heard, None)

    def arm_idle(self, in_ms: int) -> None:
        """Count the idle time once the answer has sounded, in so many milliseconds."""
        if self._detector is not None:
            self._detector.arm_idle(self._recording.end_ms + in_ms)

    def disarm_idle(self) -> None:
        """Somebody speaks: nobody is idle."""
        if self._detector is not None:
            self._detector.disarm_idle()

    def _follow(self, event: turn.TurnEvent) -> None:
        match event:
            case turn.Began(start_ms):
                self._begin(start_ms)
            case turn.Paused():
                self._paused = True
                self._guess()
            case turn.Resumed():
                self._go_on()
            case turn.Ended(end_ms):
                self._end(end_ms)
            case turn.Idle(start_ms, end_ms):
                self._idle(start_ms, end_ms)

    def _go_on(self) -> None:
        self._paused = False
        self._ahead.drop()
        self._owner.user_goes_on()

    def _begin(self, start_ms: int) -> None:
        self._item_id, self._start_ms, self._paused = self._new_id("item"), start_ms, False
        self.transcripts.begin(self._item_id, self._recording.end_ms)
        self._line.say([say.SpeechStarted(audio_start_ms=start_ms, item_id=self._item_id)])
        self._owner.user_began()

    def _end(self, end_ms: int) -> None:
        self._paused = False
        pcm = self._recording.cut(self._start_ms, end_ms)
        heard = self._ahead.settle(pcm, **self.transcripts.hints)
        self._line.say([say.SpeechStopped(audio_end_ms=end_ms, item_id=self._item_id)])
        entry = self._add(self._item_id, pcm)
        self.transcripts.understand(entry, heard, self._owner.user_said)
        self._recording.forget_before(end_ms)

    def _idle(self, start_ms: int, end_ms: int) -> None:
        item_id = self._new_id("item")
        self._line.say(
            [say.TimeoutTriggered(item_id=item_id, audio_start_ms=start_ms, audio_end_ms=end_ms)]
        )
        self._add(item_id, self._recording.cut(start_ms, end_ms))
        self._owner.user_is_idle()

    def _add(self, item_id: str, pcm: Pcm) -> Entry:
        item = Message(
            id=item_id,
            object="realtime.item",
            status="completed",
            role="user",
            content=(InputAudio(transcript=None),),
        )
        entry = Entry(item, pcm=pcm, audio_ms=len(pcm) // 24)
        previous = self._conversation.add(entry)
        self._line.say(
            [
                say.InputAudioCommitted(item_id=item_id, previous_item_id=previous),
                ItemAdded(item=item, previous_item_id=previous),
                ItemDone(item=item, previous_item_id=previous),
            ]
        )
        return entry

    def _guess(self) -> None:
        """Have the words ready in case the turn is over."""
        self.transcripts.stop_looking()
        guess = self._ahead.guess(self._turn_so_far(), **self.transcripts.hints)
        if self._detector is not None:
            self._spawn(self._consider(self._detector, guess, self._item_id))

    async def _consider(
        self, detector: turn.TurnDetector, guess: Future[Heard], item_id: str
    ) -> None:
        """Let what was said decide how long the pause may be, and be thought about."""
        heard = await outcome(guess)
        if heard is not None and item_id == self._item_id and self._paused:
            detector.judge(turn.sounds_complete(heard.text))
            self._owner.user_may_have_said(heard.text)

    def _turn_so_far(self) -> Pcm:
        return self._recording.cut(self._start_ms, self._recording.end_ms)

    def _drop_turn(self) -> None:
        self.transcripts.stop_looking()
        self._item_id = ""
        self._go_on()
        for detector in (self._detector, self._pauses):
            if detector is not None:
                detector.restart()


def _check_length(ms: float) -> None:
    if ms < SHORTEST_MS:
        raise Refused(
            "input_audio_buffer_commit_empty",
            "Error committing input audio buffer: buffer too small. Expected at least "
            f"{SHORTEST_MS}ms of audio, but buffer only has {ms:.2f}ms of audio.",
        )

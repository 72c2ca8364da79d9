"""How a session hears: buffer, turns, and the user's transcript, which comes when it likes."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING

from tests.servers import events
from tests.servers.config import Refused
from tests.servers.conversation import BYTES_PER_MS, Entry
from tests.servers.events import Event
from tests.servers.listening import Detector, InputBuffer

if TYPE_CHECKING:
    from tests.servers.answering import Response
    from tests.servers.session import Session

MIN_COMMIT_MS = 100
# Streaming transcribers say a piece of the text so often while the user speaks.
PIECE_MS = 400


class Hearing:
    """The ear of one session.

    Attributes:
        last: Sound of the newest append.
    """

    def __init__(self, session: Session, say: Callable[[Event], None]) -> None:
        self.buffer = InputBuffer()
        self.last = b""
        self._session = session
        self._say = say
        self._detector = Detector()
        self._item_id = ""
        self._turns = 0
        self._untold: list[tuple[str, Event]] = []
        self._words: list[str] = []
        self._told_ms = 0
        self._idle: asyncio.TimerHandle | None = None

    def stop(self) -> None:
        self._stop_waiting()

    # --- sound --------------------------------------------------------------------------------

    def append(self, pcm: bytes) -> None:
        """Take sound; may find that a turn begins or ends."""
        self.last = pcm
        self.buffer.append(pcm)
        detection = self._session.config.turn_detection
        if detection is None or self._session.persona.vad != "energy":
            return
        found = self._detector.hear(
            pcm,
            threshold=float(detection.get("threshold") or 0.5),
            prefix_ms=int(detection.get("prefix_padding_ms") or 300),
            silence_ms=self._session.config.silence_ms,
        )
        for what, at_ms in found:
            if what == "start":
                self.begin(at_ms)
            else:
                self.end(at_ms)
        if self._item_id:
            self._tell_piece()
        else:
            self._forget_silence(int(detection.get("prefix_padding_ms") or 300))

    def _forget_silence(self, prefix_ms: int) -> None:
        # One second more than the padding, for the begin is only noticed a little later.
        self.buffer.keep_from(self.buffer.end - (prefix_ms + 1000) * BYTES_PER_MS)

    def begin(self, at_ms: int | None = None) -> None:
        """The user begins to speak, ``at_ms`` into the session's sound (default: now)."""
        self._stop_waiting()
        at_ms = self.buffer.end_ms if at_ms is None else at_ms
        self._item_id = self._session.new_id("item")
        self.buffer.keep_from(at_ms * BYTES_PER_MS)
        self._say(events.speech_started(self._item_id, at_ms))
        detection = self._session.config.turn_detection or {}
        if detection.get("interrupt_response", True):
            self._session.interrupt()
        if self._hears("during"):
            text = self._session.persona.words(self._turns, b"")
            self._words, self._told_ms = text.split(), at_ms

    def end(self, at_ms: int | None = None) -> None:
        """The user stops; the turn becomes an item and is answered."""
        at_ms = self.buffer.end_ms if at_ms is None else at_ms
        if not self._item_id:
            self.begin(at_ms)
        item_id, self._item_id = self._item_id, ""
        self._say(events.speech_stopped(item_id, at_ms))
        self._commit(item_id)
        detection = self._session.config.turn_detection or {}
        if detection.get("create_response", True):
            self._session.answer_turn()

    # --- items --------------------------------------------------------------------------------

    def commit_by_client(self) -> None:
        """Make the buffer an item.

        Raises:
            Refused: If there is not enough in it.
        """
        vad = self._session.config.turn_detection is not None
        ms = self.buffer.ms if not vad or self._item_id else 0.0
        if ms < MIN_COMMIT_MS:
            message = (
                "Error committing input audio buffer: buffer too small. Expected at least "
                f"{MIN_COMMIT_MS}ms of audio, but buffer only has {ms:.2f}ms of audio."
            )
            raise Refused("input_audio_buffer_commit_empty", message)
        item_id = self._item_id or self._session.new_id("item")
        self.forget_turn()
        self._commit(item_id)

    def clear(self) -> None:
        self.buffer.take()
        self.forget_turn()
        self._say(events.cleared())

    def forget_turn(self) -> None:
        """Nobody speaks, as far as we know."""
        self._item_id = ""
        self._detector.reset()

    def _commit(self, item_id: str) -> None:
        pcm = self.buffer.take()
        content = [{"type": "input_audio", "transcript": None}]
        item: Event = {"id": item_id, "object": "realtime.item", "type": "message"}
        item |= {"status": "completed", "role": "user", "content": content}
        entry = Entry(item, bytearray(pcm))
        previous = self._session.conversation.last_id
        self._say(events.committed(item_id, previous))
        self._session.conversation.add(entry)
        self._say(events.item_added(item, previous))
        self._say(events.item_done(item, previous))
        self._transcribe(item_id, pcm)

    # --- the user's transcript ----------------------------------------------------------------

    def _hears(self, when: str) -> bool:
        wanted = self._session.config.transcription is not None
        return wanted and self._session.persona.transcript == when

    def _transcribe(self, item_id: str, pcm: bytes) -> None:
        number, self._turns = self._turns, self._turns + 1
        persona = self._session.persona
        if self._session.config.transcription is None or persona.transcript == "never":
            return
        text = persona.words(number, pcm)
        seconds = len(pcm) / BYTES_PER_MS / 1000
        if persona.transcript == "failed":
            self._untold.append(("failed", events.heard_failed(item_id)))
            return
        for word in self._words:
            self._say(events.heard_delta(item_id, f"{word} "))
        self._words = []
        # What has no answer to be placed by comes at once.
        when = "before" if self._session.config.kind == "transcription" else persona.transcript
        if when != "during":
            self._untold.append((when, events.heard_delta(item_id, text)))
        self._untold.append((when, events.heard_completed(item_id, text, seconds)))
        self.tell("before", "during")

    def tell(self, *times: str) -> None:
        """Say what is due."""
        due = [event for when, event in self._untold if when in times]
        self._untold = [(when, event) for when, event in self._untold if when not in times]
        for event in due:
            self._say(event)

    def _tell_piece(self) -> None:
        if self._words and self.buffer.end_ms - self._told_ms >= PIECE_MS:
            self._told_ms = self.buffer.end_ms
            self._say(events.heard_delta(self._item_id, f"{self._words.pop(0)} "))

    # --- idle time-out ------------------------------------------------------------------------

    def wait_for_user(self, response: Response) -> None:
        """Begin to wait, from the moment the answer has been played."""
        idle_ms = (self._session.config.turn_detection or {}).get("idle_timeout_ms")
        if not idle_ms or self._item_id:
            return
        self._stop_waiting()
        loop = asyncio.get_running_loop()
        begin = response.first_sound_s if response.first_sound_s is not None else loop.time()
        due = begin + (response.sent_ms + idle_ms) / 1000
        self._idle = loop.call_at(due, self._waited)

    def _waited(self) -> None:
        item_id = self._session.new_id("item")
        start_ms = self.buffer.start // BYTES_PER_MS
        self._say(events.timeout_triggered(item_id, start_ms, self.buffer.end_ms))
        self._commit(item_id)
        self._session.answer_turn()

    def _stop_waiting(self) -> None:
        if self._idle is not None:
            self._idle.cancel()
            self._idle = None

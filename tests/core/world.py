"""A small faithful world around the core: a server, a loudspeaker and timers, without any clock.

Every neighbour does its part in legal order, but who acts next is chosen from outside: so all races
between them can happen.
"""

from __future__ import annotations

from collections import deque
from dataclasses import dataclass, field, replace

from desktop_app.core import effects as fx
from desktop_app.core import events as ev
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core.state import AppState
from desktop_app.core.step import step
from tests.core.dialogue import SAMPLES_PER_MS, pcm

CHUNK_MS = 100


@dataclass
class Answer:
    """A response while it is being made; it may call a tool at its end."""

    response_id: str
    tool: bool
    chunks: deque[far.FarEndEvent] = field(default_factory=deque)


class Server:
    """Answers orders as the protocol page says; ``out`` is the socket towards the core."""

    def __init__(self, *, manual: bool, interrupts: bool) -> None:
        self.manual, self.interrupts = manual, interrupts
        self.orders: deque[fx.Order] = deque()
        self.out: deque[far.FarEndEvent] = deque()
        self.items: list[str] = []
        self.made_ms: dict[str, int] = {}
        self.cut: set[str] = set()
        self.answer: Answer | None = None
        self.speech = ""
        self.buffer_ms = 0
        self.serial = 0
        self.tools = False
        self.words = "words of"

    # -- what the server does by itself ----------------------------------------------------------

    def hear_begin(self) -> None:
        """The user begins to speak."""
        self.speech = self._name("u")
        self.out.append(far.UserSpeechStarted(self.speech))
        if self.interrupts and self.answer is not None:
            self._end(self.answer, "cancelled", "turn_detected")

    def hear_end(self) -> None:
        """The user falls silent: the server commits, and answers unless an answer runs."""
        item, self.speech = self.speech, ""
        self.out.append(far.UserSpeechStopped(item))
        self._commit(item)
        if self.answer is None:
            self._begin()

    def go_on(self) -> None:
        """Make one more piece of the answer, or end it."""
        assert self.answer is not None
        if not self.answer.chunks:
            self._end(self.answer, "completed")
            return
        piece = self.answer.chunks.popleft()
        if isinstance(piece, far.AudioArrived):
            self.made_ms[piece.item_id] += CHUNK_MS
        if isinstance(piece, far.ItemAdded):
            piece = self._add(piece)
        self.out.append(piece)

    # -- what it is told -------------------------------------------------------------------------

    def take(self) -> None:
        """Carry out the oldest order."""
        order = self.orders.popleft()
        match order:
            case fx.CreateResponse(event_id) if self.answer is not None:
                self._refuse("conversation_already_has_active_response", event_id)
            case fx.CreateResponse():
                self._begin()
            case fx.CancelResponse(response_id, event_id):
                if self.answer is None or self.answer.response_id != response_id:
                    self._refuse("response_cancel_not_active", event_id)
                else:
                    self._end(self.answer, "cancelled", "client_cancelled")
            case fx.TruncateItem(item_id, heard_ms):
                assert item_id not in self.cut
                assert 0 < heard_ms <= self.made_ms[item_id]
                self.cut.add(item_id)
                self.out.append(far.ItemTruncated(item_id, heard_ms))
            case fx.DeleteItem(item_id):
                assert item_id not in self.cut
                self.cut.add(item_id)
                self.items.remove(item_id)
                self.out.append(far.ItemDeleted(item_id))
            case fx.AddText(item_id, role, text):
                self.out.append(self._add(far.ItemAdded(item_id, "message", role, None, text)))
            case fx.AddToolOutput():
                self.out.append(self._add(far.ItemAdded(self._name("o"), "function_call_output")))
            case fx.SendAudio(sent):
                self.buffer_ms += len(sent) // (2 * SAMPLES_PER_MS)
            case fx.ClearInput():
                self.buffer_ms = 0
            case fx.CommitInput(event_id) if self.buffer_ms < 100:
                self._refuse("input_audio_buffer_commit_empty", event_id)
            case fx.CommitInput():
                self.buffer_ms = 0
                self._commit(self._name("u"))

    def _refuse(self, code: str, event_id: str) -> None:
        self.out.append(far.ServerError(code, "invalid_request_error", event_id=event_id))

    def _name(self, kind: str) -> str:
        self.serial += 1
        return f"{kind}{self.serial}"

    def _add(self, item: far.ItemAdded) -> far.ItemAdded:
        previous = self.items[-1] if self.items else None
        self.items.append(item.item_id)
        return replace(item, previous_item_id=previous)

    def _commit(self, item: str) -> None:
        added = self._add(far.ItemAdded(item, "message", "user"))
        self.out.append(far.InputCommitted(item, added.previous_item_id))
        self.out.append(added)
        self.out.append(far.UserTextDone(item, f"{self.words} {item}".strip()))

    def _begin(self) -> None:
        response = self._name("r")
        self.answer = Answer(response, self.tools)
        self.out.append(far.ResponseStarted(response))
        for _ in range(2):
            item = self._name("a")
            self.made_ms[item] = 0
            self.answer.chunks.append(far.ItemAdded(item, "message", "assistant"))
            for _ in range(3):
                self.answer.chunks.append(far.AssistantTextArrived(response, item, "some words "))
                self.answer.chunks.append(far.AudioArrived(response, item, pcm(CHUNK_MS)))

    def _end(self, answer: Answer, status: str, reason: str = "") -> None:
        self.answer = None
        response = answer.response_id
        if answer.tool and status == "completed":
            call = self._name("c")
            self.out.append(self._add(far.ItemAdded(call, "function_call", name="clock")))
            self.out.append(far.ToolCalled(response, call, call, "clock", "{}"))
        self.out.append(far.ResponseEnded(response, status, reason))


class World:
    """The core among its neighbours."""

    def __init__(self, state: AppState, server: Server) -> None:
        self.state, self.server = state, server
        self.queue: deque[tuple[str, int]] = deque()
        self.heard_ms: dict[str, int] = {}
        self.reports: deque[sound.SpeakerStopped] = deque()
        self.timers: set[str] = set()
        self.tools: deque[str] = deque()
        self.held = False
        self.prompt = False
        """The speaker says what it did before anybody else can act."""

    def feed(self, event: ev.Event) -> None:
        """Let the core decide, and carry out what it wants."""
        self.state, effects = step(self.state, event)
        for effect in effects:
            match effect:
                case _ if isinstance(effect, fx.Order):
                    self.server.orders.append(effect)
                case fx.SendPreroll():
                    self.server.orders.append(fx.SendAudio(pcm(40)))
                case fx.Play(item_id, sound_):
                    self.queue.append((item_id, len(sound_) // (2 * SAMPLES_PER_MS)))
                case fx.CutSpeaker():
                    self._cut()
                case fx.HoldSpeaker():
                    self.held = True
                case fx.ResumeSpeaker():
                    self.held = False
                case fx.Note():
                    pass
                case fx.StartTimer(name):
                    self.timers.add(name)
                case fx.StopTimer(name):
                    self.timers.discard(name)
                case fx.RunTool(call_id):
                    self.tools.append(call_id)
                case _:
                    raise AssertionError(effect)
        while self.prompt and self.reports:
            self.feed(self.reports.popleft())

    def hear(self, frame: sound.VoiceHeard, times: int) -> None:
        """Let the microphone hear more of the same."""
        for _ in range(times):
            self.feed(frame)

    def play(self, ms: int) -> None:
        """Let the loudspeaker play up to ``ms``, and notice when it runs dry."""
        while not self.held and self.queue and ms > 0:
            item, left = self.queue.popleft()
            now = min(left, ms)
            self.heard_ms[item] = self.heard_ms.get(item, 0) + now
            ms -= now
            if left > now:
                self.queue.appendleft((item, left - now))
            elif not self.queue:
                self.reports.append(sound.SpeakerStopped(item, self.heard_ms[item], cut=False))
        while self.prompt and self.reports:
            self.feed(self.reports.popleft())

    def _cut(self) -> None:
        item = self.queue[0][0] if self.queue else None
        self.queue.clear()
        self.held = False
        heard_ms = self.heard_ms.get(item, 0) if item else 0
        self.reports.append(sound.SpeakerStopped(item, heard_ms, cut=True))

    def fire(self, name: str) -> None:
        """A timer runs out."""
        self.timers.discard(name)
        self.feed(ev.TimerFired(name))

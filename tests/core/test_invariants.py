"""What holds whatever comes in whatever order."""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.core import effects as fx
from desktop_app.core import events as ev
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Effects, Phase
from desktop_app.core.step import step
from tests.core.dialogue import SAMPLES_PER_MS, after, live, manual, only, orders, pcm, speaking

TIMERS = {"created", "updated", "retry", "renew", "release", "response", "again", "sound"}
TIMERS |= {"tap", "watchdog", "speaker", "device-notice", "rest"}
TIMERS |= {"doubt", "lately", "owed", "verdict"}
LINKED = (Phase.CONFIGURING, Phase.LIVE)
OPENS_THE_GATE = (far.ResponseStarted, far.ResponseEnded, far.ServerError, ev.TimerFired)

USERS = st.sampled_from(["u1", "u2", "u3"])
RESPONSES = st.sampled_from(["r1", "r2", "r3", "r4"])
NUMBERS = st.integers(1, 9)
ITEMS = st.builds("{}-{}".format, RESPONSES, st.integers(1, 2))
ANY_ITEM = ITEMS | USERS | st.sampled_from(["msg_1", "msg_2", "item-" + "0" * 36])
MAYBE = st.none() | ANY_ITEM
WORDS = st.sampled_from(["", " ", "Hello", "one two three four", "今天天气很好"])
STATUS = st.sampled_from(["completed", "cancelled", "failed", "incomplete"])
REASONS = st.sampled_from(
    ["", "turn_detected", "client_cancelled", "max_output_tokens", "content_filter"]
)
OUR_IDS = st.builds(
    "{}_{}".format, st.sampled_from(["cfg", "resp", "cut", "drop", "cancel", "commit"]), NUMBERS
)
CODES = st.sampled_from(
    [
        "",
        "session_expired",
        "response_cancel_not_active",
        "conversation_already_has_active_response",
        "input_audio_buffer_commit_empty",
        "cannot_update_voice",
        "unknown_event",
        "invalid_value",
        "insufficient_quota",
        "server_error",
        "rate_limit_exceeded",
    ]
)
FAILURES = st.builds(
    far.LinkFailure,
    st.sampled_from(["url", "key", "engine", "dns", "tls", "http", "closed", "new"]),
    st.sampled_from([0, 401, 429, 503]),
    st.sampled_from([0, 1000, 1001, 1006, 4000]),
    st.sampled_from(["", "session_expired", "invalid_api_key"]),
    st.sampled_from(["", "maximum duration"]),
)
SETTINGS = st.builds(
    Settings,
    model=st.sampled_from(["a", "b"]),
    voice=st.sampled_from(["marin", "cedar"]),
    microphone=st.sampled_from(["", "Headset"]),
    turn_detection=st.sampled_from(["server_vad", "semantic_vad", "manual"]),
    talk_key_mode=st.sampled_from(["auto", "hold", "toggle"]),
    create_response=st.booleans(),
    interrupt_response=st.booleans(),
    interrupting=st.sampled_from(["quick", "balanced", "patient", "server"]),
    transcription_model=st.sampled_from(["", "x"]),
)
ABLE = st.builds(Capabilities, *(st.booleans(),) * 5)
PROBLEMS = st.builds(Problem, st.sampled_from(Kind), st.just("Title"), st.just("Hint"))
SOUNDS = st.integers(0, 400).map(pcm)


def _speech() -> st.SearchStrategy[ev.Event]:
    """Audio and words of an answer; an item belongs to one response."""
    return st.one_of(
        st.builds(
            lambda item, sound_: far.AudioArrived(item.partition("-")[0], item, sound_),
            ITEMS,
            SOUNDS,
        ),
        st.builds(lambda i, t: far.AssistantTextArrived(i.partition("-")[0], i, t), ITEMS, WORDS),
        st.builds(lambda i, t: far.AssistantTextDone(i.partition("-")[0], i, t), ITEMS, WORDS),
    )


EVENTS: st.SearchStrategy[ev.Event] = st.one_of(
    st.sampled_from(
        [
            wish.ConnectAsked(),
            wish.HangUpAsked(),
            wish.NewConversationAsked(),
            wish.MuteToggled(),
            wish.InterruptAsked(),
            wish.TalkPressed(),
            wish.TalkReleased(),
            wish.KeyPressed(),
            wish.KeyReleased(),
            wish.TalkToggled(),
            wish.ComputerLocked(),
            wish.ComputerUnlocked(),
            wish.AnswerAsked(),
            far.LinkOpened(),
            far.LinkLost(),
            sound.MicFrame(pcm(20)),
            sound.MicOpened("M"),
            sound.SpeakerOpened("S"),
        ]
    ),
    st.sampled_from([far.SessionStarted(), far.SessionConfigured("m", "marin")]),
    st.builds(sound.VoiceHeard, st.sampled_from([0.0, 0.55, 0.9])),
    st.builds(sound.VoiceHeard, st.sampled_from([0.0, 0.9])),
    st.builds(sound.DetectorChanged, st.booleans()),
    st.builds(wish.TextSubmitted, WORDS),
    st.builds(wish.SettingsChanged, SETTINGS),
    st.builds(wish.ProblemFound, PROBLEMS) | st.builds(wish.ProblemSolved, st.sampled_from(Kind)),
    st.builds(far.LinkOpened, st.just("s"), ABLE),
    st.builds(far.LinkLost, FAILURES),
    st.builds(far.SessionStarted, lifetime_ms=st.sampled_from([None, 0, 3_600_000])),
    st.builds(
        far.ServerError,
        CODES,
        CODES,
        param=st.sampled_from(["", "session.speed", "type"]),
        event_id=st.just("") | OUR_IDS,
    ),
    st.builds(far.UserSpeechStarted, st.just("") | USERS),
    st.builds(far.UserSpeechStopped, USERS),
    st.builds(far.InputCommitted, USERS, MAYBE),
    st.builds(
        far.ItemAdded,
        ANY_ITEM,
        st.sampled_from(["message", "function_call", "other"]),
        st.sampled_from(["user", "assistant", ""]),
        MAYBE,
        WORDS,
    ),
    st.builds(far.ItemTruncated, ITEMS, NUMBERS) | st.builds(far.ItemDeleted, ANY_ITEM),
    st.builds(far.UserTextArrived, ANY_ITEM, WORDS, st.booleans()),
    st.builds(far.UserTextDone, ANY_ITEM, WORDS) | st.builds(far.UserTextFailed, USERS),
    st.builds(far.ResponseStarted, RESPONSES, st.sampled_from([True, True, True, False])),
    _speech(),
    _speech(),
    st.builds(
        far.ResponseEnded,
        RESPONSES,
        STATUS,
        REASONS,
        CODES,
        texts=st.lists(st.tuples(ITEMS, WORDS), max_size=2).map(tuple),
        in_conversation=st.sampled_from([True, True, True, False]),
    ),
    st.builds(
        far.ToolCalled,
        RESPONSES,
        ITEMS,
        st.sampled_from(["", "c1", "c2"]),
        st.just("clock"),
        st.just("{}"),
        st.booleans(),
    ),
    st.builds(far.ToolFinished, st.sampled_from(["c1", "c2", "c3"]), WORDS),
    st.builds(far.RateLimited, st.just("tokens"), st.just(0), st.floats()),
    st.builds(sound.MicLost, st.none() | PROBLEMS)
    | st.builds(sound.SpeakerLost, st.none() | PROBLEMS),
    st.builds(sound.SpeakerStopped, st.none() | ITEMS, st.integers(-1, 900), cut=st.booleans()),
    st.builds(sound.SpeakerStarted, ITEMS),
    st.builds(ev.TimerFired, st.sampled_from([*sorted(TIMERS), "transcript:u1", "unknown"])),
)
DETECTING = replace(AppState().sound, detects=True)
STARTS = st.sampled_from(
    [
        AppState(),
        live(),
        live(sound=DETECTING),
        speaking(live(sound=DETECTING), item="r1-1"),
        manual(),
        after(live(), far.ResponseStarted("r1")),
    ]
)


class Watcher:
    """Feeds the core and keeps books of its own, from events and effects only."""

    def __init__(self, state: AppState) -> None:
        self.state = state
        self.begun = {state.responses.active}
        self.silenced: set[str | None] = set()
        self.received = {item.item_id: item.received for item in state.sound.playing}
        self.settled: set[str] = set()
        self.held = False

    def feed(self, event: ev.Event) -> None:
        old = self.state
        self.state, effects = step(old, event)
        if isinstance(event, far.ResponseStarted) and old.link.phase in LINKED:
            self.begun.add(event.response_id)
        self._gate(old, event, effects)
        self._orders(old, effects)
        self._played(event, effects)
        self._truncated(effects)
        self._names(effects)
        self._rows(old)
        self._silence(old, event)
        self._held(effects)
        if self.state.link.phase not in LINKED or only(effects, fx.OpenLink):
            self._forget()

    def _forget(self) -> None:
        """A session has ended: nothing that follows may name what it knew."""
        for books in (self.begun, self.silenced, self.received, self.settled):
            books.clear()

    def _gate(self, old: AppState, event: ev.Event, effects: Effects) -> None:
        asked = only(effects, fx.CreateResponse)
        if not asked:
            return
        assert len(asked) == 1
        assert self.state.responses.active is None
        assert self.state.responses.requested == asked[0].event_id
        if (old.responses.requested or old.responses.active) and old.link.phase is Phase.LIVE:
            assert isinstance(event, OPENS_THE_GATE), "asked while another was under way"

    def _held(self, effects: Effects) -> None:
        """The speaker is held exactly as long as somebody judges why."""
        for effect in effects:
            if isinstance(effect, fx.HoldSpeaker):
                self.held = True
            elif isinstance(effect, fx.ResumeSpeaker | fx.CutSpeaker):
                self.held = False
        assert self.held == (self.state.overlap.doubt is not None)
        if self.held:
            assert self.state.sound.playing
            assert self.state.link.phase is Phase.LIVE

    def _orders(self, old: AppState, effects: Effects) -> None:
        for i, effect in enumerate(effects):
            if isinstance(effect, fx.ConfigureSession):
                assert {old.link.phase, self.state.link.phase} & set(LINKED)
            elif isinstance(effect, fx.Order | fx.SendPreroll):
                assert Phase.LIVE in (old.link.phase, self.state.link.phase)
            else:
                continue
            assert not only(effects[:i], fx.CloseLink), "an order after hanging up"

    def _played(self, event: ev.Event, effects: Effects) -> None:
        for play in only(effects, fx.Play):
            assert isinstance(event, far.AudioArrived)
            assert event.response_id not in self.silenced
            samples = len(play.pcm) // 2
            self.received[play.item_id] = self.received.get(play.item_id, 0) + samples

    def _truncated(self, effects: Effects) -> None:
        for cut in (*only(effects, fx.TruncateItem), *only(effects, fx.DeleteItem)):
            assert cut.item_id not in self.settled, "twice"
            assert cut.item_id in self.received, "an item of another session"
            self.settled.add(cut.item_id)
        for cut in only(effects, fx.TruncateItem):
            assert 0 < cut.heard_ms <= self.received[cut.item_id] // SAMPLES_PER_MS

    def _names(self, effects: Effects) -> None:
        for effect in effects:
            for name in (getattr(effect, "event_id", ""), getattr(effect, "item_id", "")):
                if not isinstance(effect, fx.Play):
                    assert len(name) <= 32
            if isinstance(effect, fx.StartTimer):
                assert effect.name in TIMERS or effect.name.startswith("transcript:")
                assert effect.after_ms >= 0
            if isinstance(effect, fx.CancelResponse):
                assert effect.response_id in self.begun, "a response of another session"

    def _rows(self, old: AppState) -> None:
        rows = {row.item_id: row for row in self.state.rows}
        assert len(rows) == len(self.state.rows), "two rows of one item"
        for row in old.rows:
            new = rows.get(row.item_id)
            assert new is row or new != row, "a row that did not change is another object"
        kinds = [problem.kind for problem in self.state.problems]
        assert len(kinds) == len(set(kinds))

    def _silence(self, old: AppState, event: ev.Event) -> None:
        """Note what the user has talked over: all that ran or played."""
        by_speech = isinstance(event, far.UserSpeechStarted) and old.settings.interrupt_response
        by_speech = by_speech and not old.link.held_back
        if isinstance(event, wish.InterruptAsked) or (by_speech and old.link.phase in LINKED):
            playing = (p.response_id for p in old.sound.playing if not p.gone)
            self.silenced |= {old.responses.active, *playing} - {None}


@given(STARTS, st.lists(EVENTS, max_size=60))
@settings(max_examples=300)
def test_whatever_comes_the_core_keeps_its_word(start: AppState, events: list[ev.Event]) -> None:
    watcher = Watcher(start)
    for event in events:
        watcher.feed(event)
    state, effects = step(watcher.state, wish.HangUpAsked())
    assert state.link == AppState().link
    assert fx.CloseLink() in effects
    assert fx.CloseSound() in effects
    assert orders(effects) == ()


@given(st.lists(EVENTS, max_size=40))
def test_the_same_events_always_lead_to_the_same_state(events: list[ev.Event]) -> None:
    first, second = live(), live()
    for event in events:
        first, effects = step(first, event)
        second, again = step(second, event)
        assert (first, effects) == (second, again)


@given(STARTS, st.lists(EVENTS, max_size=40))
def test_from_any_state_a_call_can_be_made(start: AppState, events: list[ev.Event]) -> None:
    state = after(start, *events, wish.HangUpAsked(), wish.ConnectAsked())
    state = after(replace(state, muted=False), far.LinkOpened(), far.SessionStarted())
    state = after(state, far.SessionConfigured())
    assert state.link.phase is Phase.LIVE

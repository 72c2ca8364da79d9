"""The traps that servers and races lay, and that the core alone can avoid: one scenario each."""

from __future__ import annotations

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.events import TimerFired
from desktop_app.core.problems import Action, Kind
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Floor, Phase, Talk
from tests.core.dialogue import (
    LOST,
    after,
    kinds,
    live,
    manual,
    only,
    orders,
    pcm,
    run,
    speaking,
    told,
    words,
)

TURN = (
    far.UserSpeechStarted("u1"),
    far.UserSpeechStopped("u1"),
    far.InputCommitted("u1"),
    far.ItemAdded("u1", "message", "user"),
)
ANSWER = (
    far.ResponseStarted("r1"),
    far.ItemAdded("a1", "message", "assistant", "u1"),
    far.AssistantTextArrived("r1", "a1", "It is noon."),
    far.AudioArrived("r1", "a1", pcm(900)),
    far.AssistantTextDone("r1", "a1", "It is noon."),
    far.ResponseEnded("r1", texts=(("a1", "It is noon."),)),
)
TRANSCRIPT = far.UserTextDone("u1", "What time is it?")
BOTH = ["user: What time is it?", "assistant: It is noon."]
AGAIN = (
    TimerFired("retry"),
    far.LinkOpened(),
    far.SessionStarted(),
    far.SessionConfigured(),
)


@pytest.mark.parametrize(
    "events",
    [
        (*TURN, TRANSCRIPT, *ANSWER),
        (*TURN, *ANSWER[:3], TRANSCRIPT, *ANSWER[3:]),
        (*TURN, *ANSWER, TRANSCRIPT),
    ],
    ids=["before", "during", "after"],
)
def test_the_users_transcript_before_during_and_after_the_answer(
    events: tuple[far.FarEndEvent, ...],
) -> None:
    assert words(after(live(), *events)) == BOTH


def test_the_users_transcript_never() -> None:
    state, effects = run(live(), *TURN, *ANSWER)
    assert fx.StartTimer("transcript:u1", 15_000) in effects
    state = after(state, TimerFired("transcript:u1"))
    assert words(state) == ["user: ", BOTH[1]]


def test_the_response_is_done_long_before_playback_ends() -> None:
    state = after(live(), *TURN, *ANSWER)
    assert (state.floor, state.talk) == (Floor.ASSISTANT, Talk.SPEAKING)
    state, effects = run(
        state, far.UserSpeechStarted("u2"), sound.SpeakerStopped("a1", 300, cut=True)
    )
    assert effects == (fx.CutSpeaker(), fx.TruncateItem("a1", 300, "cut_2"))


def test_a_cancel_races_with_completion() -> None:
    state = after(speaking(), wish.InterruptAsked(), far.ResponseEnded("r1", "completed"))
    state = after(state, far.ServerError("response_cancel_not_active", event_id="cancel_2"))
    assert (kinds(state), state.responses.active) == (set(), None)
    assert only(told(state, wish.AnswerAsked()), fx.CreateResponse)


def test_an_active_response_is_in_the_way() -> None:
    state = after(live(), wish.TextSubmitted("Hi"), far.ResponseStarted("r1"))
    busy = far.ServerError("conversation_already_has_active_response", event_id="resp_3")
    state, effects = run(state, busy)
    assert (effects, kinds(state)) == ((fx.StopTimer("response"),), set())
    assert only(told(state, far.ResponseEnded("r1")), fx.CreateResponse)


def test_a_commit_of_less_than_100_ms() -> None:
    state = after(manual(), wish.TalkPressed(), sound.MicFrame(pcm(90)), wish.TalkReleased())
    state, effects = run(state, TimerFired("release"))
    assert (orders(effects), kinds(state)) == ((fx.ClearInput(),), {Kind.HOLD_LONGER})


@pytest.mark.parametrize(
    ("code", "kind", "retried"),
    [
        ("insufficient_quota", Kind.NO_QUOTA, False),
        ("rate_limit_exceeded", Kind.RATE_LIMITED, True),
    ],
)
def test_a_response_fails_without_an_error_event(code: str, kind: Kind, *, retried: bool) -> None:
    state = after(live(), *TURN, far.ResponseStarted("r1"))
    state, effects = run(state, far.ResponseEnded("r1", "failed", code=code))
    assert kinds(state) == {kind}
    assert bool(only(effects, fx.StartTimer)) is retried


def test_a_response_of_several_items() -> None:
    state = speaking(speaking(), 1000, item="a2")
    effects = told(state, far.UserSpeechStarted("u1"), sound.SpeakerStopped("a1", 1999, cut=True))
    assert effects[1:] == (fx.TruncateItem("a1", 1999, "cut_2"), fx.DeleteItem("a2", "drop_3"))


def test_late_deltas_of_a_cancelled_response() -> None:
    state = after(speaking(), wish.InterruptAsked(), sound.SpeakerStopped("a1", 500, cut=True))
    late = (
        far.AudioArrived("r1", "a1", pcm(20)),
        far.AssistantTextArrived("r1", "a1", " five"),
        far.AudioArrived("r1", "a9", pcm(20)),
    )
    assert run(state, *late) == (state, ())


def test_a_voice_change_after_audio() -> None:
    state = after(speaking(), far.ResponseEnded("r1"))
    state, effects = run(state, wish.SettingsChanged(Settings(voice="cedar")))
    assert [e.voice_fixed for e in only(effects, fx.ConfigureSession)] == [True]
    assert state.problems[0].action is Action.NEW_CONVERSATION


def test_a_session_update_is_rejected() -> None:
    state = after(AppState(), wish.ConnectAsked(), far.LinkOpened(), far.SessionStarted())
    error = far.ServerError("unknown_parameter", param="session.reasoning", event_id="cfg_1")
    state, effects = run(state, error, far.SessionConfigured())
    assert [e.omit for e in only(effects, fx.ConfigureSession)] == [frozenset({"reasoning"})]
    assert state.link.phase is Phase.LIVE


def test_the_server_closes_at_the_limit_of_the_session() -> None:
    reason = "Your session hit the maximum duration of 60 minutes."
    failure = far.LinkFailure("closed", close_code=1001, detail=reason)
    state, effects = run(live(), far.LinkLost(failure))
    assert (only(effects, fx.OpenLink), kinds(state)) == ([fx.OpenLink(Settings())], set())


@pytest.mark.parametrize(
    ("failure", "kind", "action"),
    [
        (far.LinkFailure("http", http_status=401), Kind.BAD_KEY, Action.SET_KEY),
        (far.LinkFailure("closed", 0, 4000, "invalid_model"), Kind.BAD_MODEL, Action.OPEN_SETTINGS),
        (
            far.LinkFailure("closed", 0, 4000, "beta_api_shape_disabled"),
            Kind.SERVER_REFUSED,
            Action.OPEN_SETTINGS,
        ),
    ],
    ids=["401", "model unknown", "beta shape refused"],
)
def test_a_refusal_ends_with_a_next_step(
    failure: far.LinkFailure, kind: Kind, action: Action
) -> None:
    state, effects = run(after(AppState(), wish.ConnectAsked()), far.LinkLost(failure))
    assert [(p.kind, p.action) for p in state.problems] == [(kind, action)]
    assert only(effects, fx.StartTimer) == []


def test_a_server_without_truncate_or_cancel() -> None:
    state = speaking(live(able=Capabilities(truncate=False, cancel=False)))
    state, effects = run(state, wish.InterruptAsked(), sound.SpeakerStopped("a1", 1000, cut=True))
    assert effects == (fx.CutSpeaker(),)
    assert words(state) == ["assistant: one two"]


def test_a_flood_of_20_000_deltas() -> None:
    state = after(live(), *ANSWER[:2])
    state = after(state, *(far.AssistantTextArrived("r1", "a1", "word ") for _ in range(20_000)))
    (row,) = state.rows
    assert row.text == "word " * 20_000
    assert max(len(block) for block in row.blocks) <= 1024, "a word copies one block at most"


def test_the_socket_drops_in_mid_word_and_the_history_is_replayed_as_text() -> None:
    state = after(live(), *TURN, TRANSCRIPT, *ANSWER, sound.SpeakerStopped("a1", 900, cut=False))
    state = speaking(after(state, far.UserSpeechStarted("u2")), item="a2", response="r2")
    state = after(state, wish.InterruptAsked(), sound.SpeakerStopped("a2", 1000, cut=True))
    effects = told(state, LOST, *AGAIN)
    assert [(e.role, e.text) for e in only(effects, fx.AddText)] == [
        ("user", "What time is it?"),
        ("assistant", "It is noon."),
        ("assistant", "one two"),
    ]

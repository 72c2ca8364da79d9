"""What to do when the server answers one of our events with an ``error``."""

from __future__ import annotations

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.events import TimerFired
from desktop_app.core.problems import Action, Kind
from desktop_app.core.refusals import MOST_OMITTED
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Phase
from tests.core.dialogue import after, kinds, live, manual, only, orders, run, speaking, told

CONFIGURING = after(AppState(), wish.ConnectAsked(), far.LinkOpened(), far.SessionStarted())


def refused(param: str, event_id: str = "cfg_1") -> far.ServerError:
    return far.ServerError("unknown_parameter", "invalid_request_error", "No.", param, event_id)


def test_a_refused_parameter_is_left_out_and_the_rest_sent_again() -> None:
    state, effects = run(CONFIGURING, refused("session.reasoning"))
    assert orders(effects) == (
        fx.ConfigureSession(Settings(), "cfg_2", omit=frozenset({"reasoning"})),
    )
    assert kinds(state) == {Kind.SETTING_REFUSED}
    assert "reasoning" in state.problems[0].title
    assert state.problems[0].action is Action.OPEN_SETTINGS
    assert after(state, far.SessionConfigured()).link.phase is Phase.LIVE


def test_a_refusal_is_told_in_the_words_of_the_settings_page() -> None:
    state = after(CONFIGURING, refused("session.audio.output.speed"))
    assert "“Speed”" in state.problems[0].title


def test_an_error_without_a_name_while_configuring_is_about_the_configuration() -> None:
    assert orders(told(CONFIGURING, refused("session.tools", event_id="")))


@pytest.mark.parametrize("param", ["", "session.reasoning"])
def test_a_refusal_that_nothing_can_be_left_out_for_goes_on_with_the_servers_own_ways(
    param: str,
) -> None:
    state = after(CONFIGURING, refused("session.reasoning"), refused(param))
    assert state.link.phase is Phase.LIVE
    assert kinds(state) == {Kind.SETTING_REFUSED}


def test_leaving_out_ends_somewhere() -> None:
    state = after(CONFIGURING, *(refused(f"session.p{i}") for i in range(MOST_OMITTED)))
    assert state.link.phase is Phase.CONFIGURING
    state, effects = run(state, refused("session.another"))
    assert (state.link.phase, orders(effects)) == (Phase.LIVE, ())


def test_what_was_refused_is_not_sent_again_in_the_next_session() -> None:
    state = after(CONFIGURING, refused("session.reasoning"), far.SessionConfigured())
    lost = far.LinkLost(far.LinkFailure("closed"))
    effects = told(state, lost, TimerFired("retry"), far.LinkOpened(), far.SessionStarted())
    assert orders(effects)[0].omit == {"reasoning"}  # type: ignore[union-attr]


def test_a_refusal_in_mid_session_leaves_it_alive() -> None:
    state, effects = run(live(), refused("session.speed"))
    assert only(effects, fx.ConfigureSession)
    assert state.link.phase is Phase.LIVE
    assert after(state, refused("")).link.phase is Phase.LIVE


def test_an_error_about_the_account_is_no_refused_setting() -> None:
    error = far.ServerError("insufficient_quota", event_id="cfg_1")
    state, effects = run(CONFIGURING, error)
    assert (kinds(state), orders(effects)) == ({Kind.NO_QUOTA}, ())


# --- the voice --------------------------------------------------------------------------------


def test_a_voice_after_sound_comes_with_the_next_conversation() -> None:
    state, effects = run(live(), far.ServerError("cannot_update_voice", event_id="cfg_1"))
    assert only(effects, fx.ConfigureSession)[0].voice_fixed
    assert kinds(state) == {Kind.VOICE_FIXED}
    assert state.problems[0].action is Action.NEW_CONVERSATION
    state, effects = run(state, wish.NewConversationAsked(), far.LinkOpened(), far.SessionStarted())
    assert not only(effects, fx.ConfigureSession)[0].voice_fixed
    assert kinds(state) == set()


def test_a_server_that_refuses_every_voice_is_not_asked_for_ever() -> None:
    error = far.ServerError("cannot_update_voice")
    assert len(orders(told(live(), *[error] * 20))) == MOST_OMITTED - 1


# --- races and what a server can't do ----------------------------------------------------------


@pytest.mark.parametrize("code", ["item_truncate_invalid_item_id", "unsupported_content_type"])
@pytest.mark.parametrize("event_id", ["cut_2", "drop_2", "cancel_2"])
def test_races_are_written_to_the_log_only(code: str, event_id: str) -> None:
    state, effects = run(live(), far.ServerError(code, event_id=event_id))
    assert kinds(state) == set()
    assert [type(e) for e in effects] == [fx.Note]
    assert state.link.capabilities == Capabilities()


@pytest.mark.parametrize(
    "error",
    [
        {"code": "unknown_event"},
        {"type": "invalid_event_type"},
        {"code": "invalid_value", "param": "type"},
    ],
)
def test_a_server_without_truncate_delete_or_cancel_is_asked_once(error: dict[str, str]) -> None:
    state = after(live(), far.ServerError(event_id="cut_2", **error))
    assert state.link.capabilities == Capabilities(truncate=False)
    state = after(state, far.ServerError(event_id="drop_3", **error))
    state = after(state, far.ServerError(event_id="cancel_4", **error))
    assert state.link.capabilities == Capabilities(False, False, False)
    state, effects = run(
        speaking(state), wish.InterruptAsked(), sound.SpeakerStopped("a1", 500, cut=True)
    )
    assert (effects, kinds(state)) == ((fx.CutSpeaker(),), set())


def test_a_refused_cancel_may_be_tried_again() -> None:
    state = after(speaking(), wish.InterruptAsked(), far.ServerError("oops", event_id="cancel_2"))
    assert not state.responses.cancelling


def test_a_refused_commit_is_not_waited_for() -> None:
    state = after(manual(), wish.TalkPressed())
    state = after(
        state, *[sound.MicFrame(bytes(48_00))] * 10, wish.TalkReleased(), TimerFired("release")
    )
    assert state.commit == "commit_2"
    state = after(state, far.ServerError("invalid_value", event_id="commit_2"))
    assert state.commit is None


@pytest.mark.parametrize(
    ("error", "shown"),
    [
        (far.ServerError(type="server_error", message="Down."), {Kind.SERVER_TROUBLE}),
        (far.ServerError(type="server_error"), {Kind.SERVER_TROUBLE}),
        (far.ServerError("insufficient_quota"), {Kind.NO_QUOTA}),
        (far.ServerError("invalid_value", "invalid_request_error"), set()),
        (far.ServerError("item_create_duplicate_item_id"), set()),
        (far.ServerError(), set()),
    ],
)
def test_other_errors_are_told_if_they_are_the_users_business(
    error: far.ServerError, shown: set[Kind]
) -> None:
    state, effects = run(live(), error)
    assert kinds(state) == shown
    assert [type(e) for e in effects] == [fx.Note]

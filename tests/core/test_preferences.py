"""What a change of the settings costs, and paying it."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.events import TimerFired
from desktop_app.core.problems import Kind
from desktop_app.core.settings import Settings, specs
from desktop_app.core.spec import Cost
from desktop_app.core.state import AppState, Phase
from tests.core.dialogue import after, kinds, live, manual, only, orders, run, speaking, told

BASE = Settings()


def changed(state: AppState, **values: object) -> wish.SettingsChanged:
    return wish.SettingsChanged(replace(state.settings, **values))  # type: ignore[arg-type]


def other(name: str) -> object:
    """Return a value of the setting that is not its default."""
    value = getattr(BASE, name)
    if isinstance(value, bool):
        return not value
    return value + 1 if isinstance(value, int | float) else value + "x"


def test_no_change_costs_nothing() -> None:
    assert run(live(), changed(live())) == (live(), ())


@pytest.mark.parametrize("name", specs())
def test_every_setting_is_saved_and_costs_what_it_declares(name: str) -> None:
    state, effects = run(live(), changed(live(), **{name: other(name)}))
    assert effects[0] == fx.SaveSettings(state.settings)
    cost = specs()[name].cost
    assert bool(only(effects, fx.OpenSound)) == (cost is Cost.REOPEN_AUDIO)
    assert bool(only(effects, fx.OpenLink)) == (cost in (Cost.RENEW, Cost.RECONNECT))
    assert bool(only(effects, fx.ConfigureSession)) == (cost is Cost.SESSION_UPDATE)


@pytest.mark.parametrize("name", specs())
def test_while_offline_every_setting_is_only_saved(name: str) -> None:
    state, effects = run(AppState(), changed(AppState(), **{name: other(name)}))
    assert effects == (fx.SaveSettings(state.settings),)


def test_another_device_and_another_server_at_once() -> None:
    effects = told(live(), changed(live(), microphone="Headset", model="model-b"))
    assert only(effects, fx.OpenSound) == [fx.OpenSound("Headset", "")]
    assert only(effects, fx.OpenLink)


def test_another_server_may_take_what_this_one_refused() -> None:
    state = after(live(), far.ServerError("x", param="session.reasoning", event_id="cfg_1"))
    assert state.link.omitted
    state = after(state, changed(state, model="model-b"))
    assert (state.link.omitted, kinds(state)) == (frozenset(), set())


def test_settings_wait_for_the_end_of_an_answer() -> None:
    state, effects = run(speaking(), changed(live(), speed=1.2))
    assert orders(effects) == ()
    state, effects = run(state, far.ResponseEnded("r1"))
    assert [e.settings.speed for e in only(effects, fx.ConfigureSession)] == [1.2]
    assert told(state, far.RateLimited("tokens", 1, 0.0)) == ()


def test_settings_wait_for_an_answer_that_is_only_requested() -> None:
    state, effects = run(live(), wish.AnswerAsked(), changed(live(), speed=1.2))
    assert only(effects, fx.ConfigureSession) == []
    assert only(told(state, far.ResponseEnded("r1")), fx.ConfigureSession)


def test_settings_changed_while_the_session_is_configured_are_sent_when_it_lives() -> None:
    state = after(AppState(), wish.ConnectAsked(), far.LinkOpened(), far.SessionStarted())
    state, effects = run(state, changed(state, speed=1.2))
    assert orders(effects) == ()
    state, effects = run(state, far.SessionConfigured())
    assert [e.settings.speed for e in only(effects, fx.ConfigureSession)] == [1.2]
    assert state.link.phase is Phase.LIVE


def test_settings_changed_before_the_session_is_configured_need_nothing_more() -> None:
    state = after(AppState(), wish.ConnectAsked(), far.LinkOpened())
    state, effects = run(
        state, changed(state, speed=1.2), TimerFired("created"), far.SessionConfigured()
    )
    assert [e.settings.speed for e in only(effects, fx.ConfigureSession)] == [1.2]


def test_a_new_voice_before_the_first_sound_is_taken_and_after_it_waits() -> None:
    state, effects = run(live(), changed(live(), voice="cedar"))
    assert (kinds(state), only(effects, fx.ConfigureSession)[0].voice_fixed) == (set(), False)
    state = after(speaking(), far.ResponseEnded("r1"))
    state, effects = run(state, changed(live(), voice="cedar"))
    assert (kinds(state), only(effects, fx.ConfigureSession)[0].voice_fixed) == (
        {Kind.VOICE_FIXED},
        True,
    )


def test_a_voice_chosen_just_before_the_first_sound_is_told_to_wait() -> None:
    state = after(live(), far.ResponseStarted("r1"), changed(live(), voice="cedar"))
    assert kinds(state) == set()
    state = after(speaking(state), far.ResponseEnded("r1"))
    assert kinds(state) == {Kind.VOICE_FIXED}


def test_another_way_to_take_turns_begins_with_an_empty_buffer() -> None:
    state = after(manual(), wish.TalkPressed())
    state, effects = run(state, changed(state, turn_detection="server_vad"))
    assert [type(e) for e in orders(effects)] == [fx.ConfigureSession, fx.ClearInput]
    assert not state.pressed


def test_another_way_to_take_turns_with_another_server_forgets_the_press() -> None:
    state = after(manual(), wish.TalkPressed())
    state = after(state, changed(state, turn_detection="server_vad", model="model-b"))
    assert not state.pressed
    assert only(told(state, wish.TalkReleased(), TimerFired("release")), fx.CommitInput) == []


def test_what_the_engine_needs_anew_waits_until_nobody_speaks() -> None:
    state, effects = run(speaking(), changed(speaking(), engine_brain="skills"))
    assert not only(effects, fx.OpenLink)
    ended = (far.ResponseEnded("r1"), sound.SpeakerStopped("a1", 2000, cut=False))
    state, effects = run(state, *ended)
    assert [effect.settings.engine_brain for effect in only(effects, fx.OpenLink)] == ["skills"]


def test_what_the_engine_needs_anew_is_nothing_to_a_server() -> None:
    state = live()
    state = replace(state, settings=replace(state.settings, service="server"))
    assert not only(run(state, changed(state, engine_brain="skills"))[1], fx.OpenLink)


def test_while_connecting_another_engine_is_asked_for_at_once() -> None:
    state, _ = run(AppState(), wish.ConnectAsked())
    _, effects = run(state, changed(state, engine_ears="whisper-base"))
    assert len(only(effects, fx.OpenLink)) == 1

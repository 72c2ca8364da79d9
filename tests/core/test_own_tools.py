"""The app's own tools: what the assistant may change by itself, within the bounds."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core.capabilities import Capabilities
from desktop_app.core.own_tools import (
    SET_SPEED,
    SET_VOLUME,
    declarations,
    is_own,
    offered,
    turned,
)
from desktop_app.core.settings import Settings, checked
from desktop_app.core.state import AppState
from tests.core.dialogue import after, live, only, orders, run

NAMES = (SET_VOLUME, SET_SPEED)
HERE = live(able=Capabilities(steers=True))
ANY_JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(("percent", "speed", "change", "x")), inner, max_size=3)
    ),
)


def calls(name: str, arguments: str) -> far.ToolCalled:
    return far.ToolCalled("r1", "f1", "c1", name, arguments)


@given(
    st.sampled_from(NAMES),
    ANY_JSON.map(json.dumps) | st.text(max_size=20),
    st.integers(0, 100),
    st.floats(0.25, 1.5),
)
def test_whatever_is_asked_for_the_settings_stay_such_as_fit(
    name: str, arguments: str, volume: int, speed: float
) -> None:
    before = Settings(volume=volume, speed=speed)
    settings, output = turned(before, name, arguments)
    kept = {one: getattr(settings, one) for one in ("volume", "speed")}
    assert checked(kept)[1] == ()
    assert output
    other = "speed" if name == SET_VOLUME else "volume"
    assert getattr(settings, other) == getattr(before, other)


@given(st.integers(0, 100), st.integers(-100, 100).filter(bool))
def test_a_change_goes_its_way_or_up_to_the_end(volume: int, change: int) -> None:
    settings, output = turned(Settings(volume=volume), SET_VOLUME, json.dumps({"change": change}))
    assert settings.volume == min(100, max(0, volume + change))
    assert ("already" in output) == (settings.volume == volume)


@pytest.mark.parametrize(
    ("name", "arguments", "output"),
    [
        (SET_VOLUME, '{"percent": 30}', "The volume is now 30 percent."),
        (SET_VOLUME, '{"percent": 101}', "The volume goes from 0 to 100 percent."),
        (SET_VOLUME, '{"change": 20}', "It is as loud as it can be already."),
        (SET_VOLUME, '{"change": 0}', "The volume is now 100 percent."),
        (SET_VOLUME, "{}", "Error: give either percent or change, a number."),
        (SET_VOLUME, '{"percent": NaN}', "Error: give either percent or change, a number."),
        (SET_VOLUME, '{"percent": true}', "Error: give either percent or change, a number."),
        (SET_VOLUME, "[]", "Error: give either percent or change, a number."),
        (SET_VOLUME, "loud", "Error: give either percent or change, a number."),
        (SET_SPEED, '{"speed": 0.8}', "I now speak at 80% of the usual speed."),
        (SET_SPEED, '{"change": -9}', "I now speak at 25% of the usual speed."),
        (
            SET_SPEED,
            '{"speed": 0.2}',
            "The speed goes from 25 to 150 percent of the usual one.",
        ),
    ],
)
def test_the_output_says_what_has_come_of_it(name: str, arguments: str, output: str) -> None:
    assert turned(Settings(), name, arguments)[1] == output


def test_they_are_offered_to_the_engine_of_this_computer_or_where_the_user_wants_it() -> None:
    assert not offered(AppState())
    assert offered(AppState(settings=Settings(spoken_settings=True)))
    assert offered(HERE)
    assert {str(one["name"]) for one in declarations()} == set(NAMES)
    assert all(is_own(name) for name in NAMES)
    assert not is_own("clock")


def test_a_call_changes_the_setting_gives_its_output_and_asks_once() -> None:
    running = after(HERE, far.ResponseStarted("r1"))
    state, effects = run(running, calls(SET_VOLUME, '{"change": -20}'))
    quieter = replace(Settings(), volume=80)
    assert effects == (
        fx.SaveSettings(quieter),
        fx.AddToolOutput("c1", "The volume is now 80 percent."),
    )
    assert state.settings == quieter
    state, effects = run(state, far.ResponseEnded("r1"))
    assert [type(one) for one in orders(effects)] == [fx.CreateResponse]


def test_another_speed_reaches_the_server_before_the_answer_is_asked_for() -> None:
    running = after(HERE, far.ResponseStarted("r1"))
    state, effects = run(running, calls(SET_SPEED, '{"speed": 0.8}'))
    assert not only(effects, fx.ConfigureSession)
    state, effects = run(state, far.ResponseEnded("r1"))
    assert [type(one) for one in orders(effects)] == [fx.ConfigureSession, fx.CreateResponse]
    (order,) = only(effects, fx.ConfigureSession)
    assert order.settings.speed == 0.8
    assert order.own_tools


def test_where_they_are_not_offered_a_call_is_for_the_other_tools() -> None:
    running = after(live(), far.ResponseStarted("r1"))
    _, effects = run(running, calls(SET_VOLUME, "{}"))
    assert effects == (fx.RunTool("c1", SET_VOLUME, "{}"),)

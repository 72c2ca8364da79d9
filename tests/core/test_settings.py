"""Every setting is declared once, and loose values are checked against the declaration."""

from __future__ import annotations

from dataclasses import fields, replace

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.settings import Settings, checked, cost_of, specs
from desktop_app.core.spec import Cost

BASE = Settings()
NAMES = [f.name for f in fields(Settings)]
HUGE = 10**400

LOOSE = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text() | st.just(HUGE),
    lambda inner: st.lists(inner, max_size=2) | st.dictionaries(st.text(), inner, max_size=2),
    max_leaves=3,
)


def test_nothing_given_means_the_defaults() -> None:
    assert checked({}) == (Settings(), ())


@pytest.mark.parametrize("name", NAMES)
def test_every_default_fits_its_own_declaration(name: str) -> None:
    value = getattr(BASE, name)
    assert checked({name: value}) == (BASE, ())
    assert specs()[name].label


@pytest.mark.parametrize("name", [n for n in NAMES if specs()[n].choices])
def test_every_choice_fits_and_another_value_only_where_it_may_be_typed(name: str) -> None:
    for value, label in specs()[name].choices:
        settings, bad = checked({name: value})
        assert (getattr(settings, name), bad) == (value, ())
        assert label or not value
    assert checked({name: "something else"})[1] == (() if specs()[name].editable else (name,))


@pytest.mark.parametrize("name", [n for n in NAMES if specs()[n].low is not None])
def test_ranges_include_their_ends_and_nothing_beyond(name: str) -> None:
    spec = specs()[name]
    assert spec.low is not None
    assert spec.high is not None
    kind = type(getattr(BASE, name))
    for value in (spec.low, spec.high):
        settings, bad = checked({name: kind(value)})
        assert (getattr(settings, name), bad) == (value, ())
    for value in (spec.low - 1, spec.high + 1, HUGE, -HUGE):
        assert checked({name: value if abs(value) == HUGE else kind(value)}) == (BASE, (name,))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("value", [None, [], {}, HUGE, float("nan"), float("inf"), b"x"])
def test_a_value_that_does_not_fit_leaves_the_default_and_is_named(
    name: str, value: object
) -> None:
    assert checked({name: value}) == (BASE, (name,))


def test_truth_is_no_number_and_a_number_no_truth() -> None:
    assert checked({"speed": True, "create_response": 1})[1] == ("speed", "create_response")
    assert checked({"create_response": False})[0] == replace(BASE, create_response=False)


def test_a_whole_number_is_a_speed_too() -> None:
    settings, bad = checked({"speed": 1})
    assert (settings.speed, type(settings.speed), bad) == (1.0, float, ())


def test_unknown_names_are_left_to_their_keeper() -> None:
    assert checked({"from_the_future": 1}) == (BASE, ())


@given(st.dictionaries(st.sampled_from(NAMES), LOOSE))
def test_whatever_a_file_holds_becomes_settings_that_fit(values: dict[str, object]) -> None:
    settings, bad = checked(values)
    assert set(bad) <= set(values)
    assert checked({name: getattr(settings, name) for name in NAMES}) == (settings, ())


def test_the_cost_of_a_change_is_that_of_its_dearest_part() -> None:
    assert cost_of(BASE, BASE) is None
    assert cost_of(BASE, replace(BASE, theme="dark")) is Cost.NOW
    assert cost_of(BASE, replace(BASE, theme="dark", speed=1.2)) is Cost.SESSION_UPDATE
    assert cost_of(BASE, replace(BASE, speaker="x", speed=1.2)) is Cost.REOPEN_AUDIO
    assert cost_of(BASE, replace(BASE, speaker="x", model="y")) is Cost.RECONNECT

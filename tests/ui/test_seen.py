"""Skipping what has been shown."""

from __future__ import annotations

from desktop_app.core.state import LinkState
from desktop_app.ui.seen import Seen


def test_the_first_snapshot_is_new_and_the_same_one_is_not() -> None:
    seen, link = Seen(), LinkState()
    assert not seen.same(link, "words", 3)
    assert seen.same(link, "words", 3)


def test_an_equal_but_other_object_is_new_for_comparing_could_be_dear() -> None:
    seen = Seen()
    seen.same(LinkState())
    assert not seen.same(LinkState())


def test_no_parts_are_new_at_first_too() -> None:
    seen = Seen()
    assert not seen.same(None)
    assert seen.same(None)
    seen.forget()
    assert not seen.same(None)

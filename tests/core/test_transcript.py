"""Rows ordered by links, filled whenever the text comes."""

from __future__ import annotations

from itertools import permutations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.transcript import (
    BLOCK_CHARS,
    Role,
    Row,
    Rows,
    Text,
    find,
    grown,
    heard_part,
    index_of,
    place,
    put,
    remove,
    worded,
)

IDS = st.sampled_from("abcdefgh")
ROWS = st.lists(
    st.builds(
        Row,
        IDS,
        st.sampled_from(Role),
        st.sampled_from(Text),
        tail=st.text(max_size=3),
        sent=st.booleans(),
    ),
    unique_by=lambda row: row.item_id,
    max_size=8,
).map(tuple)


def ids(rows: Rows) -> str:
    return "".join(row.item_id for row in rows)


def rows_of(names: str, state: Text = Text.WAITING) -> Rows:
    return tuple(Row(name, Role.USER, state) for name in names)


@pytest.mark.parametrize(
    ("names", "item", "previous", "expected"),
    [
        ("", "a", None, "a"),
        ("ab", "c", None, "abc"),
        ("ab", "c", "a", "acb"),
        ("ab", "c", "unknown", "abc"),
        ("ab", "b", None, "ab"),
        ("ab", "a", "b", "ba"),
        ("abc", "c", "a", "acb"),
        ("abc", "c", "b", "abc"),
        ("abc", "a", "a", "abc"),
    ],
)
def test_a_row_stands_behind_its_predecessor(
    names: str, item: str, previous: str | None, expected: str
) -> None:
    assert ids(place(rows_of(names), Row(item, Role.USER), previous)) == expected


def test_a_settled_row_moves_only_when_the_order_is_broken() -> None:
    rows = rows_of("abc", Text.DONE)
    assert place(rows, rows[2], "a") is rows
    assert ids(place(rows, rows[0], "c")) == "bca"


@pytest.mark.parametrize("state", [Text.LOST, Text.NONE, Text.FAILED])
def test_rows_the_server_does_not_know_stay_with_their_predecessor(state: Text) -> None:
    rows = (*rows_of("a", Text.DONE), *rows_of("x", state))
    assert ids(place(rows, Row("b", Role.USER), "a")) == "axb"
    waiting = (*rows, *rows_of("b"))
    assert place(waiting, waiting[2], "a") is waiting


def test_links_make_the_order_of_the_server_of_any_order_of_arrival() -> None:
    links = {"a": None, "b": "a", "c": "b", "d": "c"}
    for order in permutations("abcd"):
        rows = rows_of("".join(order))
        for _ in links:
            for item, previous in links.items():
                rows = place(rows, Row(item, Role.USER), previous)
        assert ids(rows) == "abcd"


@given(ROWS, IDS, st.none() | IDS)
def test_placing_loses_nothing_and_touches_no_other_row(
    rows: Rows, item: str, previous: str | None
) -> None:
    placed = place(rows, Row(item, Role.USER), previous)
    others = [row for row in placed if row.item_id != item]
    assert [id(row) for row in others] == [id(row) for row in rows if row.item_id != item]
    assert ids(placed).count(item) == 1
    if previous and previous != item and find(rows, previous):
        assert index_of(placed, previous) < index_of(placed, item)
    old = find(rows, item)
    assert old is None or find(placed, item) is old
    assert place(placed, Row(item, Role.USER), previous) is placed, "twice is once"


@given(ROWS, IDS, st.text())
def test_putting_replaces_one_row_or_adds_it(rows: Rows, item: str, text: str) -> None:
    row = worded(Row(item, Role.USER), text, Text.DONE)
    new = put(rows, row)
    assert find(new, item) == row
    assert len(new) == len(rows) + (find(rows, item) is None)
    assert put(new, row) is new
    assert all(a is b for a, b in zip(rows, new, strict=False) if a.item_id != item)


@given(ROWS, IDS)
def test_removing_drops_one_row(rows: Rows, item: str) -> None:
    new = remove(rows, item)
    assert find(new, item) is None
    assert [id(r) for r in new] == [id(r) for r in rows if r.item_id != item]
    assert new is rows or find(rows, item) is not None


@given(st.lists(st.text(max_size=600), max_size=12))
def test_growing_joins_all_pieces_and_settles_them_in_blocks(pieces: list[str]) -> None:
    row = Row("a", Role.ASSISTANT)
    for piece in pieces:
        before = row.blocks
        row = grown(row, piece)
        assert row.blocks[: len(before)] == before
        assert len(row.tail) <= BLOCK_CHARS
    assert row.text == "".join(pieces)
    assert row.state is (Text.PARTIAL if pieces else Text.WAITING)


def test_a_long_answer_is_not_copied_with_every_word() -> None:
    row = Row("a", Role.ASSISTANT)
    for _ in range(20_000):
        row = grown(row, "word ")
    assert len(row.blocks) == pytest.approx(20_000 * 5 / BLOCK_CHARS, rel=0.01)
    assert len(row.text) == 100_000


@pytest.mark.parametrize(
    ("text", "heard_ms", "expected"),
    [
        ("one two three four", 0, ""),
        ("one two three four", 1000, "one two"),
        ("one two three four", 300, ""),
        ("one two three four", 2000, "one two three four"),
        ("one two three four", 9000, "one two three four"),
        ("one two three four", -5, ""),
        ("one\ntwo three", 900, "one"),
        ("今天天气很好", 1000, "今天天"),
        ("ภาษาไทย", 1000, "ภาษ"),
        ("今天Python", 1000, "今天"),
        ("", 1000, ""),
    ],
)
def test_what_was_heard_is_cut_at_a_words_end(text: str, heard_ms: int, expected: str) -> None:
    assert heard_part(text, heard_ms, 2000) == expected


def test_without_any_sound_the_text_is_whole() -> None:
    assert heard_part("only written", 0, 0) == "only written"


@given(st.text("ab \n今ไ"), st.integers(-10, 3000), st.integers(0, 2000), st.integers(0, 500))
def test_what_was_heard_is_a_beginning_and_grows_with_time(
    text: str, heard_ms: int, received_ms: int, more_ms: int
) -> None:
    part = heard_part(text, heard_ms, received_ms)
    assert text.startswith(part)
    assert len(part) <= len(heard_part(text, heard_ms + more_ms, received_ms))


def test_empty_rows_of_the_user_are_shown_and_those_of_others_are_not() -> None:
    assert Row("a", Role.USER).shown
    assert not Row("a", Role.USER, Text.NONE).shown
    assert not Row("a", Role.ASSISTANT).shown
    assert Row("a", Role.ASSISTANT, blocks=("x",)).shown
    assert not Row("a", Role.SYSTEM, tail="x").shown

"""The transcript as a Qt model: smallest signals, and never another content than the snapshot's."""

from __future__ import annotations

from dataclasses import replace

import pytest
from hypothesis import given
from hypothesis import strategies as st
from PySide6.QtCore import QModelIndex, Qt
from pytestqt.modeltest import ModelTester

from desktop_app.core.transcript import Role, Row, Rows, Text, grown, place
from desktop_app.ui.transcript_model import ROW_ROLE, TranscriptModel
from tests.ui.scenes import TALK, said


class Signals:
    """Names of what a model signalled, with the rows."""

    def __init__(self, model: TranscriptModel) -> None:
        self.seen: list[tuple[object, ...]] = []
        model.rowsInserted.connect(lambda _, a, b: self.seen.append(("inserted", a, b)))
        model.rowsRemoved.connect(lambda _, a, b: self.seen.append(("removed", a, b)))
        model.rowsMoved.connect(lambda _, a, b, __, to: self.seen.append(("moved", a, to)))
        model.dataChanged.connect(lambda a, b: self.seen.append(("changed", a.row(), b.row())))
        model.modelReset.connect(lambda: self.seen.append(("reset",)))


@pytest.fixture
def model(qtmodeltester: ModelTester) -> TranscriptModel:
    made = TranscriptModel()
    made.show_rows(TALK)
    qtmodeltester.check(made)
    return made


def texts(model: TranscriptModel) -> list[str]:
    return [model.data(model.index(n)) for n in range(model.rowCount())]


def test_a_snapshot_with_the_same_rows_signals_nothing(model: TranscriptModel) -> None:
    signals = Signals(model)
    model.show_rows(TALK)
    assert signals.seen == []


def test_a_row_that_grows_changes_alone(model: TranscriptModel) -> None:
    signals = Signals(model)
    model.show_rows((*TALK[:-1], grown(TALK[-1], " seeds.")))
    assert signals.seen == [("changed", 5, 5)]
    assert texts(model)[-1].endswith("seeds.")


def test_the_users_words_arrive_late_and_stand_in_the_middle(model: TranscriptModel) -> None:
    signals = Signals(model)
    late = said("late", Role.USER, "Hello?")
    model.show_rows(place(TALK, late, "i2"))
    assert signals.seen == [("inserted", 2, 2)]
    assert texts(model)[2] == "Hello?"


def test_a_row_that_finds_its_place_moves(model: TranscriptModel) -> None:
    signals = Signals(model)
    moved = (TALK[0], TALK[5], *TALK[1:5])
    model.show_rows(moved)
    model.show_rows(TALK)
    assert signals.seen == [("moved", 5, 1), ("moved", 1, 6)]
    assert texts(model) == [row.text for row in TALK]


def test_a_row_that_moves_and_changes_does_both(model: TranscriptModel) -> None:
    signals = Signals(model)
    other = replace(TALK[5], tail="Yes.")
    model.show_rows((TALK[0], other, *TALK[1:5]))
    assert signals.seen == [("moved", 5, 1), ("changed", 1, 1)]


def test_a_new_conversation_empties_the_model(model: TranscriptModel) -> None:
    signals = Signals(model)
    model.show_rows(())
    assert signals.seen == [("removed", 0, 5)]
    assert model.rowCount() == 0


def test_rows_nobody_should_see_are_left_out_until_they_should(model: TranscriptModel) -> None:
    noise = Row("n", Role.USER, Text.NONE)
    empty = Row("e", Role.ASSISTANT)
    model.show_rows((noise, *TALK, empty))
    assert texts(model) == [row.text for row in TALK]
    signals = Signals(model)
    model.show_rows((noise, *TALK, grown(empty, "Aha")))
    assert signals.seen == [("inserted", 6, 6)]


ROW = st.builds(
    lambda n, state, tail: Row(f"i{n}", Role.USER, state, tail=tail),
    st.integers(0, 9),
    st.sampled_from([Text.DONE, Text.NONE, Text.PARTIAL]),
    st.sampled_from(["", "a", "b"]),
)
ROWS = st.lists(ROW, max_size=8, unique_by=lambda row: row.item_id).map(tuple)


@given(st.lists(ROWS, min_size=1, max_size=6))
def test_whatever_follows_whatever_the_model_shows_the_newest(steps: list[Rows]) -> None:
    model = TranscriptModel()
    count = 0

    def inserted(parent: QModelIndex, first: int, last: int) -> None:
        nonlocal count
        count += last - first + 1

    def removed(parent: QModelIndex, first: int, last: int) -> None:
        nonlocal count
        count -= last - first + 1

    model.rowsInserted.connect(inserted)
    model.rowsRemoved.connect(removed)
    for rows in steps:
        model.show_rows(rows)
        shown = [row for row in rows if row.shown]
        assert [model.row_at(n) for n in range(model.rowCount())] == shown
        assert count == len(shown)


@pytest.mark.parametrize("state", Text)
@pytest.mark.parametrize("role", Role)
def test_every_kind_of_row_has_words_for_a_screen_reader(
    model: TranscriptModel, role: Role, state: Text
) -> None:
    row = said("x", role, "Hello.", state)
    spoken = model.spoken_text(row)
    assert spoken.startswith(f"{model.speaker(row)}: Hello.")
    unfinished = {Text.WAITING, Text.PARTIAL, Text.DONE, Text.NONE}
    assert ("(" in spoken) is (state not in unfinished)


def test_a_row_gives_itself_its_text_and_its_spoken_text(model: TranscriptModel) -> None:
    index = model.index(3)
    assert index.data(ROW_ROLE) is TALK[3]
    assert index.data(Qt.ItemDataRole.DisplayRole) == TALK[3].text
    assert index.data(Qt.ItemDataRole.AccessibleTextRole).endswith("(interrupted)")
    assert index.data(Qt.ItemDataRole.DecorationRole) is None


def test_one_row_is_copied_bare_and_several_with_their_speakers(model: TranscriptModel) -> None:
    assert model.plain_text([2]) == "Nice. What do I have to buy?"
    assert model.plain_text([3, 2]).splitlines()[0] == "You: Nice. What do I have to buy?"
    assert model.plain_text().endswith(TALK[-1].text)
    assert "the spices you will — interrupted" in model.plain_text()
    model.show_rows((Row("f", Role.USER, Text.FAILED), TALK[1]))
    assert model.plain_text().startswith("You: heard, but it could not be written down")

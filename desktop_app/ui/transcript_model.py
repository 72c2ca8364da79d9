"""The transcript as a Qt list model: the rows people should see, oldest first."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Sequence
from itertools import compress, count
from operator import is_not
from typing import Any, assert_never

from PySide6.QtCore import QAbstractListModel, QModelIndex, QObject, QPersistentModelIndex, Qt

from desktop_app.core.transcript import Role, Row, Rows, Text

Index = QModelIndex | QPersistentModelIndex
ROW_ROLE = Qt.ItemDataRole.UserRole
_NOWHERE = QModelIndex()


class TranscriptModel(QAbstractListModel):
    """Shows ``AppState.rows`` and signals the smallest change that explains the next ones."""

    def __init__(self, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self._all: Rows = ()
        self._hidden: list[int] = []
        self._rows: list[Row] = []

    def show_rows(self, rows: Rows) -> None:
        """Adopt ``rows``.  Untouched rows keep their identity, so ``is`` finds the others fast."""
        old = self._all
        if rows is old:
            return
        head = _same_at_start(old, rows)
        tail = _same_at_end(old, rows, head)
        old_end, new_end = len(old) - tail, len(rows) - tail
        first = head - bisect_left(self._hidden, head)
        fresh = [row for row in rows[head:new_end] if row.shown]
        stale = old_end - bisect_left(self._hidden, old_end) - first
        self._hidden = [
            *(at for at in self._hidden if at < head),
            *(at for at in range(head, new_end) if not rows[at].shown),
            *(at + new_end - old_end for at in self._hidden if at >= old_end),
        ]
        self._all = rows
        self._replace(first, stale, fresh)

    def row_at(self, number: int) -> Row:
        """Return the row shown at ``number``."""
        return self._rows[number]

    def speaker(self, row: Row) -> str:
        """Return the name that stands above what ``row`` says."""
        match row.role:
            case Role.USER:
                return self.tr("You")
            case Role.ASSISTANT:
                return self.tr("Assistant")
            case Role.TOOL:
                return self.tr("Tool")
            case Role.SYSTEM:
                return self.tr("System")
            case _:
                assert_never(row.role)

    def note(self, row: Row) -> str:
        """Return what stands below the words when they are not simply complete."""
        note = self._note(row)
        return f"— {note}" if note and row.text else note

    def _note(self, row: Row) -> str:
        match row.state:
            case Text.INTERRUPTED:
                return self.tr("interrupted")
            case Text.CUT:
                return self.tr("cut off: the answer reached its longest length")
            case Text.FILTERED:
                return self.tr("withheld by the server's content filter")
            case Text.FAILED if row.role is Role.USER:
                return self.tr("heard, but it could not be written down")
            case Text.FAILED:
                return self.tr("the answer failed")
            case Text.LOST:
                return self.tr("not sent: the connection was lost")
            case Text.WAITING | Text.PARTIAL | Text.DONE | Text.NONE:
                return ""
            case _:
                assert_never(row.state)

    def plain_text(self, numbers: Sequence[int] | None = None) -> str:
        """Return rows as text to copy or save: all of them, or those at ``numbers``."""
        rows = self._rows if numbers is None else [self._rows[n] for n in sorted(numbers)]
        if numbers is not None and len(rows) == 1:
            return rows[0].text
        return "\n\n".join(self._as_text(row) for row in rows)

    def rowCount(self, parent: Index = _NOWHERE) -> int:
        """Return the number of rows shown."""
        return 0 if parent.isValid() else len(self._rows)

    def data(self, index: Index, role: int = Qt.ItemDataRole.DisplayRole) -> Any:
        """Return the text of a row, the row itself, or the words a screen reader says."""
        if not index.isValid() or index.row() >= len(self._rows):
            return None
        row = self._rows[index.row()]
        match role:
            case Qt.ItemDataRole.DisplayRole:
                return row.text
            case Qt.ItemDataRole.AccessibleTextRole:
                return self.spoken_text(row)
            case _ if role == ROW_ROLE:
                return row
        return None

    def spoken_text(self, row: Row) -> str:
        """Return ``row`` in one line, as a screen reader says it."""
        words = row.text or self.tr("waiting for the words")
        note = self._note(row)
        return f"{self.speaker(row)}: {words}" + (f" ({note})" if note else "")

    def _as_text(self, row: Row) -> str:
        note = self.note(row)
        return f"{self.speaker(row)}: {row.text}{' ' if row.text and note else ''}{note}"

    def _replace(self, first: int, stale: int, fresh: list[Row]) -> None:
        """Put ``fresh`` where ``stale`` rows stand from ``first`` on, with few signals."""
        before = self._rows[first : first + stale]
        start = _same_ids(before, fresh)
        end = _same_ids(before[start:][::-1], fresh[start:][::-1])
        self._change(first, before[:start], fresh[:start])
        gone = before[start : len(before) - end]
        come = fresh[start : len(fresh) - end]
        at = first + start
        if not self._move(at, gone, come):
            self._remove(at, len(gone))
            self._insert(at, come)
        self._change(at + len(come), before[len(before) - end :], fresh[len(fresh) - end :])

    def _change(self, at: int, before: list[Row], after: list[Row]) -> None:
        for offset, (old, new) in enumerate(zip(before, after, strict=True)):
            if old is not new:
                self._rows[at + offset] = new
                index = self.index(at + offset)
                self.dataChanged.emit(index, index)

    def _move(self, at: int, gone: list[Row], come: list[Row]) -> bool:
        """Move one row when that is all that happened."""
        ids, new_ids = [r.item_id for r in gone], [r.item_id for r in come]
        last = at + len(gone) - 1
        if len(ids) < 2 or len(ids) != len(new_ids):
            return False
        if ids[1:] + ids[:1] == new_ids:
            source, target = at, last + 1
        elif ids[-1:] + ids[:-1] == new_ids:
            source, target = last, at
        else:
            return False
        self.beginMoveRows(_NOWHERE, source, source, _NOWHERE, target)
        row = self._rows.pop(source)
        self._rows.insert(target if target < source else target - 1, row)
        self.endMoveRows()
        self._change(at, self._rows[at : last + 1], come)
        return True

    def _remove(self, at: int, number: int) -> None:
        if number:
            self.beginRemoveRows(_NOWHERE, at, at + number - 1)
            del self._rows[at : at + number]
            self.endRemoveRows()

    def _insert(self, at: int, rows: list[Row]) -> None:
        if rows:
            self.beginInsertRows(_NOWHERE, at, at + len(rows) - 1)
            self._rows[at:at] = rows
            self.endInsertRows()


def _same_at_start(old: Rows, new: Rows) -> int:
    """Return how many rows at the start are the very same objects."""
    return next(compress(count(), map(is_not, old, new)), min(len(old), len(new)))


def _same_at_end(old: Rows, new: Rows, head: int) -> int:
    """Return how many rows at the end are the same, without those of the start."""
    room = min(len(old), len(new)) - head
    return min(room, next(compress(count(), map(is_not, reversed(old), reversed(new))), room))


def _same_ids(old: list[Row], new: list[Row]) -> int:
    """Return how many rows at the start are of the same items."""
    for number, (a, b) in enumerate(zip(old, new, strict=False)):
        if a.item_id != b.item_id:
            return number
    return min(len(old), len(new))

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.audio.ledger import REMEMBERED, Heard, Ledger

# Pieces as they come: item, silence before it, samples.
pieces = st.lists(
    st.tuples(st.sampled_from("abc"), st.integers(0, 5), st.integers(1, 20)), max_size=12
)


def laid(parts: list[tuple[str, int, int]], ledger: Ledger) -> list[str]:
    """Lay the pieces on the tape; return whose each position is ('' for silence)."""
    owners: list[str] = []
    for item, silence, samples in parts:
        owners += [""] * silence
        ledger.add(item, len(owners), len(owners) + samples)
        owners += [item] * samples
    return owners


@given(pieces, st.lists(st.integers(0, 400), max_size=8))
def test_what_was_heard_is_what_lies_before_the_head(
    parts: list[tuple[str, int, int]], heads: list[int]
) -> None:
    ledger = Ledger()
    owners = laid(parts, ledger)
    for head in sorted(heads):
        ledger.advance(head)
        heard = ledger.heard()
        started = [owner for owner in owners[: head + 1] if owner]
        assert (heard is None) == (not started)
        if heard is not None:
            assert heard.item_id == started[-1]
            assert heard.samples == owners[:head].count(heard.item_id)


@given(pieces, st.integers(0, 400), pieces)
def test_a_cut_forgets_what_lies_behind_it_and_keeps_what_was_heard(
    before: list[tuple[str, int, int]], position: int, after: list[tuple[str, int, int]]
) -> None:
    ledger = Ledger()
    owners = laid(before, ledger)[:position]
    ledger.cut(position)
    assert ledger.heard() is None
    start = max(position, len(owners))
    owners += [""] * (start - len(owners))
    for item, silence, samples in after:
        begin = len(owners) + silence
        ledger.add(item, begin, begin + samples)
        owners += [""] * silence + [item] * samples
    ledger.advance(len(owners))
    heard = ledger.heard()
    if heard is not None:
        assert heard.samples == owners.count(heard.item_id)


def test_items_begin_in_order_and_once() -> None:
    ledger = Ledger()
    ledger.add("a", 0, 10)
    ledger.add("a", 10, 20)
    ledger.add("b", 20, 30)
    assert ledger.advance(5) == ["a"]
    assert ledger.next_begin() == 20
    assert ledger.advance(15) == []
    assert ledger.advance(30) == ["b"]
    assert ledger.next_begin() is None
    assert ledger.heard() == Heard("b", 10)


def test_an_item_that_goes_on_after_a_silence_begins_again_and_keeps_its_count() -> None:
    ledger = Ledger()
    ledger.add("a", 0, 10)
    ledger.advance(10)
    ledger.stop()
    ledger.add("a", 50, 60)
    assert ledger.advance(55) == ["a"]
    assert ledger.heard() == Heard("a", 15)


def test_a_cut_before_the_first_sample_names_the_item_of_which_nothing_was_heard() -> None:
    ledger = Ledger()
    ledger.add("a", 10, 20)
    assert ledger.cut(5) == Heard("a", 0)
    assert ledger.cut(6) is None


def test_counts_of_long_gone_items_are_forgotten() -> None:
    ledger = Ledger()
    for number in range(REMEMBERED + 1):
        ledger.add(f"item-{number}", number * 10, number * 10 + 10)
    ledger.advance(10_000)
    ledger.add("item-1", 10_000, 10_010)
    ledger.add("item-0", 10_010, 10_020)
    ledger.advance(10_010)
    assert ledger.heard() == Heard("item-0", 0)
    ledger.advance(10_020)
    assert ledger.heard() == Heard("item-0", 10)

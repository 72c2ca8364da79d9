"""Which of two versions is newer."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.core.versions import is_newer

NUMBERS = st.tuples(*[st.integers(0, 999_999)] * 3)


@pytest.mark.parametrize(
    ("found", "newer"),
    [
        ("1.2.4", True),
        ("v1.10.0", True),
        ("2.0.0", True),
        ("1.2.3", False),
        ("1.2.2", False),
        ("1.3.0-rc1", False),
        ("1.3.0rc1", False),
        ("1.3", False),
        ("nightly", False),
        ("", False),
        ("9" * 400 + ".0.0", False),
        ("٣.0.0", False),
    ],
)
def test_only_a_later_release_is_newer(found: str, newer: bool) -> None:
    assert is_newer(found, "1.2.3") is newer


@given(NUMBERS, NUMBERS)
def test_versions_are_compared_by_number(a: tuple[int, ...], b: tuple[int, ...]) -> None:
    assert is_newer(".".join(map(str, a)), ".".join(map(str, b))) is (a > b)


@given(st.text(), st.text())
def test_no_text_is_a_reason_to_fail(found: str, ours: str) -> None:
    assert is_newer(found, ours) in {True, False}

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.adapters.keys import MAX_KEY_CHARACTERS, BadKey, clean_key

KEY = "sk-proj-AbC_123-xyz"


@pytest.mark.parametrize(
    "pasted",
    [KEY, f" {KEY}\r\n", "EMPTY", "0123456789abcdef0123456789abcdef", "eyJ0.eyJz.c2ln+/==", "a"],
)
def test_keys_of_all_kinds_of_servers_are_taken_as_they_are(pasted: str) -> None:
    assert clean_key(pasted) == pasted.strip()


@pytest.mark.parametrize(
    ("pasted", "word"),
    [
        ("", "no key"),
        (" \n", "no key"),
        (f'"{KEY}"', "quotation marks"),
        (f"\u201c{KEY}\u201d", "quotation marks"),
        (f"Bearer {KEY}", "Bearer"),
        (f"Authorization: Bearer {KEY}", "Bearer"),
        (f"OPENAI_API_KEY={KEY}", "name in front"),
        (f"export OPENAI_API_KEY='{KEY}", "name in front"),
        (f"api_key: {KEY}", "name in front"),
        ("sk-...wxyz", "shortened"),
        ("sk-\u2026wxyz", "shortened"),
        ("sk-****************wxyz", "shortened"),
        ("sk-proj-AbC\n123", "line break"),
        ("sk-proj-AbC 123", "space"),
        ("sk-proj\u200b-AbC", "character"),
        ("sk-pr\u043ej-AbC", "character"),
        ("sk-proj\x00AbC", "character"),
        ("k" * (MAX_KEY_CHARACTERS + 1), "too long"),
    ],
)
def test_what_people_paste_by_mistake_is_named_in_words(pasted: str, word: str) -> None:
    with pytest.raises(BadKey, match=word):
        clean_key(pasted)


@given(st.text())
def test_whatever_is_taken_fits_into_a_header(pasted: str) -> None:
    try:
        key = clean_key(pasted)
    except BadKey:
        return
    assert key.isascii()
    assert key.isprintable()
    assert " " not in key
    assert clean_key(key) == key


def test_the_reason_never_quotes_what_was_pasted() -> None:
    with pytest.raises(BadKey) as caught:
        clean_key(f"Bearer {KEY}")
    assert KEY not in str(caught.value)

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from desktop_app.offline.sentences import LONGEST_CHARS, SentenceSplitter, sentences


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("Hello there. How are you?", ["Hello there.", "How are you?"]),
        (
            "Dr. Smith met Mr. J. K. Rowe. They spoke.",
            ["Dr. Smith met Mr. J. K. Rowe.", "They spoke."],
        ),
        ("It costs $3.50. Pi is 3.14159. Done.", ["It costs $3.50.", "Pi is 3.14159.", "Done."]),
        ("No. I can't.", ["No.", "I can't."]),
        ("See No. 5 first. Then go.", ["See No. 5 first.", "Then go."]),
        ("At 7 p.m. we eat. At 8 p.m. We sleep.", ["At 7 p.m. we eat.", "At 8 p.m.", "We sleep."]),
        ("Fruit, e.g. apples. Good.", ["Fruit, e.g. apples.", "Good."]),
        ('"Stop!" she said. "Why?" He left.', ['"Stop!" she said.', '"Why?"', "He left."]),
        ("Wait... what? Yes!", ["Wait... what?", "Yes!"]),
        ("1. Milk\n2. Bread. Eggs", ["1. Milk", "2. Bread.", "Eggs"]),
        ("你好。再见！", ["你好。", "再见！"]),
        ("```\na. B\n```\nSo.", ["```\na. B\n```", "So."]),
        ("  \n\n ", []),
        ("It is Yahoo! that asks.", ["It is Yahoo! that asks."]),
    ],
)
def test_a_text_is_cut_where_a_reader_would_pause(text: str, expected: list[str]) -> None:
    assert sentences(text) == expected


def test_a_sentence_comes_out_as_soon_as_the_next_one_begins() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("Hello") == []
    assert splitter.feed(" there.") == []
    assert splitter.feed(" H") == ["Hello there."]
    assert splitter.flush() == ["H"]
    assert splitter.flush() == []


def test_a_decimal_point_at_the_end_of_a_delta_is_not_an_end() -> None:
    splitter = SentenceSplitter()
    assert splitter.feed("It is 3.") == []
    assert splitter.feed("5 now. Yes") == ["It is 3.5 now."]


def test_a_line_break_ends_a_sentence_at_once() -> None:
    assert SentenceSplitter().feed("- one\n- two") == ["- one"]


def test_nobody_waits_for_the_full_stop_of_an_endless_sentence() -> None:
    splitter = SentenceSplitter()
    out = splitter.feed("and then we went on, " * 30)
    assert out
    assert all(len(piece) <= LONGEST_CHARS + 1 for piece in out)
    assert all(piece.endswith(",") for piece in out)


bits = st.sampled_from([*"abAB.!?…,;: \n\"')0123。`-", "Dr.", " e.g. ", "```", "\n```", ". "])
texts = st.lists(bits, max_size=120).map("".join)
long_texts = st.lists(st.sampled_from(["word ", "a, b ", "c; ", "x" * 50]), max_size=60).map(
    "".join
)


@given(texts | long_texts, st.lists(st.integers(0, 700), max_size=30))
def test_how_the_text_is_chopped_up_on_its_way_makes_no_difference(
    text: str, cuts: list[int]
) -> None:
    edges = [0, *sorted(cut for cut in cuts if cut < len(text)), len(text)]
    splitter = SentenceSplitter()
    out: list[str] = []
    for start, end in zip(edges, edges[1:], strict=False):
        out += splitter.feed(text[start:end])
    assert [*out, *splitter.flush()] == sentences(text)


@given(texts | long_texts)
def test_no_letter_is_lost_and_none_is_said_twice(text: str) -> None:
    assert "".join("".join(sentences(text)).split()) == "".join(text.split())

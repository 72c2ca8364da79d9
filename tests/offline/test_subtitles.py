from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from desktop_app.offline.subtitles import Subtitles


def test_words_are_shown_once_two_looks_agree() -> None:
    subtitles = Subtitles()
    assert subtitles.more("What is") == ""
    assert subtitles.more("What is the tie") == "What is"
    assert subtitles.more("What is the time in") == " the"
    assert subtitles.rest("What is the time in Bern?") == " time in Bern?"


def test_nothing_is_added_to_words_that_were_wrong() -> None:
    subtitles = Subtitles()
    subtitles.more("Watt is")
    subtitles.more("Watt is the")
    assert subtitles.more("What is the time") == ""
    assert subtitles.rest("What is the time?") == ""


@given(st.lists(st.lists(st.sampled_from("ab"), max_size=4), max_size=5))
def test_what_was_shown_is_the_beginning_of_the_end_or_left_alone(looks: list[list[str]]) -> None:
    subtitles = Subtitles()
    shown = "".join(subtitles.more(" ".join(words)) for words in looks)
    final = "a b a b"
    rest = subtitles.rest(final)
    if final.split()[: len(shown.split())] == shown.split():
        assert shown + rest == final
    else:
        assert rest == ""

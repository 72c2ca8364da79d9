"""Whatever is heard: no skill raises, answers without end, or does more than it says."""

from __future__ import annotations

import re
from dataclasses import replace
from typing import Any

from hypothesis import example, given, settings
from hypothesis import strategies as st

from desktop_app.offline.skills.answers import Understood, understand
from desktop_app.offline.skills.desk import Desk, done
from desktop_app.offline.skills.match import candidates
from desktop_app.offline.skills.phrase import MAX_CHARS, tidy
from desktop_app.offline.skills.scene import Scene
from desktop_app.offline.skills.units import warm_up
from tests.offline.skills.table import BUSY, NOW, ROWS

warm_up()  # Loading takes longer than hypothesis allows one example.

WORDS = sorted({word for row in ROWS for way in row.ways for word in way.split()})
QUESTIONS = ("", "For how long?", "For what time?", "When shall I remind you?", "It's 3:00 p.m.")
LONGEST_ANSWER = 3 * MAX_CHARS


def shuffled_words() -> st.SearchStrategy[str]:
    return st.lists(st.sampled_from(WORDS), max_size=25).map(" ".join)


def near_sentences() -> st.SearchStrategy[str]:
    ways = [way for row in ROWS for way in row.ways]
    return st.tuples(st.sampled_from(ways), st.text(max_size=12), st.integers(0, 40)).map(
        lambda parts: parts[0][: parts[2]] + parts[1] + parts[0][parts[2] :]
    )


def check(found: Understood | None, desk: Desk) -> None:
    if found is None:
        return
    assert 0 < len(found.answer.text) <= LONGEST_ANSWER
    assert found.answer.text.strip() == found.answer.text
    assert len(found.answer.deeds) <= 1
    for deed in found.answer.deeds:
        after = done(desk, deed)
        assert after != desk
        for timer in set(after.timers) - set(desk.timers):
            assert timer.due > NOW


@given(
    st.one_of(st.text(max_size=80), shuffled_words(), near_sentences()),
    st.sampled_from(QUESTIONS),
    st.sampled_from((Desk(), BUSY)),
    st.integers(0, 2**32),
)
@example("½²³√×÷", "", BUSY, 0)
@example("what is 10 ^ 999999999999", "", BUSY, 0)
@example("set a timer for 99999999999999999999999 hours", "", BUSY, 0)
@example("what day is it in 999999999999 days", "", BUSY, 0)
@example("what day is february 30th", "", BUSY, 0)
@example("convert 1e400 miles to km", "", BUSY, 0)
@example("what is ١٢ plus ٣", "", BUSY, 0)
@example("set an alarm for 25:61", "", BUSY, 0)
@settings(max_examples=400, deadline=None)
def test_anything_may_be_said(said: str, last_reply: str, desk: Desk, seed: int) -> None:
    scene = Scene(NOW, desk, last_reply=last_reply, seed=seed)
    check(understand(said, scene, before="Set a timer."), desk)


@given(st.text(max_size=700))
@settings(max_examples=300, deadline=None)
def test_tidying_twice_changes_nothing_more(text: str) -> None:
    once = tidy(text)
    assert re.search(r"\s\s|^\s|\s$", once) is None
    assert len(once) <= 12 * len(text)


@given(st.lists(st.sampled_from(["set a", "timer for", "add", "to", "what is", "in"]), max_size=30))
@settings(max_examples=100, deadline=None)
def test_repetition_does_not_multiply_the_candidates(words: list[str]) -> None:
    assert len(list(candidates(" ".join(words)))) <= 200


def test_what_is_too_long_for_a_breath_is_no_skills_business() -> None:
    scene = replace(Scene(NOW), desk=BUSY)
    assert understand("set a timer for ten minutes " * 50, scene) is None
    assert understand("what is " + "1 + " * 200 + "1", scene) is None
    long: Any = understand("what is " + "1 + " * 20 + "1", scene)
    assert long.answer.text.endswith(" is 21.")

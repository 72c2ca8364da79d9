from __future__ import annotations

import re

import pytest

from desktop_app.offline.skills.answers import understand
from desktop_app.offline.skills.desk import Desk, done
from desktop_app.offline.skills.scene import Scene
from tests.offline.skills.table import BUSY, NOW, ROWS, Row

CASES = [(row, way) for row in ROWS for way in row.ways]
CLIENT = frozenset({"volume", "speed"})


def scene(desk: Desk = Desk(), last_reply: str = "", seed: int = 0) -> Scene:
    return Scene(NOW, desk, last_reply=last_reply, seed=seed, client_intents=CLIENT)


def test_the_table_has_sixty_sentences_said_in_two_hundred_ways() -> None:
    assert len(ROWS) >= 60
    assert len(CASES) >= 200


@pytest.mark.parametrize(("row", "way"), CASES, ids=[f"{row.intent}:{way}" for row, way in CASES])
def test_a_sentence_is_understood_and_answered(row: Row, way: str) -> None:
    found = understand(way, scene(row.desk))
    assert found is not None
    assert (found.intent, found.answer.text) == (row.intent, row.answer)
    assert found.answer.deeds == row.deeds
    wish = found.answer.wish
    assert (None if wish is None else (wish.name, dict(wish.values))) == row.wish


@pytest.mark.parametrize(("row", "way"), CASES, ids=[f"{row.intent}:{way}" for row, way in CASES])
def test_a_recognisers_spelling_changes_nothing(row: Row, way: str) -> None:
    """Recognisers differ in capitals and final marks; names keep theirs."""
    bare = re.sub(r"[.?!]+$", "", way)
    for written in (bare, f"{bare}.", f" {bare} ...", way.lower()):
        found = understand(written, scene(row.desk))
        assert found is not None
        assert found.intent == row.intent
        assert found.answer.text.lower() == row.answer.lower()


@pytest.mark.parametrize(
    ("said", "seed", "answer"),
    [
        ("Flip a coin.", 1, r"Heads\.|Tails\."),
        ("Heads or tails?", 2, r"Heads\.|Tails\."),
        ("Roll a die.", 3, r"[1-6]\."),
        ("Roll two dice", 4, r"[1-6] and [1-6]\. Together (\d+)\."),
        ("Roll a 20-sided die.", 5, r"(?:1?\d|20)\."),
        ("Pick a number between five and seven.", 6, r"[567]\."),
        ("Give me a random number from 7 to 5", 6, r"[567]\."),
        ("Random number", 6, r"\d{1,3}\."),
        ("Choose between tea or coffee.", 7, r"Tea\.|Coffee\."),
        ("Tell me a joke!", 8, r".{10,}"),
        ("Another joke please", 8, r".{10,}"),
    ],
)
def test_chance_is_decided_by_the_seed(said: str, seed: int, answer: str) -> None:
    found = understand(said, scene(seed=seed))
    assert found is not None
    assert re.fullmatch(answer, found.answer.text)
    assert found == understand(said, scene(seed=seed))
    others = {understand(said, scene(seed=other)).answer.text for other in range(40)}  # type: ignore[union-attr]
    assert len(others) > 1


def test_the_same_joke_is_not_told_twice_in_a_row() -> None:
    first = understand("Tell me a joke", scene(seed=3))
    assert first is not None
    for seed in range(30):
        second = understand("Another joke", scene(last_reply=first.answer.text, seed=seed))
        assert second is not None
        assert second.answer.text != first.answer.text


@pytest.mark.parametrize(
    "said",
    [
        "Repeat that.",
        "Say that again, please.",
        "What did you say?",
        "Pardon?",
        "Sorry, I didn't catch that.",
        "Again.",
        "What?",
    ],
)
def test_the_last_reply_is_repeated(said: str) -> None:
    found = understand(said, scene(last_reply="It's 3:00 p.m."))
    assert found is not None
    assert found.answer.text == "It's 3:00 p.m."


def test_a_client_that_cannot_change_the_volume_is_not_told_it_did() -> None:
    found = understand("Louder!", Scene(NOW))
    assert found is not None
    assert found.answer.text == "I can't change the volume from here."
    assert found.answer.wish is None


@pytest.mark.parametrize(
    ("before", "question", "reply", "answer"),
    [
        ("Set a timer.", "For how long?", "Ten minutes.", "Timer set for 10 minutes."),
        (
            "Start a pasta timer",
            "For how long?",
            "for ten minutes",
            "Pasta timer set for 10 minutes.",
        ),
        (
            "Set an alarm.",
            "For what time?",
            "At seven tomorrow.",
            "Alarm set for 7:00 a.m. tomorrow.",
        ),
        (
            "Remind me to buy milk.",
            "When shall I remind you?",
            "At five.",
            "I'll remind you to buy milk at 5:00 p.m.",
        ),
        (
            "Take a note.",
            "What shall I write down?",
            "Anna likes tulips.",
            "Noted: Anna likes tulips.",
        ),
        (
            "Take a note.",
            "What shall I write down?",
            "The door code is 4 plus 4",
            "Noted: The door code is 4 plus 4.",
        ),
    ],
)
def test_an_answer_to_a_question_completes_the_wish(
    before: str, question: str, reply: str, answer: str
) -> None:
    found = understand(reply, scene(last_reply=question), before)
    assert found is not None
    assert found.answer.text == answer


def test_something_else_than_an_answer_is_understood_as_itself() -> None:
    found = understand("What time is it?", scene(last_reply="For how long?"), "Set a timer.")
    assert found is not None
    assert found.intent == "time"


def test_nonsense_after_a_question_sets_nothing() -> None:
    assert understand("Bananas.", scene(last_reply="For how long?"), "Set a timer.") is None


def test_what_has_rung_can_be_snoozed() -> None:
    rung = Desk(rung=BUSY.timers[0])
    late = Scene(BUSY.timers[0].due, rung)
    found = understand("Snooze for five minutes.", late)
    assert found is not None
    assert found.answer.text == "I'll ring again in 5 minutes."
    (timer,) = done(rung, found.answer.deeds[0]).timers
    assert (timer.name, (timer.due - late.now).total_seconds()) == ("pasta", 300)

"""From a sentence to what is said and done about it.  Pure: reads the scene, changes nothing."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace

from desktop_app.offline.skills import (
    list_answers,
    number_answers,
    talk_answers,
    time_answers,
    timer_answers,
)
from desktop_app.offline.skills.match import candidates
from desktop_app.offline.skills.phrase import tidy
from desktop_app.offline.skills.scene import Answer, Scene, Slots
from desktop_app.offline.skills.sums import parse_sum

_ANSWERS: dict[str, Callable[[Slots, Scene], Answer | None]] = {
    **time_answers.ANSWERS,
    **timer_answers.ANSWERS,
    **list_answers.ANSWERS,
    **number_answers.ANSWERS,
    **talk_answers.ANSWERS,
}
_CHAT = frozenset(talk_answers.ANSWERS) - {
    "volume_step",
    "volume_set",
    "speed",
    "speed_set",
    "repeat",
    "stop",
}
"""What a language model says better."""

_FILL_IN = {
    timer_answers.HOW_LONG: "{before} for {answer}",
    timer_answers.WHAT_TIME: "{before} for {answer}",
    timer_answers.REMIND_WHEN: "{before} {answer}",
    timer_answers.REMIND_WHAT: "{before} {answer}",
    list_answers.WHAT_TO_NOTE: "note that {answer}",
}
"""How the answer to each question completes the sentence that led to it."""


@dataclass(frozen=True, slots=True)
class Understood:
    """A sentence that a skill answers.

    Attributes:
        intent: Its name in the sentences file.
        slots: The words that filled its places.
        answer: What is said and done.
    """

    intent: str
    slots: Slots
    answer: Answer

    @property
    def is_chat(self) -> bool:
        """Whether it is only talk, which a language model does better."""
        return self.intent in _CHAT


def understand(said: str, scene: Scene, before: str = "") -> Understood | None:
    """Find the skill for a sentence and its answer.

    Args:
        said: What the user said, as recognised or typed.
        scene: The moment; its ``said`` is replaced.
        before: What the user said before that, which an answer to a question completes.

    Returns:
        None if it is nothing a skill knows; then nothing is guessed.
    """
    phrase = tidy(said)
    if not phrase:
        return None
    found = _first_valid(phrase, replace(scene, said=said))
    if found is not None and found.intent not in {"sum", "note_add"}:
        return found
    return _completed(phrase, said, scene, before) or found


def _first_valid(phrase: str, scene: Scene) -> Understood | None:
    for candidate in candidates(phrase):
        answer = _ANSWERS[candidate.intent](candidate.slots, scene)
        if answer is not None:
            return Understood(candidate.intent, candidate.slots, _ended_once(answer))
    if parse_sum(phrase) is not None:
        slots = {"expr": phrase}
        answer = number_answers.answer_sum(slots, scene)
        return Understood("sum", slots, answer) if answer else None
    return None


def _ended_once(answer: Answer) -> Answer:
    """Take off a second mark at the end: "at 5 p.m.." and "Noted: it works!."."""
    return replace(answer, text=re.sub(r"(?<=[.?!])\.(?=\s|$)", "", answer.text))


def _completed(phrase: str, said: str, scene: Scene, before: str) -> Understood | None:
    """Read ``phrase`` as the answer to the question that was asked last."""
    shape = next(
        (s for question, s in _FILL_IN.items() if scene.last_reply.endswith(question)), None
    )
    if shape is None:
        return None
    answer = re.sub(r"^(?:for|at|in|to) (?=\S)", "", phrase) if "for {" in shape else phrase
    asked = re.sub(r"[.?!]+\s*$", "", before)
    whole = shape.format(before=tidy(before), answer=answer)
    found = _first_valid(whole, replace(scene, said=f"{asked} {said}"))
    if found is None or found.answer.text == scene.last_reply:
        return None
    return found

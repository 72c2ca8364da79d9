"""Small talk that is honest about what it is, and what steers the voice."""

from __future__ import annotations

import random
import re
from collections.abc import Callable

from desktop_app.offline.skills.numbers import digits, is_numeral
from desktop_app.offline.skills.phrase import as_said
from desktop_app.offline.skills.scene import Answer, Scene, Slots, Wish

WHAT_I_CAN_DO = (
    "I can tell the time and date, here and in other cities, set timers, alarms and reminders, "
    "keep lists and notes, do sums, convert units, spell words, flip coins and roll dice."
)
OPEN_LONG = (
    "I can't answer that: I'm the built-in skills, and there is no language model connected. "
    "I can do timers, lists, notes, sums, units and the time. For open questions, start a local "
    "model such as Ollama or LM Studio, or choose a server in the settings."
)
OPEN_SHORT = "I can't answer that without a language model."
NOT_HEARD = "I didn't catch that."
ENGLISH_ONLY = "The built-in skills understand only English."

_JOKES = (
    "Why did the scarecrow win a prize? He was outstanding in his field.",
    "I would tell you a joke about time travel, but you didn't like it.",
    "What do you call a fish with no eyes? A fsh.",
    "There are 10 kinds of people: those who understand binary, and those who don't.",
    "Why don't skeletons fight each other? They don't have the guts.",
    "I told my computer that I needed a break. It froze.",
    "Why did the bicycle fall over? It was two tired.",
    "What is brown and sticky? A stick.",
)
_FIXED = {
    "hearing": "Yes, I can hear you.",
    "thanks": "You're welcome.",
    "goodbye": "Goodbye.",
    "good_night": "Good night.",
    "stop": "Okay.",
    "yes": "Okay.",
    "how_are_you": "I'm a program, so I don't feel anything, but everything works. What can I do?",
    "who": "I'm Parley, a voice assistant. Right now my built-in skills answer you, "
    "on this computer.",
    "human": "No, I'm a program. I have no feelings, no age and no home but this computer.",
    "which_model": "No language model is answering you. I'm Parley's built-in skills: "
    "fixed sentences and some arithmetic, made by the Parley project.",
    "privacy": "The built-in engine runs on this computer: it hears and answers you without "
    "sending anything to a server. Lists, notes and timers are kept in a file here.",
    "help": f"{WHAT_I_CAN_DO} For open questions, connect a language model.",
    "kind_word": "I'm only a program, so that doesn't mean to me what it means to people. "
    "What can I do for you?",
    "emergency": "I can't make calls. Please call your local emergency number yourself, right now.",
    "crisis": "I'm sorry you feel like this. I'm only a small program and can't help with it, but "
    "people can: please talk to somebody you trust, or call your local emergency number.",
}


_NOT_TO_REPEAT = frozenset({"what", "something", "anything", "how", "why", "who", "when", "where"})


def _fixed(text: str) -> Callable[[Slots, Scene], Answer | None]:
    return lambda _, __: Answer(text)


def hello(_: Slots, scene: Scene) -> Answer:
    """Greet, by the time of day if the user did."""
    said = scene.said.lower()
    for part, hours in (
        ("morning", range(12)),
        ("afternoon", range(12, 18)),
        ("evening", range(17, 24)),
    ):
        if part in said and scene.now.hour in hours:
            return Answer(f"Good {part}. What can I do for you?")
    return Answer("Hello. What can I do for you?")


def joke(_: Slots, scene: Scene) -> Answer:
    """Tell one of the jokes, but not the last one again."""
    fresh = [one for one in _JOKES if one not in scene.last_reply]
    return Answer(random.Random(scene.seed).choice(fresh))


def repeat(_: Slots, scene: Scene) -> Answer:
    """Say again what was said last."""
    return Answer(scene.last_reply or "I haven't said anything yet.")


def say(slots: Slots, scene: Scene) -> Answer | None:
    """Say the user's words after them."""
    if slots["text"].split()[0] in _NOT_TO_REPEAT or len(slots["text"].split()) > 40:
        return None
    words = as_said(slots["text"], scene.said).strip("\"'“”")
    return Answer(f"{words[:1].upper()}{words[1:]}.")


VOLUME_STEP = 20
"""Percent of the volume in one step of it: plainly heard, and five of them are all there is."""
SPEED_STEP = 0.15
SLOWEST, FASTEST = 0.25, 1.5
"""The protocol's bounds of the speed."""
_USUAL = frozenset({"normal", "usual", "the usual", "default", "regular"})
_LITTLE = re.compile(r"\b(?:a bit|a little|slightly|a touch)\b")
_MUCH = re.compile(r"\b(?:much|a lot|way)\b")


def _size(scene: Scene) -> float:
    """Tell how large a step is meant."""
    said = scene.said.lower()
    return 0.5 if _LITTLE.search(said) else 2.0 if _MUCH.search(said) else 1.0


def change_volume(slots: Slots, scene: Scene) -> Answer:
    """Have the client take a step of the volume."""
    return _wish(
        "volume", {"change": round(int(slots["step"]) * VOLUME_STEP * _size(scene))}, scene
    )


def set_volume(slots: Slots, scene: Scene) -> Answer | None:
    """Hand a volume between 0 and 100 percent to the client."""
    said = digits(slots["level"]).removesuffix(" percent")
    words = {"max": "100", "maximum": "100", "full": "100", "half": "50", "minimum": "10"}
    said = words.get(said, said)
    if not is_numeral(said):
        return None
    level = float(said)
    if level > 100:
        return Answer("The volume goes from 0 to 100 percent.")
    if level <= 10 and "percent" not in slots["level"] and slots["level"] != "0":
        level *= 10  # "Volume five" is said by people who think of ten steps.
    return _wish("volume", {"percent": round(level)}, scene)


def change_speed(slots: Slots, scene: Scene) -> Answer:
    """Have the client take a step of the speaking speed."""
    change = round(int(slots["step"]) * SPEED_STEP * _size(scene), 3)
    return _wish("speed", {"change": change}, scene)


def set_speed(slots: Slots, scene: Scene) -> Answer | None:
    """Have the client speak at a speed between 25 and 150 percent of the usual one."""
    said = digits(slots["level"])
    if said in _USUAL:
        return _wish("speed", {"speed": 1.0}, scene)
    number = re.sub(r" ?(?:percent|times|x)$", "", said)
    if not is_numeral(number):
        return None
    speed = float(number) / (100 if said.endswith("percent") or float(number) > 10 else 1)
    if not SLOWEST <= speed <= FASTEST:
        return Answer("The speed goes from 25 to 150 percent of the usual one.")
    return _wish("speed", {"speed": round(speed, 2)}, scene)


def _wish(name: str, values: dict[str, str | int | float], scene: Scene) -> Answer:
    """Leave it to the client, whose own words then are the answer; or say that it can't."""
    if name not in scene.client_intents:
        return Answer(f"I can't change the {name} from here.")
    return Answer("", wish=Wish(name, values))


ANSWERS: dict[str, Callable[[Slots, Scene], Answer | None]] = {
    **{intent: _fixed(text) for intent, text in _FIXED.items()},
    "hello": hello,
    "joke": joke,
    "repeat": repeat,
    "say": say,
    "volume_step": change_volume,
    "volume_set": set_volume,
    "speed": change_speed,
    "speed_set": set_speed,
}

"""Answers about timers, alarms and reminders."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, timedelta

from desktop_app.offline.skills.desk import (
    MAX_TIMERS,
    CancelTimers,
    Kind,
    MoveTimer,
    SetTimer,
    Timer,
)
from desktop_app.offline.skills.durations import parse_duration, say_duration
from desktop_app.offline.skills.moments import When, later, parse_when, say_when, split_when
from desktop_app.offline.skills.numbers import counted
from desktop_app.offline.skills.phrase import as_said, to_you
from desktop_app.offline.skills.scene import Answer, Scene, Slots
from desktop_app.offline.skills.timer_names import (
    ARTICLE,
    called,
    clean_name,
    described,
    left_on,
    the_timer,
)

HOW_LONG = "For how long?"
WHAT_TIME = "For what time?"
REMIND_WHEN = "When shall I remind you?"
REMIND_WHAT = "What shall I remind you of, and when?"

SNOOZE = timedelta(minutes=9)
SNOOZABLE_FOR = timedelta(minutes=30)

_KINDS: dict[str, Kind] = {"timer": "timer", "alarm": "alarm", "reminder": "reminder"}
_TOO_MANY = f"You already have {MAX_TIMERS} timers. Please cancel some first."


def set_timer(slots: Slots, scene: Scene) -> Answer | None:
    """Set a timer for a length of time."""
    length = parse_duration(ARTICLE.sub("", slots["duration"])) or parse_duration(slots["duration"])
    name = clean_name(slots["name"]) if "name" in slots else ""
    if length is None or name is None or (name and parse_duration(name)):
        return None
    if len(scene.desk.timers) >= MAX_TIMERS:
        return Answer(_TOO_MANY)
    due = later(scene.now, length)
    deed = SetTimer("timer", due, name, int(length.total_seconds()))
    what = f"{name} timer" if name else "timer"
    return Answer(f"{_capital(what)} set for {say_duration(length)}.", (deed,))


def ask_timer(slots: Slots, scene: Scene) -> Answer | None:
    """Ask how long the timer is to run, unless its name begins with that: "10 minute pasta"."""
    words = ARTICLE.sub("", slots.get("name", "")).split()
    for cut in range(len(words) - 1, 0, -1):
        if parse_duration(length := " ".join(words[:cut])):
            return set_timer({"duration": length, "name": " ".join(words[cut:])}, scene)
    return None if words and clean_name(" ".join(words)) is None else Answer(HOW_LONG)


def set_alarm(slots: Slots, scene: Scene) -> Answer | None:
    """Set an alarm for a time of day, or for a length of time."""
    said = re.sub(r"^(?:at|for|by) ", "", slots["when"])
    when = parse_when(said, scene.now, waking=True)
    if when is None and (length := parse_duration(said)):
        when = When(later(scene.now, length))
    name = clean_name(slots["name"]) if "name" in slots else ""
    if when is None or name is None:
        return None
    if len(scene.desk.timers) >= MAX_TIMERS:
        return Answer(_TOO_MANY)
    deed = SetTimer("alarm", when.due, name, weekdays=when.weekdays)
    return Answer(f"Alarm set for {_without_at(say_when(when, scene.now))}.", (deed,))


def ask_alarm(_: Slots, __: Scene) -> Answer:
    """Ask when the alarm is to ring."""
    return Answer(WHAT_TIME)


def _without_at(said: str) -> str:
    return said.removeprefix("at ")


def set_reminder(slots: Slots, scene: Scene) -> Answer | None:
    """Set a reminder, or ask for its moment."""
    task = slots["task"]
    if len(scene.desk.timers) >= MAX_TIMERS:
        return Answer(_TOO_MANY)
    if parse_when(task, scene.now) is not None:
        return Answer(REMIND_WHAT)
    split = split_when(task, scene.now)
    if split is None:
        return Answer(REMIND_WHEN)
    link, words = _linked(split[0], scene.said)
    name = as_said(words, scene.said)
    deed = SetTimer("reminder", split[1].due, name, weekdays=split[1].weekdays)
    moment = say_when(split[1], scene.now)
    return Answer(f"I'll remind you {link} {to_you(name)} {moment}.", (deed,))


def _linked(task: str, said: str) -> tuple[str, str]:
    """Tell what the reminder is tied on with: "to call mum", "about the meeting"."""
    words = re.sub(r"^(?:to|about|that|of|for) ", "", task)
    before = re.search(rf"\b(about|of|that|for)\W+{re.escape(words.split()[0])}\b", said.lower())
    return ({"of": "about", "for": "about"}.get(before[1], before[1]) if before else "to"), words


def ask_reminder(_: Slots, __: Scene) -> Answer:
    """Ask what to remind of."""
    return Answer(REMIND_WHAT)


def _of_kind(scene: Scene, kind: str) -> list[Timer]:
    return [timer for timer in scene.desk.timers if timer.kind == kind]


def tell_left(slots: Slots, scene: Scene) -> Answer | None:
    """Say how long timers still run."""
    timers = _of_kind(scene, "timer")
    if not timers:
        return Answer("No timer is running.")
    if "name" in slots:
        found = called(slots["name"], timers, scene.now)
        if not found:
            name = clean_name(slots["name"])
            return Answer(f"There is no {name} timer.") if name else None
        timers = found
    if len(timers) == 1:
        return Answer(f"{_capital(left_on(timers[0], scene.now))} left on {the_timer(timers[0])}.")
    return Answer(_sentence_of([f"{left_on(t, scene.now)} on {the_timer(t)}" for t in timers]))


def tell_alarm(_: Slots, scene: Scene) -> Answer:
    """Say when the next alarm or reminder is."""
    found = [timer for timer in scene.desk.timers if timer.kind != "timer"]
    wanted = "reminder" if "reminder" in scene.said.lower() else "alarm"
    found = [timer for timer in found if timer.kind == wanted]
    if not found:
        return Answer(f"No {wanted} is set.")
    return Answer(f"Your next {wanted} is {described(found[0], scene.now)}.")


def list_timers(slots: Slots, scene: Scene) -> Answer | None:
    """Say what is set."""
    kind = slots.get("kind") or slots.get("kinds") or "reminder"
    timers = _of_kind(scene, kind)
    if not timers:
        return Answer(f"You have no {kind}s.")
    each = [described(timer, scene.now) for timer in timers]
    if len(each) == 1:
        return Answer(f"You have 1 {kind}: {each[0]}.")
    return Answer(f"You have {counted(len(timers), kind)}: {'; '.join(each)}.")


def cancel_all(slots: Slots, scene: Scene) -> Answer | None:
    """Cancel everything of a kind."""
    kind = slots.get("kind") or slots["kinds"]
    numbers = tuple(timer.number for timer in _of_kind(scene, kind))
    if not numbers:
        return Answer(f"You have no {kind}s.")
    return Answer(f"Cancelled {counted(len(numbers), kind)}.", (CancelTimers(numbers),))


def cancel_timer(slots: Slots, scene: Scene) -> Answer | None:
    """Cancel one timer: the only one, or the one that was named."""
    kind = slots.get("kind", "reminder")
    timers = _of_kind(scene, kind)
    if not timers:
        return Answer("No timer is running." if kind == "timer" else f"No {kind} is set.")
    if "name" in slots:
        found = called(slots["name"], timers, scene.now)
        if not found:
            name = clean_name(slots["name"])
            return Answer(f"There is no {name} {kind}.") if name else None
        timers = found
    if len(timers) > 1:
        named = "; ".join(described(timer, scene.now) for timer in timers)
        return Answer(f"You have {counted(len(timers), kind)}: {named}. Which one?")
    gone = timers[0]
    what = the_timer(gone) if kind != "reminder" else f"the reminder to {to_you(gone.name)}"
    return Answer(f"Cancelled {what}.", (CancelTimers((gone.number,)),))


def add_to_timer(slots: Slots, scene: Scene) -> Answer | None:
    """Let a timer run longer."""
    length = parse_duration(slots["duration"])
    timers = _of_kind(scene, "timer")
    if length is None:
        return None
    if "name" in slots:
        timers = called(slots["name"], timers, scene.now)
    if not timers:
        return Answer("No such timer is running." if "name" in slots else "No timer is running.")
    timer = timers[0]
    if len(timers) > 1:
        return Answer("Which timer do you mean?")
    due = timer.due + length
    left = say_duration(due - scene.now.astimezone(UTC))
    text = f"Added {say_duration(length)}. {_capital(left)} left."
    return Answer(text, (MoveTimer(timer.number, due),))


def cannot(slots: Slots, _: Scene) -> Answer | None:
    """Say that timers are not paused."""
    if "name" in slots and clean_name(slots["name"]) is None:
        return None
    return Answer("I can't pause timers, only set and cancel them.")


def snooze(slots: Slots, scene: Scene) -> Answer | None:
    """Let what has just rung ring again."""
    said = slots.get("duration")
    length = parse_duration(said) if said else SNOOZE
    if length is None:
        return None
    minutes = re.match(r"(?:five|5|ten|10)\b", scene.said.lower())
    if minutes:
        length = timedelta(minutes=5 if minutes[0] in {"five", "5"} else 10)
    rung = scene.desk.rung
    if rung is None or scene.now - rung.due > SNOOZABLE_FOR:
        return Answer("Nothing has just rung.")
    deed = SetTimer(rung.kind, later(scene.now, length), rung.name)
    return Answer(f"I'll ring again in {say_duration(length)}.", (deed,))


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


def _sentence_of(parts: list[str]) -> str:
    return _capital(", ".join(parts[:-1]) + f" and {parts[-1]}.")


ANSWERS: dict[str, Callable[[Slots, Scene], Answer | None]] = {
    "timer_set": set_timer,
    "timer_ask": ask_timer,
    "timer_left": tell_left,
    "alarm_when": tell_alarm,
    "timers_list": list_timers,
    "timers_cancel_all": cancel_all,
    "timer_add": add_to_timer,
    "timer_cannot": cannot,
    "snooze": snooze,
    "timer_cancel": cancel_timer,
    "alarm_set": set_alarm,
    "alarm_ask": ask_alarm,
    "reminder_set": set_reminder,
    "reminder_ask": ask_reminder,
}

"""Answers about lists and notes."""

from __future__ import annotations

import re
from collections.abc import Callable

from desktop_app.offline.skills.desk import MAX_ITEMS, AddItems, RemoveItems
from desktop_app.offline.skills.numbers import counted, digits
from desktop_app.offline.skills.phrase import as_said
from desktop_app.offline.skills.scene import Answer, Scene, Slots

NOTES = "notes"
WHAT_TO_NOTE = "What shall I write down?"

_LIST_NAMES = {
    "shopping": "shopping",
    "grocery": "shopping",
    "groceries": "shopping",
    "to do": "to-do",
    "todo": "to-do",
    "to-do": "to-do",
    "task": "to-do",
    "tasks": "to-do",
}
_NO_LIST = re.compile(
    r"\b(?:what|how|why|who|where|when|which|is|are|does|do|can|add|put|remove|delete|to|from|of|"
    r"list|lists|on|in|a|the|give|tell|make|read|show|play)\b"
)
_SEPARATORS = re.compile(r",\s*(?:and\s+)?|\s+and\s+(?:also\s+)?|\s+plus\s+")
_ARTICLES = re.compile(r"^(?:(?:a|an|some|the|more|also|my|any)\s+)+(?=\S)", re.IGNORECASE)
_QUESTION_WORDS = frozenset(
    {"what", "when", "who", "how", "why", "where", "which", "if", "whether"}
)
_SPOKEN_AT_ONCE = 12


def _list_name(slots: Slots) -> str | None:
    """Name the list that is meant: a well-known one, or any name without grammar in it."""
    said = slots.get("list", "").removeprefix("my ").removeprefix("the ")
    if not said:
        return "shopping"
    if said in _LIST_NAMES:
        return _LIST_NAMES[said]
    return None if len(said.split()) > 3 or _NO_LIST.search(said) else said


def _items(slots: Slots, scene: Scene) -> tuple[str, ...]:
    """Split "milk, eggs and some bread" into its items, as they were written."""
    written = _written(slots["items"], scene.said)
    parts = (_ARTICLES.sub("", part.strip(" .,!?")) for part in _SEPARATORS.split(written))
    return tuple(part for part in parts if part)


def _written(words: str, said: str) -> str:
    """Find the slot's words in what was written, where commas still part the items."""
    pattern = r"\W+".join(re.escape(word) for word in words.split())
    found = re.search(rf"(?<!\w){pattern}(?!\w)", said, re.IGNORECASE)
    return found[0] if found else words


def add_items(slots: Slots, scene: Scene) -> Answer | None:
    """Write items on a list."""
    name, items = _list_name(slots), _items(slots, scene)
    if name is None or not items:
        return None
    there = scene.desk.lists.get(name, ())
    known = {item.lower() for item in there}
    new = tuple(item for item in items if item.lower() not in known)
    if not new:
        verb = "is" if len(items) == 1 else "are"
        return Answer(f"{_capital(_joined(items))} {verb} already on your {name} list.")
    if len(there) + len(new) > MAX_ITEMS:
        return Answer(f"Your {name} list is full. Please remove something first.")
    return Answer(f"Added {_joined(new)} to your {name} list.", (AddItems(name, new),))


def read_list(slots: Slots, scene: Scene) -> Answer | None:
    """Say what is on a list."""
    name = _list_name(slots)
    if name is None:
        return None
    items = scene.desk.lists.get(name, ())
    if not items:
        return Answer(f"Your {name} list is empty.")
    shown, more = items[:_SPOKEN_AT_ONCE], len(items) - _SPOKEN_AT_ONCE
    rest = f", and {more} more" if more > 0 else ""
    listed = ", ".join(shown) + rest if rest else _joined(shown)
    return Answer(f"Your {name} list has {counted(len(items), 'item')}: {listed}.")


def is_on_list(slots: Slots, scene: Scene) -> Answer | None:
    """Say whether something is on a list."""
    name, items = _list_name(slots), _items(slots, scene)
    if name is None or not items:
        return None
    known = {item.lower() for item in scene.desk.lists.get(name, ())}
    missing = [item for item in items if item.lower() not in known]
    if not missing:
        verb = "is" if len(items) == 1 else "are"
        return Answer(f"Yes, {_joined(items)} {verb} on your {name} list.")
    verb = "is" if len(missing) == 1 else "are"
    return Answer(f"No, {_joined(missing)} {verb} not on your {name} list.")


def remove_items(slots: Slots, scene: Scene) -> Answer | None:
    """Strike items off a list."""
    name, items = _list_name(slots), _items(slots, scene)
    if name is None or not items:
        return None
    wanted = {item.lower() for item in items}
    there = scene.desk.lists.get(name, ())
    places = tuple(place for place, item in enumerate(there) if item.lower() in wanted)
    if not places:
        return Answer(f"I can't find {_joined(items)} on your {name} list.")
    gone = _joined([there[place] for place in places])
    return Answer(f"Removed {gone} from your {name} list.", (RemoveItems(name, places),))


def clear_list(slots: Slots, scene: Scene) -> Answer | None:
    """Empty a list."""
    name = _list_name(slots)
    if name is None:
        return None
    there = scene.desk.lists.get(name, ())
    if not there:
        return Answer(f"Your {name} list is already empty.")
    deed = RemoveItems(name, tuple(range(len(there))))
    return Answer(f"Cleared your {name} list of {counted(len(there), 'item')}.", (deed,))


def start_list(slots: Slots, _: Scene) -> Answer | None:
    """Say how a list begins."""
    name = _list_name(slots)
    return None if name is None else Answer(f"Tell me what to add to your {name} list.")


def add_note(slots: Slots, scene: Scene) -> Answer | None:
    """Write a note down."""
    if len(scene.desk.lists.get(NOTES, ())) >= MAX_ITEMS:
        return Answer("Your notes are full. Please delete some first.")
    if scene.said.rstrip().endswith("?") or slots["text"].split()[0] in _QUESTION_WORDS:
        return None  # "Remember that film?" wants no note.
    text = as_said(slots["text"], scene.said)
    return Answer(f"Noted: {text}.", (AddItems(NOTES, (text,)),))


def ask_note(_: Slots, __: Scene) -> Answer:
    """Ask what to write down."""
    return Answer(WHAT_TO_NOTE)


def read_notes(_: Slots, scene: Scene) -> Answer:
    """Read the notes out, the newest last."""
    notes = scene.desk.lists.get(NOTES, ())
    if not notes:
        return Answer("You have no notes.")
    if "last" in scene.said.lower().split():
        return Answer(f"Your last note: {notes[-1]}.")
    shown = notes[-_SPOKEN_AT_ONCE:]
    read = " ".join(f"{number}: {note}." for number, note in _numbered(notes, shown))
    if len(shown) < len(notes):
        return Answer(f"You have {len(notes)} notes. The last {len(shown)} are: {read}")
    return Answer(f"You have {counted(len(notes), 'note')}. {read}")


def _numbered(notes: tuple[str, ...], shown: tuple[str, ...]) -> list[tuple[int, str]]:
    return list(enumerate(shown, start=len(notes) - len(shown) + 1))


def clear_notes(_: Slots, scene: Scene) -> Answer:
    """Delete every note."""
    notes = scene.desk.lists.get(NOTES, ())
    if not notes:
        return Answer("You have no notes.")
    deed = RemoveItems(NOTES, tuple(range(len(notes))))
    return Answer(f"Deleted {counted(len(notes), 'note')}.", (deed,))


def remove_note(slots: Slots, scene: Scene) -> Answer | None:
    """Delete the last note, or one by its number or words."""
    notes = scene.desk.lists.get(NOTES, ())
    if not notes:
        return Answer("You have no notes.")
    wanted = digits(slots.get("text", "")).removeprefix("number ")
    if not wanted:
        place = len(notes) - 1
    elif wanted.isascii() and wanted.isdigit():
        place = int(wanted) - 1
    else:
        places = [at for at, note in enumerate(notes) if wanted in note.lower()]
        place = places[0] if len(places) == 1 else -1
    if not 0 <= place < len(notes):
        return Answer("I can't tell which note you mean. Say delete note, and its number.")
    return Answer(f"Deleted the note: {notes[place]}.", (RemoveItems(NOTES, (place,)),))


def _joined(items: tuple[str, ...] | list[str]) -> str:
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]


ANSWERS: dict[str, Callable[[Slots, Scene], Answer | None]] = {
    "list_start": start_list,
    "list_clear": clear_list,
    "list_has": is_on_list,
    "list_read": read_list,
    "list_add": add_items,
    "list_remove": remove_items,
    "note_ask": ask_note,
    "notes_read": read_notes,
    "notes_clear": clear_notes,
    "note_remove": remove_note,
    "note_add": add_note,
}

"""Which of a client's tools a sentence asks for, and with what.  Pure, and modest.

A tool is called only if the sentence contains every telling word of its name and every required
parameter can be filled from the sentence.  Anything cleverer is for a language model.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence

from desktop_app.offline.brains.brain import FunctionCall, NamedTool, Request, Tool
from desktop_app.offline.brains.schema import MAX_DEPTH, Schema, matches, problems, simplest, sound
from desktop_app.offline.skills.numbers import digits, is_numeral
from desktop_app.offline.skills.phrase import as_said, tidy

_FILLERS = (
    "get set fetch find look lookup up show tell do make run call query search check read give "
    "retrieve request execute perform handle function tool api the a an of for to in on at my "
    "current currently user by from and or with data info information"
)
_EMPTY_WORDS = frozenset(_FILLERS.split())
_ON = frozenset({"on", "yes", "true", "enable", "open", "start"})
_OFF = frozenset({"off", "no", "false", "disable", "close", "stop"})
_PLACE_NAMES = ("city", "location", "place", "country", "town", "room", "destination", "address")
_TEXT_NAMES = (
    "query",
    "question",
    "text",
    "message",
    "content",
    "prompt",
    "search",
    "term",
    "note",
)
_BEFORE_PLACE = re.compile(r"\b(?:in|for|at|to|of|near|from)\s+((?:the\s+)?\S+(?:\s+\S+){0,3})$")
_BEFORE_TEXT = re.compile(r"\b(?:for|about|that|saying|says|say|named|called|to|of)\s+(.+)$")
_TIME_TAIL = re.compile(r"\s+(?:today|tomorrow|tonight|now|this \w+|next \w+|on \w+day)$")


TOOL_OF_WISH = {"volume": "set_volume", "speed": "set_speaking_speed"}
"""Which tool of a client carries out what a skill can only wish for."""
_WISHES: dict[str, tuple[dict[str, object], ...]] = {
    "set_volume": ({"percent": 50}, {"change": -20}),
    "set_speaking_speed": ({"speed": 1.0}, {"change": -0.15}),
}


def granted(request: Request) -> frozenset[str]:
    """Name the wishes of the skills that this client's tools carry out."""
    if request.tool_choice == "none":
        return frozenset()
    names = {tool.name for tool in request.tools if _takes_wish(tool)}
    return frozenset(wish for wish, name in TOOL_OF_WISH.items() if name in names)


def _takes_wish(tool: Tool) -> bool:
    """Tell whether a tool takes what the skills wish: another one may only be called the same."""
    samples = _WISHES.get(tool.name, ())
    schema = sound(tool.parameters)
    known = schema.get("properties") or {}
    return bool(samples) and all(
        sample.keys() <= known.keys() and not problems(schema, sample) for sample in samples
    )


def choose_call(request: Request, said: str) -> FunctionCall | None:
    """Decide about a call.

    Args:
        request: Whose tools and ``tool_choice`` count.
        said: The user's sentence, or "".

    Returns:
        With ``required`` or a named tool always a call, if there is such a tool; with ``auto``
        only one the sentence clearly asks for; with ``none`` never.
    """
    tools = [Tool(tool.name, tool.description, sound(tool.parameters)) for tool in request.tools]
    match request.tool_choice:
        case "none":
            return None
        case "auto":
            of_skills = {TOOL_OF_WISH[wish] for wish in granted(request)}
            return _asked_for([tool for tool in tools if tool.name not in of_skills], said)
        case "required":
            return _asked_for(tools, said) or _forced(tools, said)
        case NamedTool(name):
            return _forced([tool for tool in tools if tool.name == name], said)


def _asked_for(tools: Sequence[Tool], said: str) -> FunctionCall | None:
    phrase = tidy(said)
    spoken = {_stem(word) for word in phrase.split()}
    best: tuple[int, Tool] | None = None
    for tool in tools:
        telling = _telling_words(tool)
        if telling and telling <= spoken and (best is None or len(telling) > best[0]):
            best = (len(telling), tool)
    if best is None:
        return None
    tool = best[1]
    filled = _fill_object(tool.parameters, phrase, said, telling=_name_words(tool.name))
    if filled is None or problems(tool.parameters, filled):
        return None
    return FunctionCall(tool.name, json.dumps(filled, ensure_ascii=False))


def _forced(tools: Sequence[Tool], said: str) -> FunctionCall | None:
    if not tools:
        return None
    phrase = tidy(said)
    spoken = {_stem(word) for word in phrase.split()}
    tool = max(tools, key=lambda one: len(_telling_words(one) & spoken))
    plain = simplest(tool.parameters)
    value = dict(plain) if isinstance(plain, dict) else {}
    known = tool.parameters.get("properties")
    for name, schema in known.items() if isinstance(known, dict) else ():
        part = _fill(name, schema, phrase, said, _name_words(tool.name))
        if part is not None and not problems(schema, part):
            value[name] = part
        elif name in value and isinstance(value[name], str) and not value[name] and said:
            value[name] = said if not problems(schema, said) else value[name]
    return FunctionCall(tool.name, json.dumps(value, ensure_ascii=False))


def _name_words(name: str) -> list[str]:
    apart = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", " ", name)
    return [word for word in re.split(r"[^A-Za-z0-9]+", apart.lower()) if word]


def _telling_words(tool: Tool) -> frozenset[str]:
    words = [word for word in _name_words(tool.name) if word not in _EMPTY_WORDS]
    return frozenset(_stem(word) for word in words)


def _stem(word: str) -> str:
    word = word.removesuffix("'s")
    return word[:-1] if len(word) > 3 and word.endswith("s") and not word.endswith("ss") else word


def _fill_object(
    schema: Schema, phrase: str, said: str, telling: Sequence[str], depth: int = 0
) -> dict[str, object] | None:
    """Fill the properties a sentence speaks of; None if a required one is not among them."""
    known = schema.get("properties") or {}
    required = schema.get("required") or ()
    value: dict[str, object] = {}
    for name, part in known.items():
        found = _fill(name, part, phrase, said, telling, depth + 1)
        if found is not None and not problems(part, found):
            value[name] = found
        elif name in required and "default" in part:
            value[name] = part["default"]
        elif name in required and "const" in part:
            value[name] = part["const"]
    return value if all(name in value for name in required) else None


def _fill(
    name: str, schema: Schema, phrase: str, said: str, telling: Sequence[str], depth: int = 0
) -> object | None:
    """Find one parameter in the sentence; None where it is not said."""
    if choices := schema.get("enum"):
        return _choice(choices, phrase)
    match next(iter(schema.get("type", ())), "string"):
        case "integer" | "number":
            return _number(phrase, whole="integer" in schema["type"])
        case "boolean":
            words = set(phrase.split())
            return True if words & _ON else False if words & _OFF else None
        case "array" if depth < MAX_DEPTH:
            item = _fill(name, schema.get("items") or {}, phrase, said, telling, depth + 1)
            return None if item is None else [item]
        case "object" if depth < MAX_DEPTH:
            return _fill_object(schema, phrase, said, telling, depth)
        case "string":
            return _text(name, schema, phrase, said, telling)
        case _:
            return None


def _choice(choices: Sequence[object], phrase: str) -> object | None:
    for choice in choices:
        words = str(choice).lower().replace("_", " ").replace("-", " ")
        if re.search(rf"(?<!\w){re.escape(words)}(?!\w)", phrase):
            return choice
    return None


def _number(phrase: str, *, whole: bool) -> int | float | None:
    for word in digits(phrase).split():
        if is_numeral(word) and not (whole and float(word) != int(float(word))):
            return int(float(word)) if "." not in word or whole else float(word)
    return None


def _text(name: str, schema: Schema, phrase: str, said: str, telling: Sequence[str]) -> str | None:
    if "pattern" in schema:
        fits = (word.strip(".,!?") for word in said.split())
        return next((word for word in fits if matches(schema["pattern"], word)), None)
    if quoted := re.search(r"[\"“]([^\"”]+)[\"”]", said):
        return quoted[1]
    words = _name_words(name)
    if any(word in _PLACE_NAMES for word in words):
        found = _BEFORE_PLACE.search(_TIME_TAIL.sub("", phrase))
        return as_said(found[1], said) if found else None
    if (found := _BEFORE_TEXT.search(phrase)) is not None:
        return as_said(found[1], said)
    if any(word in _TEXT_NAMES for word in words):
        return _after(telling, phrase, said)
    return None


def _after(telling: Sequence[str], phrase: str, said: str) -> str | None:
    """Take what follows the last word of the tool's name: "search the web cats" -> "cats"."""
    words = phrase.split()
    stems = {_stem(word) for word in telling}
    places = [place for place, word in enumerate(words) if _stem(word) in stems]
    rest = " ".join(words[places[-1] + 1 :]) if places else ""
    return as_said(rest, said) if rest else None


def spoken_output(output: str) -> str:
    """Say what a tool gave back: text as it is, fields by their names."""
    try:
        value = json.loads(output)
    except ValueError:
        return output.strip() or "Done."
    return _say_value(value) or "Done."


_TELLING_FIELDS = (
    "spoken",
    "message",
    "text",
    "answer",
    "summary",
    "result",
    "output",
    "description",
)


def _say_value(value: object, depth: int = 0) -> str:
    match value:
        case None:
            return ""
        case bool():
            return "Yes." if value else "No."
        case str():
            return value.strip()
        case int() | float():
            return f"{value}."
        case list() if depth < 3:
            return ", ".join(
                filter(None, (_say_value(v, depth + 1).rstrip(".") for v in value[:10]))
            )
        case dict() if depth < 3:
            return _say_fields(value, depth)
        case _:
            return ""


def _say_fields(fields: dict[str, object], depth: int) -> str:
    error = fields.get("error")
    if error:
        return f"That didn't work: {_say_value(error, depth + 1).rstrip('.')}."
    for name in _TELLING_FIELDS:
        if isinstance(fields.get(name), str) and fields[name]:
            return _say_value(fields[name], depth + 1)
    told = [
        f"{' '.join(_name_words(name))} {said}"
        for name, value in fields.items()
        if (said := _say_value(value, depth + 1).rstrip("."))
    ]
    text = ", ".join(told[:10])
    return f"{text[:1].upper()}{text[1:]}." if text else ""

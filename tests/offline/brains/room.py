"""What the brain tests share: requests, and listening to a brain until it has finished."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

from desktop_app.offline.brains.brain import (
    Brain,
    FunctionCall,
    Request,
    Said,
    TextDelta,
    Thought,
    Tool,
    ToolChoice,
    Turn,
)
from desktop_app.offline.brains.skills_brain import SkillsBrain
from desktop_app.offline.skills.household import Household
from tests.offline.skills.hand_clock import HandClock
from tests.offline.skills.table import NOW

WEATHER = Tool(
    "get_weather",
    "Current weather of a city.",
    {"type": "object", "properties": {"city": {"type": "string"}}, "required": ["city"]},
)
LIGHTS = Tool(
    "set_lights",
    "Switches the lights of a room.",
    {
        "type": "object",
        "properties": {
            "room": {"type": "string", "enum": ["kitchen", "living room"]},
            "on": {"type": "boolean"},
            "level": {"type": "integer", "minimum": 0, "maximum": 100},
        },
        "required": ["room", "on"],
    },
)


def ask(
    said: str,
    *earlier: Turn,
    tools: Sequence[Tool] = (),
    choice: ToolChoice = "auto",
    limit: int | None = None,
    language: str | None = None,
    instructions: str = "",
) -> Request:
    history = (*earlier, Said("user", said)) if said else earlier
    return Request(history, instructions, NOW, tuple(tools), choice, limit, language)


async def listen(brain: Brain, request: Request) -> list[Thought]:
    return [thought async for thought in brain.think(request)]


def hear(brain: Brain, request: Request) -> list[Thought]:
    return asyncio.run(listen(brain, request))


def text_of(thoughts: Sequence[Thought]) -> str:
    return "".join(thought.text for thought in thoughts if isinstance(thought, TextDelta))


def calls_of(thoughts: Sequence[Thought]) -> list[tuple[str, str]]:
    return [(one.name, one.arguments) for one in thoughts if isinstance(one, FunctionCall)]


def household(directory: Path | None = None) -> Household:
    return Household(directory, lambda _: None, HandClock(NOW))


def skills(directory: Path | None = None) -> SkillsBrain:
    return SkillsBrain(household(directory), seed=lambda: 7)

"""Skills for what must be exact, a model for everything else, and skills again when it is gone."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Protocol

from desktop_app.offline.brains.brain import (
    Brain,
    BrainError,
    Description,
    Finished,
    FunctionCall,
    NamedTool,
    Request,
    TextDelta,
    Thought,
    Usage,
)
from desktop_app.offline.brains.skills_brain import SkillsBrain, quotes, read_talk
from desktop_app.offline.brains.tools import choose_call
from desktop_app.offline.skills.answers import Understood

GONE = "The local model is not answering, so my built-in skills take over."
BROKEN_OFF = "Sorry, the local model broke off there."


class ModelBrain(Brain, Protocol):
    """A brain whose model can go away and come back."""

    async def is_alive(self) -> bool:
        """Ask quickly whether it would answer."""
        ...

    async def absence(self) -> str:
        """Say why it is certain that it would not answer; empty if it may.

        One that is merely busy is not absent.
        """
        ...


class FallbackBrain:
    """A model with the skills beside it.

    Timers, lists, sums and the like are the skills' also when a model is there: it can't ring, and
    it can't count.
    """

    def __init__(self, model: ModelBrain, skills: SkillsBrain) -> None:
        """Put a model before the skills."""
        self._model = model
        self._skills = skills
        self._lost = ""
        """Why the model is not asked at present; empty while it is."""
        self._untold = False
        """Nobody has been told yet that it is gone."""

    @property
    def name(self) -> str:
        """What the window shows: the model, or the skills while it is gone."""
        return self._skills.name if self._lost else self._model.name

    def describe(self) -> Description:
        """Say what thinks at present, and why not the model."""
        if not self._lost:
            return self._model.describe()
        own = self._skills.describe()
        return Description(own.name, f"{self._model.name}: {self._lost}", open_questions=False)

    async def aclose(self) -> None:
        """Close both."""
        await self._model.aclose()
        await self._skills.aclose()

    async def check(self) -> None:
        """Notice, before anybody asks, that the model is gone."""
        if not self._lost:
            self._lost = await self._model.absence()
            self._untold = bool(self._lost)

    async def think(self, request: Request) -> AsyncGenerator[Thought, None]:
        """Answer by skill, else by the model, else say plainly that it is gone."""
        found = await asyncio.to_thread(self._skill_for, request)
        if found is not None:
            self._skills.hear()
            async with aclosing(self._skills.carry_out(request, found)) as thoughts:
                async for thought in thoughts:
                    yield thought
            return
        if self._lost and await self._model.is_alive():
            self._lost = ""
        source = self._without_model(request) if self._lost else self._ask_model(request)
        async with aclosing(source) as thoughts:
            async for thought in thoughts:
                yield thought

    def _skill_for(self, request: Request) -> Understood | None:
        """Find a skill that a model could not replace, unless the client has a tool for it."""
        if request.tool_choice == "required" or isinstance(request.tool_choice, NamedTool):
            return None
        found = self._skills.find(request)
        if found is None or found.is_chat:
            return None
        said = read_talk(request).said
        return found if quotes(found) or choose_call(request, said) is None else None

    def _without_model(self, request: Request) -> AsyncGenerator[Thought, None]:
        untold, self._untold = self._untold, False
        return self._after_failure(request) if untold else self._skills.think(request)

    async def _ask_model(self, request: Request) -> AsyncGenerator[Thought, None]:
        self._skills.hear()
        given: set[type[Thought]] = set()
        try:
            async with aclosing(_obedient(self._model.think(request), request)) as thoughts:
                async for thought in thoughts:
                    given.add(type(thought))
                    yield thought
            return
        except BrainError as error:
            self._lost = str(error)
        if FunctionCall in given:
            yield Finished("tool_calls", Usage())
        elif TextDelta in given:
            yield TextDelta(f" {BROKEN_OFF}")
            yield Finished("stop", Usage())
        else:
            async with aclosing(self._after_failure(request)) as thoughts:
                async for thought in thoughts:
                    yield thought

    async def _after_failure(self, request: Request) -> AsyncGenerator[Thought, None]:
        """Say that the model is gone, then what the skills make of it; a call says nothing."""
        told = False
        async with aclosing(self._skills.think(request)) as thoughts:
            async for thought in thoughts:
                if isinstance(thought, TextDelta) and not told:
                    told = True
                    yield TextDelta(f"{GONE} ")
                yield thought


async def _obedient(
    thoughts: AsyncGenerator[Thought, None], request: Request
) -> AsyncGenerator[Thought, None]:
    """Make a model call a tool when it must: many talk instead, or know no such choice."""
    must_call = request.tool_choice == "required" or isinstance(request.tool_choice, NamedTool)
    called = False
    async with aclosing(thoughts):
        async for thought in thoughts:
            if isinstance(thought, TextDelta) and must_call:
                continue
            called |= isinstance(thought, FunctionCall)
            if isinstance(thought, Finished) and must_call and not called:
                call = choose_call(request, read_talk(request).said)
                if call is not None:
                    yield call
                    thought = Finished("tool_calls", thought.usage)
            yield thought

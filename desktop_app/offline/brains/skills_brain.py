"""The brain that needs no model: skills, the client's own tools, and honesty about the rest."""

from __future__ import annotations

import asyncio
import json
import re
import secrets
from collections.abc import AsyncGenerator, Callable, Iterator
from dataclasses import dataclass

from desktop_app.offline.brains.brain import (
    Description,
    Finished,
    FinishReason,
    FunctionCall,
    Request,
    Returned,
    Said,
    TextDelta,
    Thought,
    Usage,
)
from desktop_app.offline.brains.tools import TOOL_OF_WISH, choose_call, granted, spoken_output
from desktop_app.offline.skills import match, units
from desktop_app.offline.skills.answers import Understood, understand
from desktop_app.offline.skills.desk_store import NotSavedError
from desktop_app.offline.skills.household import Household
from desktop_app.offline.skills.phrase import tidy
from desktop_app.offline.skills.scene import Scene
from desktop_app.offline.skills.talk_answers import (
    ENGLISH_ONLY,
    NOT_HEARD,
    OPEN_LONG,
    OPEN_SHORT,
    WHAT_I_CAN_DO,
)

NAME = "Built-in skills"
NOT_SAVED = "But I couldn't save that, so it is gone after a restart."
_GREETING = "Hello. What can I do for you?"
_SAY_EXACTLY = re.compile(
    r"\b(?:say|repeat|speak|read)\b[^\"“:]{0,60}(?::\s*|[\"“])[\"“]?(?P<words>[^\"”]+)[\"”]?",
    re.IGNORECASE,
)
_QUOTING = frozenset({"reminder_set", "note_add", "list_add", "list_remove", "say", "spell"})
_SENTENCE = re.compile(r".+?(?:(?<![ap]\.m)[.?!](?=\s)\s+|$)", re.DOTALL)


@dataclass(frozen=True, slots=True)
class Talk:
    """The turns of a conversation that matter to a skill."""

    said: str
    """What the user said last, if that is what is to be answered."""

    before: str
    """What the user said before the assistant's last reply."""

    last_reply: str
    asked_before: bool
    """Whether this conversation has heard what is missing."""


def read_talk(request: Request) -> Talk:
    """Pick from the history what a skill looks at.  Pure."""
    said = [turn for turn in request.history if isinstance(turn, Said) and turn.text.strip()]
    users = [turn.text for turn in said if turn.role == "user"]
    replies = [turn.text for turn in said if turn.role == "assistant"]
    is_users_turn = bool(said) and said[-1].role == "user" and not _outputs(request)
    return Talk(
        said=users[-1] if is_users_turn else "",
        before=users[-2] if is_users_turn and len(users) > 1 else "",
        last_reply=replies[-1].strip() if replies else "",
        asked_before=any(OPEN_LONG[:30] in reply or OPEN_SHORT in reply for reply in replies),
    )


def _outputs(request: Request) -> list[str]:
    """Collect the tool outputs at the end of the history: they are what is to be answered."""
    outputs: list[str] = []
    for turn in reversed(request.history):
        if not isinstance(turn, Returned):
            break
        outputs.insert(0, turn.output)
    return outputs


class SkillsBrain:
    """Answers what the skills know, and says plainly what is missing for the rest."""

    def __init__(
        self, household: Household, seed: Callable[[], int] = lambda: secrets.randbits(32)
    ) -> None:
        """Use a household that other conversations share; ``seed`` decides coins and dice."""
        self._household = household
        self._seed = seed

    @property
    def name(self) -> str:
        """What the window shows."""
        return NAME

    def describe(self) -> Description:
        """Say what thinks."""
        return Description(NAME, f"{WHAT_I_CAN_DO} No language model is connected.", False)

    async def warm_up(self) -> None:
        """Load sentences and units in a thread, so that no answer has to wait for them."""
        await asyncio.to_thread(match.warm_up)
        await asyncio.to_thread(units.warm_up)

    async def aclose(self) -> None:
        """Nothing to give back."""

    def hear(self) -> None:
        """Let what rings be quiet: the user has spoken."""
        self._household.dismiss()

    def find(self, request: Request) -> Understood | None:
        """Find the skill for the last turn, changing nothing."""
        talk = read_talk(request)
        scene = Scene(
            now=request.now,
            desk=self._household.desk,
            last_reply=talk.last_reply,
            seed=self._seed(),
            client_intents=granted(request),
        )
        return understand(talk.said, scene, talk.before) if talk.said else None

    async def think(self, request: Request) -> AsyncGenerator[Thought, None]:
        """Answer the last turn: by a tool, by a skill, or by saying what is missing."""
        talk = read_talk(request)
        if talk.said:
            self.hear()
        found = await asyncio.to_thread(self.find, request)
        call = choose_call(request, talk.said)
        if call is not None and not (request.tool_choice == "auto" and quotes(found)):
            yield call
            yield Finished("tool_calls", _usage(request, call.arguments))
            return
        if found is None:
            async for thought in speak(request, _without_skill(request, talk)):
                yield thought
            return
        async for thought in self.carry_out(request, found):
            yield thought

    async def carry_out(self, request: Request, found: Understood) -> AsyncGenerator[Thought, None]:
        """Do what a skill decided, then say it."""
        text = found.answer.text
        try:
            await self._household.do(found.answer.deeds)
        except NotSavedError:
            text = f"{text} {NOT_SAVED}"
        wish = found.answer.wish
        if wish is not None:
            arguments = json.dumps(dict(wish.values))
            yield FunctionCall(TOOL_OF_WISH[wish.name], arguments)
            yield Finished("tool_calls", _usage(request, arguments))
            return
        async for thought in speak(request, text):
            yield thought


def quotes(found: Understood | None) -> bool:
    """Tell whether a sentence carries others' words: "remind me to check the weather"."""
    return found is not None and found.intent in _QUOTING


def _without_skill(request: Request, talk: Talk) -> str:
    """Decide what is said when no skill fits."""
    outputs = _outputs(request)
    if outputs:
        return " ".join(spoken_output(output) for output in outputs)
    if not talk.said:
        quoted = _SAY_EXACTLY.search(request.instructions)
        return quoted["words"].strip() if quoted else talk.last_reply or _GREETING
    if not tidy(talk.said) and len(talk.said) < 100:
        return NOT_HEARD
    language = (request.language or "en").lower()
    if not language.startswith("en"):
        return ENGLISH_ONLY
    return OPEN_SHORT if talk.asked_before else OPEN_LONG


async def speak(request: Request, text: str) -> AsyncGenerator[Thought, None]:
    """Give a text sentence by sentence, within the tokens that were asked for."""
    reason: FinishReason = "stop"
    words = text.split()
    limit = request.max_output_tokens
    if limit is not None and len(words) > limit:
        text, reason = " ".join(words[:limit]), "length"
    for sentence in _sentences(text):
        yield TextDelta(sentence)
    yield Finished(reason, _usage(request, text))


def _sentences(text: str) -> Iterator[str]:
    return (found[0] for found in _SENTENCE.finditer(text) if found[0])


def _usage(request: Request, output: str) -> Usage:
    heard = sum(len(turn.text.split()) for turn in request.history if isinstance(turn, Said))
    return Usage(heard, len(output.split()))

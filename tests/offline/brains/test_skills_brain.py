from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.core.own_tools import SET_SPEED, SET_VOLUME, declarations, turned
from desktop_app.core.settings import Settings
from desktop_app.offline.brains.brain import (
    Called,
    Finished,
    NamedTool,
    Returned,
    Said,
    TextDelta,
    Tool,
    ToolChoice,
)
from desktop_app.offline.brains.skills_brain import NOT_SAVED, SkillsBrain, read_talk
from desktop_app.offline.skills.household import Household, Ring
from desktop_app.offline.skills.talk_answers import ENGLISH_ONLY, NOT_HEARD, OPEN_LONG, OPEN_SHORT
from tests.offline.brains.room import (
    LIGHTS,
    WEATHER,
    ask,
    calls_of,
    hear,
    household,
    listen,
    skills,
    text_of,
)
from tests.offline.skills.hand_clock import HandClock
from tests.offline.skills.table import NOW


def test_a_skill_is_answered_sentence_by_sentence_and_finished() -> None:
    thoughts = hear(skills(), ask("Who are you?"))
    assert [type(thought) for thought in thoughts] == [TextDelta, TextDelta, Finished]
    assert text_of(thoughts).startswith("I'm Parley, a voice assistant. ")
    assert isinstance(thoughts[-1], Finished)
    assert (thoughts[-1].reason, thoughts[-1].usage.input_tokens) == ("stop", 3)
    assert thoughts[-1].usage.output_tokens == len(text_of(thoughts).split())


def test_a_time_of_day_is_not_cut_in_two_sentences() -> None:
    thoughts = hear(skills(), ask("Set an alarm for 7 a.m."))
    assert thoughts[0] == TextDelta("Alarm set for 7:00 a.m. tomorrow.")


def test_an_open_question_is_told_at_length_once_and_then_shortly() -> None:
    brain = skills()
    first = text_of(hear(brain, ask("Who is the president?")))
    assert first == OPEN_LONG
    before = (Said("user", "Who is the president?"), Said("assistant", first))
    assert text_of(hear(brain, ask("What's the weather?", *before))) == OPEN_SHORT
    cut = (Said("user", "Who is the president?"), Said("assistant", first[:60]))
    assert text_of(hear(brain, ask("What's the weather?", *cut))) == OPEN_SHORT


def test_another_language_is_told_that_only_english_is_understood() -> None:
    assert text_of(hear(skills(), ask("Wie wird das Wetter?", language="de"))) == ENGLISH_ONLY
    assert text_of(hear(skills(), ask("What time is it?", language="de"))) == "It's 3:00 p.m."
    assert text_of(hear(skills(), ask("What's the weather?", language="en-GB"))) == OPEN_LONG


def test_nothing_understandable_was_not_heard() -> None:
    assert text_of(hear(skills(), ask("..."))) == NOT_HEARD


def test_timers_are_set_for_the_whole_household() -> None:
    home = household()
    hear(SkillsBrain(home), ask("Set a pasta timer for ten minutes."))
    other_conversation = hear(SkillsBrain(home), ask("How much time is left?"))
    assert text_of(other_conversation) == "10 minutes left on the pasta timer."


def test_a_timer_rings_without_any_conversation() -> None:
    async def scene() -> None:
        rings: list[Ring] = []
        clock = HandClock(NOW)
        home = Household(None, rings.append, clock)
        running = asyncio.create_task(home.run())
        await listen(SkillsBrain(home), ask("Set a timer for ten minutes."))
        await clock.turn(minutes=10)
        assert [ring.text for ring in rings] == ["Your timer is done."]
        await listen(SkillsBrain(home), ask("Thanks!"))
        assert not home.is_ringing
        running.cancel()

    asyncio.run(scene())


def test_a_disk_that_is_full_is_admitted(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("", "utf-8")
    text = text_of(hear(skills(tmp_path / "file" / "x"), ask("Add milk to my shopping list.")))
    assert text == f"Added milk to your shopping list. {NOT_SAVED}"


OWN = [
    Tool(str(one["name"]), str(one["description"]), cast("dict[str, object]", one["parameters"]))
    for one in declarations()
]
"""What the app offers, as a session of its own would hold it."""


@pytest.mark.parametrize(
    ("said", "name", "arguments"),
    [
        ("Louder!", SET_VOLUME, {"change": 20}),
        ("A bit quieter, please.", SET_VOLUME, {"change": -10}),
        ("Volume at fifty percent.", SET_VOLUME, {"percent": 50}),
        ("Speak slower.", SET_SPEED, {"change": -0.15}),
        ("Speak at 80 percent.", SET_SPEED, {"speed": 0.8}),
    ],
)
def test_how_it_is_heard_is_changed_by_the_apps_own_tools(
    said: str, name: str, arguments: dict[str, object]
) -> None:
    thoughts = hear(skills(), ask(said, tools=OWN))
    ((called, given),) = calls_of(thoughts)
    assert (called, json.loads(given)) == (name, arguments)
    settings, output = turned(Settings(volume=30), called, given)
    assert settings != Settings(volume=30), output
    assert text_of(thoughts) == ""


def test_without_such_a_tool_it_says_that_it_cannot() -> None:
    other = Tool("set_volume", "", {"type": "object", "properties": {"level": {"type": "string"}}})
    no_tool: list[list[Tool]] = [[], [other]]
    for tools in no_tool:
        assert text_of(hear(skills(), ask("Louder!", tools=tools))) == (
            "I can't change the volume from here."
        )
    assert calls_of(hear(skills(), ask("Louder!", tools=OWN, choice="none"))) == []


def test_a_question_about_a_volume_turns_nothing() -> None:
    for said in ("What is the volume of a cube?", "How do I set the volume on my television?"):
        assert calls_of(hear(skills(), ask(said, tools=OWN))) == []


def test_a_reply_keeps_within_the_tokens_it_was_given() -> None:
    thoughts = hear(skills(), ask("Who are you?", limit=3))
    assert text_of(thoughts) == "I'm Parley, a"
    assert isinstance(thoughts[-1], Finished)
    assert thoughts[-1].reason == "length"


def test_a_clients_tool_is_called_when_the_sentence_fills_it() -> None:
    thoughts = hear(skills(), ask("What's the weather in New York today?", tools=[WEATHER]))
    assert calls_of(thoughts) == [("get_weather", '{"city": "New York"}')]
    assert isinstance(thoughts[-1], Finished)
    assert thoughts[-1].reason == "tool_calls"


def test_a_tool_whose_parameters_are_not_said_is_not_called() -> None:
    assert text_of(hear(skills(), ask("What's the weather?", tools=[WEATHER]))) == OPEN_LONG
    assert text_of(hear(skills(), ask("Tell me a story", tools=[WEATHER]))) == OPEN_LONG


def test_words_in_a_reminder_call_no_tool() -> None:
    said = "Remind me to check the weather in Rome at five."
    assert calls_of(hear(skills(), ask(said, tools=[WEATHER]))) == []


@pytest.mark.parametrize("choice", ["required", NamedTool("set_lights")])
def test_a_call_that_must_be_made_is_made(choice: NamedTool) -> None:
    for said in ("Make it cosy", "Lights on in the living room at 40 percent", ""):
        ((name, arguments),) = calls_of(
            hear(skills(), ask(said, tools=[LIGHTS], choice=choice, instructions="x"))
        )
        value = json.loads(arguments)
        assert name == "set_lights"
        assert value["room"] in {"kitchen", "living room"}
        assert isinstance(value["on"], bool)
    value = json.loads(
        calls_of(hear(skills(), ask("Living room lights on, 40", tools=[LIGHTS], choice=choice)))[
            0
        ][1]
    )
    assert value == {"room": "living room", "on": True, "level": 40}


def test_no_tool_is_called_against_the_clients_wish() -> None:
    request = ask("What's the weather in Rome?", tools=[WEATHER], choice="none")
    assert calls_of(hear(skills(), request)) == []


@pytest.mark.parametrize(
    ("output", "spoken"),
    [
        ("It is sunny.", "It is sunny."),
        ('"Sunny."', "Sunny."),
        ('{"temperature": 21, "sky": "clear"}', "Temperature 21, sky clear."),
        ('{"message": "Lights are on.", "code": 0}', "Lights are on."),
        ('{"error": "no such city"}', "That didn't work: no such city."),
        ("", "Done."), ("{}", "Done."), ("null", "Done."), ("true", "Yes."),
        ('["a", "b"]', "a, b"), ("[[[[[1]]]]]", "Done."),
    ],
)  # fmt: skip
def test_what_a_tool_gave_back_is_spoken(output: str, spoken: str) -> None:
    turns = (
        Said("user", "What's the weather in Rome?"),
        Called("call_1", "get_weather", '{"city": "Rome"}'),
        Returned("call_1", output),
    )
    assert text_of(hear(skills(), ask("", *turns, tools=[WEATHER]))) == spoken


def test_without_a_word_from_the_user_it_greets_or_says_what_it_is_told() -> None:
    assert text_of(hear(skills(), ask(""))) == "Hello. What can I do for you?"
    told = ask("", instructions='Say exactly: "Your pasta timer is done."')
    assert text_of(hear(skills(), told)) == "Your pasta timer is done."


def test_the_question_before_is_found_in_the_history() -> None:
    turns = (Said("user", "Set a timer."), Said("assistant", "For how long?"))
    talk = read_talk(ask("Ten minutes.", *turns))
    assert (talk.said, talk.before, talk.last_reply) == (
        "Ten minutes.",
        "Set a timer.",
        "For how long?",
    )
    assert text_of(hear(skills(), ask("Ten minutes.", *turns))) == "Timer set for 10 minutes."


def test_it_describes_itself_and_closes() -> None:
    brain = skills()
    assert brain.name == "Built-in skills"
    assert not brain.describe().open_questions

    async def scene() -> None:
        await brain.warm_up()
        await brain.aclose()

    asyncio.run(scene())


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=8), inner, max_size=3)
    ),
    max_leaves=8,
)
KEYWORDS = (
    "type",
    "properties",
    "required",
    "enum",
    "items",
    "minimum",
    "pattern",
    "default",
    "minLength",
)


@given(
    st.dictionaries(st.sampled_from(KEYWORDS), JSON, max_size=5),
    st.text(max_size=40),
    st.sampled_from(["auto", "none", "required", NamedTool("do_it")]),
)
@settings(max_examples=300, deadline=None)
def test_no_schema_a_client_sends_breaks_the_brain(
    schema: dict[str, object], said: str, choice: ToolChoice
) -> None:
    tools = [
        Tool("do_it", "", schema),
        Tool("", "", {"properties": {"x": schema}, "required": ["x"]}),
    ]
    thoughts = hear(skills(), ask(said or "do it", tools=tools, choice=choice))
    assert isinstance(thoughts[-1], Finished)
    if choice == "required" or isinstance(choice, NamedTool):
        ((_, arguments),) = calls_of(thoughts)
        assert isinstance(json.loads(arguments), dict)

"""Fixed snapshots of a life with Parley, for pictures and tests of the window."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.state import (
    AppState,
    ItemAudio,
    LinkState,
    Meter,
    Phase,
    ResponseState,
    SoundState,
)
from desktop_app.core.transcript import Role, Row, Rows, Text


def said(item_id: str, role: Role, text: str, state: Text = Text.DONE) -> Row:
    return Row(item_id, role, state, tail=text, spoken=role is Role.ASSISTANT)


TALK: Rows = (
    said(
        "i1",
        Role.USER,
        "Good morning! What should I cook for six people tonight, two of them vegetarian?",
    ),
    said(
        "i2",
        Role.ASSISTANT,
        "How about a big Moroccan vegetable tagine with chickpeas and"
        " apricots? Everyone can share it, and you can roast some lamb on the side for those who"
        " would like meat. It takes about ninety minutes, and most of that the pot does alone.",
    ),
    said("i3", Role.USER, "Nice. What do I have to buy?"),
    said(
        "i4",
        Role.ASSISTANT,
        "Two tins of chickpeas, three carrots, two courgettes, an aubergine,"
        " a handful of dried apricots, and then for the spices you will",
        Text.INTERRUPTED,
    ),
    said("i5", Role.USER, "Wait, one guest is allergic to nuts. Is that a problem?"),
    said(
        "i6",
        Role.ASSISTANT,
        "Not at all. Leave out the toasted almonds on top and use sesame or"
        " pumpkin seeds instead. And check the label of your",
        Text.PARTIAL,
    ),
)
LIVE = LinkState(
    phase=Phase.LIVE,
    wanted=True,
    server="api.openai.com",
    model="gpt-realtime-2.1",
    voice="marin",
    spoke=True,
)
SOUND = SoundState(
    wanted=True,
    mic_open=True,
    mic_label="USB Headset Mono",
    speaker_open=True,
    speaker_label="Built-in Speakers",
)
METER = Meter(responses=3, input_tokens=4812, output_tokens=1267, cached_tokens=3000)
FIRST_START = AppState()
LISTENING = AppState(link=LIVE, sound=SOUND, rows=TALK[:4], meter=METER)
SPEAKING = replace(
    LISTENING,
    rows=TALK,
    sound=replace(SOUND, playing=(ItemAudio("i6", "r3", 48_000),)),
    responses=ResponseState(active="r3"),
)
HEARING = replace(
    LISTENING, rows=(*TALK[:4], Row("i5", Role.USER, Text.WAITING)), user_speaking=True
)
NO_KEY = Problem(
    Kind.NO_KEY,
    "There is no key for api.openai.com yet",
    "Set one, or use the assistant on this computer, which needs none.",
    Action.SET_KEY,
)
NO_NETWORK = Problem(
    Kind.NO_NETWORK,
    "The connection to api.openai.com was lost",
    "Parley tries again by itself; what you said is kept.",
    Action.RETRY,
)
PROBLEM = replace(FIRST_START, problems=(NO_KEY,))
TROUBLE = replace(
    LISTENING,
    link=replace(LIVE, phase=Phase.BACKING_OFF, attempt=2),
    problems=(NO_NETWORK, NO_KEY),
    rows=(
        *TALK[:2],
        said("i3", Role.USER, "Nice. What do I have to buy?", Text.LOST),
        said("i4", Role.ASSISTANT, "Two tins of chickpeas, three carrots and", Text.CUT),
        said("i5", Role.USER, "", Text.FAILED),
        said("i6", Role.ASSISTANT, "", Text.FAILED),
        said("i7", Role.TOOL, "Looked up the weather in Lisbon"),
        said("i8", Role.ASSISTANT, "I cannot say that.", Text.FILTERED),
    ),
)
MANUAL = replace(LISTENING, settings=Settings(turn_detection="manual"))
MUTED = replace(LISTENING, muted=True)
CONNECTING = replace(
    FIRST_START, link=LinkState(phase=Phase.OPENING, wanted=True, server="api.openai.com")
)
THINKING = replace(LISTENING, rows=TALK[:5], responses=ResponseState(requested="e9"))
OWN_ENGINE = replace(
    LISTENING,
    link=replace(LIVE, server="This computer", model="Built-in skills", voice="Hibari"),
    meter=Meter(),
    rows=(
        said("i1", Role.USER, "Set a timer for the pasta, nine minutes."),
        said("i2", Role.ASSISTANT, "Nine minutes for the pasta, starting now."),
    ),
)
NO_ENGINE = Problem(
    Kind.NO_ENGINE,
    "The assistant on this computer can't start",
    "It needs a speech model, which can be downloaded once.",
    Action.GET_WEIGHTS,
)
NO_WEIGHTS = replace(FIRST_START, problems=(NO_ENGINE,))
MISSING = replace(LISTENING, settings=Settings(microphone="Blue Yeti Stereo Microphone"))

SCENES = {
    "first_start": FIRST_START,
    "listening": LISTENING,
    "hearing": HEARING,
    "thinking": THINKING,
    "speaking": SPEAKING,
    "problem": PROBLEM,
    "trouble": TROUBLE,
    "manual": MANUAL,
    "muted": MUTED,
    "connecting": CONNECTING,
    "missing_microphone": MISSING,
    "own_engine": OWN_ENGINE,
    "no_weights": NO_WEIGHTS,
}

"""Every race between server, loudspeaker and user ends in peace."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from functools import partial

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.far_end import ToolFinished
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState, Floor
from desktop_app.core.transcript import OPEN
from tests.core.dialogue import kinds, live, pcm
from tests.core.world import Server, World

SHORT_TIMERS = ("release", "again", "doubt", "lately", "owed", "verdict")
FAIR = 3_000


def neighbours(world: World) -> list[Callable[[], None]]:
    """Return what the neighbours could do next, each alone in legal order."""
    server = world.server
    able: list[Callable[[], None]] = []
    if server.orders:
        able.append(server.take)
    if server.answer is not None:
        able.append(server.go_on)
    if server.out:
        able.append(lambda: world.feed(server.out.popleft()))
    if world.queue and not world.held:
        able.append(lambda: world.play(70))
    if world.reports:
        able.append(lambda: world.feed(world.reports.popleft()))
    if world.tools:
        able.append(lambda: world.feed(ToolFinished(world.tools.popleft(), "noon")))
    able += [partial(world.fire, name) for name in SHORT_TIMERS if name in world.timers]
    return able


def user(world: World) -> list[Callable[[], None]]:
    """Return what the user could do next."""
    able: list[Callable[[], None]] = [
        lambda: world.feed(wish.InterruptAsked()),
        lambda: world.feed(wish.TextSubmitted("Hello")),
        lambda: world.feed(wish.AnswerAsked()),
        lambda: world.feed(sound.MicFrame(pcm(100))),
        lambda: setattr(world.server, "tools", not world.server.tools),
    ]
    if world.state.sound.detects:
        able += [lambda: world.feed(sound.VoiceHeard(0.9)), lambda: world.feed(sound.VoiceHeard(0))]
        able.append(lambda: world.hear(sound.VoiceHeard(0.9), times=18))
        able.append(lambda: setattr(world.server, "words", "" if world.server.words else "words"))
    if world.server.manual:
        able += [lambda: world.feed(wish.TalkPressed()), lambda: world.feed(wish.TalkReleased())]
    elif world.server.speech:
        able.append(world.server.hear_end)
    else:
        able.append(world.server.hear_begin)
    return able


def drain(world: World) -> None:
    """Let everything come to its end."""
    world.server.tools = False
    if world.server.speech:
        world.server.hear_end()
    world.feed(wish.TalkReleased())
    for _ in range(FAIR):
        able = neighbours(world)
        if not able:
            return
        able[0]()
    raise AssertionError("it never ends")


@pytest.mark.parametrize("detects", [True, False])
@pytest.mark.parametrize("detection", ["server_vad", "manual"])
@pytest.mark.parametrize("interrupts", [True, False])
@given(choices=st.lists(st.tuples(st.sampled_from("nnnnu"), st.integers(0, 50)), max_size=150))
@settings(max_examples=100)
def test_every_race_ends_in_peace(
    detection: str, interrupts: bool, detects: bool, choices: list[tuple[str, int]]
) -> None:
    chosen = Settings(turn_detection=detection, interrupt_response=interrupts)
    state = live(chosen, sound=replace(AppState().sound, detects=detects))
    by_server = interrupts and detection != "manual" and not state.link.held_back
    server = Server(manual=detection == "manual", interrupts=by_server)
    world = World(state, server)
    for who, number in choices:
        able = neighbours(world) if who == "n" else user(world)
        if able:
            able[number % len(able)]()
    drain(world)
    state = world.state
    known = state.responses
    assert (known.requested, known.active, known.pending) == (None, None, False)
    assert not known.cancelling
    assert not known.unwanted
    assert (state.calls, state.commit, state.texts) == ((), None, ())
    assert (state.floor, state.sound.playing) == (Floor.NOBODY, ())
    assert not any(row.state in OPEN for row in state.rows)
    assert kinds(state) <= {"hold_longer"}
    shown = [row.item_id for row in state.rows if row.item_id in server.items]
    assert shown == server.items, "the transcript and the server agree on the order"

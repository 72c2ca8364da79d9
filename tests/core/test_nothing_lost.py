"""Whoever speaks over the assistant: what they say is answered, and what they miss is nothing.

The world of the races, with a microphone that is listened to: a person murmurs and speaks, at any
moment, and the server answers what it hears if it is free.
"""

from __future__ import annotations

from dataclasses import replace

from hypothesis import given, settings
from hypothesis import strategies as st

from desktop_app.core import sound
from desktop_app.core.interrupting import sounding
from desktop_app.core.settings import Settings
from desktop_app.core.state import AppState
from tests.core.dialogue import live
from tests.core.test_races import drain, neighbours
from tests.core.world import Server, World

VOICE, QUIET = sound.VoiceHeard(0.9), sound.VoiceHeard(0.1)
MOVES = st.lists(
    st.tuples(st.sampled_from("nnnnnnms"), st.integers(0, 50)), min_size=10, max_size=120
)


class Person:
    """Someone in front of the microphone, and the books of what they said and heard."""

    def __init__(self, interrupting: str) -> None:
        chosen = Settings(interrupting=interrupting)
        state = live(chosen, sound=replace(AppState().sound, detects=True))
        self.world = World(state, Server(manual=False, interrupts=False))
        self.world.prompt = True
        self.said: list[str] = []

    def murmur(self, *, in_time: bool) -> None:
        """Show that one listens; the server may hear it, sooner or later."""
        self.world.server.words = ""
        self._utter(voiced=5, in_time=in_time)

    def speak(self, *, in_time: bool) -> None:
        """Say something, and wait for an answer."""
        self.world.server.words = "words of"
        self.said.append(self._utter(voiced=24, in_time=in_time))

    def _utter(self, *, voiced: int, in_time: bool) -> str:
        world, server = self.world, self.world.server
        # Only over a voice that sounds may the server's word be later than what is heard here.
        in_time = in_time or not sounding(world.state)
        server.hear_begin()
        item = server.speech
        if in_time:
            self._deliver()
        for frame in (VOICE,) * voiced + (QUIET,) * 16:
            world.feed(frame)
        if in_time:
            while server.orders:
                server.take()
        server.hear_end()
        return item

    def _deliver(self) -> None:
        while self.world.server.out:
            self.world.feed(self.world.server.out.popleft())

    def live_on(self, moves: list[tuple[str, int]]) -> None:
        """Let things happen in this order, and then come to their end."""
        for what, number in moves:
            if what == "m" and sounding(self.world.state):
                self.murmur(in_time=number % 2 == 0)
            elif what == "s":
                self.speak(in_time=number % 2 == 0)
            elif able := neighbours(self.world):
                able[number % len(able)]()
        drain(self.world)


@given(st.sampled_from(["balanced", "patient"]), MOVES)
@settings(max_examples=300)
def test_the_last_thing_said_is_answered_and_the_answer_is_heard_whole(
    interrupting: str, moves: list[tuple[str, int]]
) -> None:
    person = Person(interrupting)
    person.speak(in_time=True)
    person.live_on(moves)
    server = person.world.server
    answers = server.items[server.items.index(person.said[-1]) + 1 :]
    whole = [
        item
        for item in answers
        if item.startswith("a") and person.world.heard_ms.get(item) == server.made_ms[item]
    ]
    assert whole, "nobody answered"


@given(
    st.lists(
        st.tuples(st.sampled_from("nnnnm"), st.integers(0, 25).map(lambda n: 2 * n)), max_size=120
    )
)
@settings(max_examples=200)
def test_who_only_murmurs_misses_nothing_and_is_not_answered(moves: list[tuple[str, int]]) -> None:
    person = Person("balanced")
    person.speak(in_time=True)
    server = person.world.server
    while not person.world.state.sound.playing:
        neighbours(person.world)[0]()
    person.live_on(moves)
    heard = person.world.heard_ms
    first = [item for item in server.made_ms if item in ("a3", "a4")]
    assert first
    assert all(heard[item] == server.made_ms[item] for item in first)
    assert set(heard) == set(first)

"""The ear that is open while the user is muted."""

from __future__ import annotations

from dataclasses import replace

from desktop_app.audio.pcm import BLOCK_BYTES
from desktop_app.core import wishes as wish
from desktop_app.core.events import Event
from desktop_app.core.sound import MicFrame, TalkedMuted
from desktop_app.core.state import AppState
from desktop_app.voice.muted_ear import MutedEar
from tests import rooms
from tests.core.dialogue import after, live
from tests.servers import speech

MUTED = after(live(), wish.MuteToggled())
SAID = speech.to_pcm(rooms.asked(4, 3))


def told(*states: AppState, played: bool = False, size: int = BLOCK_BYTES) -> list[Event]:
    """What is told when the user says the same in each of ``states``."""
    news: list[Event] = []
    ear = MutedEar(news.append)
    for state in states:
        for at in range(0, len(SAID) - size, size):
            ear.heard(MicFrame(SAID[at : at + size], played=played), state)
    return news


def test_a_muted_user_who_talks_is_noticed() -> None:
    assert TalkedMuted() in told(MUTED)
    assert told(MUTED, size=2 * BLOCK_BYTES) == told(MUTED), "blocks may come by two"


def test_a_user_who_is_heard_anyway_is_not() -> None:
    assert told(live()) == []


def test_the_echo_of_the_assistant_is_not_the_user() -> None:
    assert told(MUTED, played=True) == []


def test_after_it_was_told_nobody_listens_for_a_while() -> None:
    assert told(replace(MUTED, muted_told=True)) == []

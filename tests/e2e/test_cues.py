"""Signals in the whole app: heard when they should be, and counted by nobody."""

from __future__ import annotations

import numpy as np

from desktop_app.audio.cues import cue_sound
from desktop_app.core.settings import Settings
from desktop_app.core.wishes import InterruptAsked, TalkPressed, TalkReleased
from tests.e2e.talker import Talker
from tests.servers import speech, traps
from tests.servers.scripted import ScriptedServer

CUE_MS = 120
VOLUME = 100
QUESTION = speech.to_pcm(speech.answer(600, seed=5))


def same(heard: bytes, wanted: bytes) -> bool:
    """Whether a sound is what was wanted, but for rounding."""
    a, b = (np.frombuffer(sound, "<i2").astype(int) for sound in (heard, wanted))
    return len(a) == len(b) and int(np.abs(a - b).max()) <= 1


def test_a_turn_is_signalled_and_what_was_heard_of_the_answer_is_told_without_the_signal() -> None:
    with ScriptedServer(traps.PATIENT) as server:
        settings = Settings(
            service="server",
            server_url=server.url,
            turn_detection="manual",
            cue_volume=VOLUME,
        )
        with Talker(settings) as talker:
            talker.connect()
            talker.tell(TalkPressed())
            talker.until(lambda s: s.pressed)
            assert same(talker.hears(CUE_MS), cue_sound("start", VOLUME))
            talker.says(QUESTION)
            server.wait_for("input_audio_buffer.append", count=40)
            talker.tell(TalkReleased())
            talker.until_received(1000)
            assert same(talker.hears(CUE_MS), cue_sound("stop", VOLUME))
            talker.hears(500)
            talker.tell(InterruptAsked())
            cut = server.wait_for("conversation.item.truncate").event
            assert 500 <= cut["audio_end_ms"] <= 510
    assert server.violations == []

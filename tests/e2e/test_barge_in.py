"""Somebody makes a sound while the assistant speaks: the real app, real sound, a real server."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from tests.benchmarks.barge_in import cough
from tests.e2e.device_scene import (
    Scene,
    TooSlowError,
    loud_ms,
    scene,
    without_starvation,
)
from tests.private_process import wait_until
from tests.rooms import LIBRIVOX, VOICE_DBFS, as_loud, told
from tests.servers import speech
from tests.servers.persona import Answer, Persona, Spoken, spoken
from tests.servers.speech import RATE_HZ, Sound

pytestmark = pytest.mark.sound

SPEAKER, MICROPHONE = "spk_desk", "mic_desk"
EXACT_SPEAKER, EXACT_MICROPHONE = "spk_exact", "mic_exact"
ANSWER_MS = 8_000
NEXT_MS = 1_500
SPEAKS_FIRST_MS = 3_500
"""So long the assistant speaks before anybody else does: it knows by then whether it is heard."""
REST_MS = ANSWER_MS - SPEAKS_FIRST_MS + 1_000
"""So much is left of an answer at most when it goes on, and the time until that is heard."""
TOLD_WRONG_MS = 40
LOST_MS = 60
SAME = 0.003
"""Samples that differ by less are the same."""
AUDIBLE = 0.02
PROBE_MS = 80
"""So much that is audible is like nothing else."""
FADES_MS = 30
LONGEST_PAUSE_S = 4
LEAST_PAUSE_MS = 150
"""An answer that is held falls silent for longer than this."""


def served(words: str, answer: Answer) -> Persona:
    """A server that listens, and that understands ``words`` whatever is said."""
    return Persona(answers=[answer, spoken("Well then.", NEXT_MS, seed=6)], user_words=(words,))


def a_real_voice() -> Sound:
    """Somebody real, who speaks for a few seconds."""
    files = sorted(LIBRIVOX.glob("*.wav"))
    if not files:
        pytest.skip("optional: needs Debian's pocketsphinx-testdata")
    return as_loud(speech.read_wav(files[0]), VOICE_DBFS)[: 4 * RATE_HZ]


def told_not_to_interrupt(talk: Scene) -> bool:
    """Whether the server leaves interrupting to the app."""
    updates = talk.server.connection.events("session.update")
    newest = updates[-1]["session"]["audio"]["input"]["turn_detection"]
    return newest["interrupt_response"] is False


def begin_answer(talk: Scene, speaker: str = SPEAKER) -> None:
    """Let the assistant speak, once it is agreed who interrupts it."""
    wait_until(lambda: told_not_to_interrupt(talk), "the server is told not to interrupt")
    talk.server.answer()
    talk.until_playing(speaker, SPEAKS_FIRST_MS)


@without_starvation
def test_a_real_voice_over_the_answer_ends_it_and_has_its_turn(tmp_path: Path) -> None:
    said = a_real_voice()
    answers = served("Tell me of something else.", spoken("A long answer.", ANSWER_MS, seed=5))
    with scene(tmp_path, served=answers) as talk, talk.recording(SPEAKER):
        begin_answer(talk)
        talk.say(said, MICROPHONE)
        told_ms = talk.server.wait_for("conversation.item.truncate").event["audio_end_ms"]
        heard_ms = loud_ms(talk.played[SPEAKER])
        if heard_ms > ANSWER_MS - 1_000 or abs(told_ms - heard_ms) > TOLD_WRONG_MS:
            raise TooSlowError(f"told {told_ms} ms, heard {heard_ms:.0f} ms of {ANSWER_MS}")
        talk.until_said(said)
        talk.check_said(said, missing_ms=20)
        talk.server.wait_said("response.done", count=2)
        talk.until_playing(SPEAKER, heard_ms + NEXT_MS - LOST_MS)
        talk.until_silent(SPEAKER)
        if abs(loud_ms(talk.played[SPEAKER]) - heard_ms - NEXT_MS) > LOST_MS:
            raise TooSlowError("the answer to the user was not played whole, or more than that")


@without_starvation
def test_a_murmur_over_the_answer_costs_no_word_of_it(tmp_path: Path) -> None:
    murmur = as_loud(speech.say("Yeah.", "en-gb"), VOICE_DBFS)
    check_goes_on(tmp_path, speech.answer(ANSWER_MS, 5), murmur, echo=False)


@without_starvation
def test_a_cough_in_a_room_that_hears_the_answer_costs_no_word_of_it(tmp_path: Path) -> None:
    made = as_loud(cough(np.random.default_rng(5)), VOICE_DBFS)
    check_goes_on(tmp_path, told(ANSWER_MS / 1000), made, echo=True)


def check_goes_on(folder: Path, answer: Sound, made: Sound, *, echo: bool) -> None:
    """An answer over which a sound is made must be held, and then go on as if there was none."""
    words = Spoken("The Nile is a long river.", speech.to_pcm(answer))
    with scene(folder, served=served("Yeah.", Answer((words,)))) as talk:
        on_exact_devices(talk, echo=echo)
        with talk.recording(EXACT_SPEAKER):
            begin_answer(talk, EXACT_SPEAKER)
            talk.say(made, EXACT_MICROPHONE)
            wait_until(lambda: "barge-in: went on" in log(talk), "it goes on", timeout_s=15)
            recorder = talk.played[EXACT_SPEAKER]
            recorder.wait_for(len(recorder.pcm()) + REST_MS * RATE_HZ // 1000)
            played = speech.from_pcm(recorder.pcm().tobytes())
        check_nothing_was_ended(talk)
    check_nothing_is_missing(answer, played)


def on_exact_devices(talk: Scene, *, echo: bool) -> None:
    """Move the talk to devices that change no sample; the microphone may hear the speaker."""
    talk.sound.plug("spk", EXACT_SPEAKER, "Exact speaker", exact=True)
    talk.sound.plug("mic", EXACT_MICROPHONE, "Exact microphone", exact=True)
    talk.sound.set_default(EXACT_SPEAKER)
    talk.sound.set_default(EXACT_MICROPHONE)
    talk.until_on(EXACT_MICROPHONE, EXACT_SPEAKER)
    if echo:
        talk.sound.echo(EXACT_SPEAKER, EXACT_MICROPHONE)


def log(talk: Scene) -> str:
    """What the app has noted."""
    return "".join(file.read_text() for file in talk.app.home.rglob("*.log"))


def check_nothing_is_missing(whole: Sound, played: Sound) -> None:
    """It must have been played whole and once, but for pauses in which it was held."""
    fade = RATE_HZ * FADES_MS // 1000
    played = played[speech.find(whole[: RATE_HZ // 2], played).at :]
    held, at = False, 0
    while (more := same(whole[at:], played)) < len(whole) - at:
        at, played = at + more, played[more:]
        # It fades out, and in again from where it began to.
        back = speech.find(sounding(whole[at:]), played[: RATE_HZ * LONGEST_PAUSE_S]).at
        twice_ms = np.count_nonzero(np.abs(played[:back]) > SAME) * 1000 / RATE_HZ
        if back < LEAST_PAUSE_MS * RATE_HZ // 1000 or twice_ms > LOST_MS:
            where = f"{at * 1000 / RATE_HZ:.0f} ms, {back * 1000 / RATE_HZ:.0f} ms later"
            raise TooSlowError(f"it is not itself at {where}; {twice_ms:.0f} ms were played twice")
        held, at, played = True, at + fade, played[back + fade :]
    if not held:
        raise TooSlowError("it was never held: nobody noticed")


def sounding(sound: Sound) -> Sound:
    """Return the beginning of ``sound``, so much that it can be told from the rest."""
    loud = np.cumsum(np.abs(sound) > AUDIBLE)
    return sound[: int(np.searchsorted(loud, RATE_HZ * PROBE_MS // 1000)) + 1]


def same(whole: Sound, played: Sound) -> int:
    """How many samples of both are the same, from their beginning on."""
    count = min(len(whole), len(played))
    differs = np.abs(whole[:count] - played[:count]) > SAME
    return int(np.argmax(differs)) if differs.any() else count


def check_nothing_was_ended(talk: Scene) -> None:
    """The server may not have been told that the answer ended, nor have another one heard."""
    connection = talk.server.connection
    answers = [event["response"]["id"] for event in connection.said("response.created")]
    cancelled = [event["response_id"] for event in connection.events("response.cancel")]
    assert not connection.events("conversation.item.truncate")
    assert cancelled == answers[1:], "what it answered to the sound by itself was not asked for"

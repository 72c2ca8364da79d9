"""Listening only while silent, where the echo of the speaker stays in the microphone."""

from __future__ import annotations

from dataclasses import replace

import pytest

from desktop_app.core import effects as fx
from desktop_app.core import far_end as far
from desktop_app.core import sound
from desktop_app.core import wishes as wish
from desktop_app.core.half_duplex import RINGS_MS
from desktop_app.core.problems import Action, Kind, Problem
from desktop_app.core.settings import Settings
from desktop_app.core.sound import EchoJudged, EchoState
from desktop_app.core.sound_check import Findings
from desktop_app.core.state import AppState
from tests.core.dialogue import after, kinds, live, manual, only, orders, pcm, run, speaking, told

STAYS = EchoJudged(EchoState.UNCANCELLED, delay_ms=60)
FRAME = sound.MicFrame(pcm(10))
HEARD = fx.SendAudio(FRAME.pcm)
SILENCE = fx.SendAudio(bytes(len(FRAME.pcm)))
ENDED = sound.SpeakerStopped("a1", 2000, cut=False)
CUT = sound.SpeakerStopped("a1", 700, cut=True)


def set_to(mode: str, **changes: str) -> AppState:
    return live(Settings(half_duplex=mode, **changes))  # type: ignore[arg-type]


@pytest.mark.parametrize("echo", [EchoState.UNKNOWN, EchoState.NONE, EchoState.CANCELLED])
def test_an_echo_that_is_no_trouble_changes_nothing(echo: EchoState) -> None:
    state = after(live(), EchoJudged(echo))
    assert kinds(state) == set()
    assert told(speaking(state), FRAME) == (HEARD,)


def test_while_it_speaks_the_server_gets_silence_for_an_echo_that_stays() -> None:
    state = after(live(), STAYS)
    assert told(state, FRAME) == (HEARD,)
    assert told(speaking(state), FRAME, FRAME) == (SILENCE, SILENCE)


def test_it_turns_deaf_in_the_midst_of_an_answer_too() -> None:
    assert told(speaking(), FRAME, STAYS, FRAME) == (HEARD, SILENCE)


@pytest.mark.parametrize("end", [ENDED, CUT])
def test_the_echo_that_is_still_in_the_air_is_waited_for_and_no_longer(
    end: sound.SpeakerStopped,
) -> None:
    state = after(speaking(after(live(), STAYS)), end)
    blocks = (60 + RINGS_MS) // 10
    heard = orders(told(state, *[FRAME] * (blocks + 1)))
    assert heard == (SILENCE,) * (blocks - 1) + (HEARD, HEARD)


def test_where_nothing_stays_nothing_is_waited_for() -> None:
    assert orders(told(after(speaking(), ENDED), FRAME)) == (HEARD,)


def test_it_says_once_what_that_means_and_how_to_reverse_it() -> None:
    state = after(live(), STAYS)
    (problem,) = state.problems
    assert problem.action is Action.LISTEN_ALWAYS
    assert "I cannot remove it, so I listen only when I am silent" in problem.hint
    dismissed = after(state, wish.ProblemSolved(Kind.HALF_DUPLEX), STAYS)
    assert kinds(dismissed) == set()


def test_who_has_switched_the_canceller_off_is_reminded_of_it() -> None:
    (problem,) = after(set_to("auto", echo_cancellation="off"), STAYS).problems
    assert "switched off" in problem.hint


def test_the_user_reverses_it_with_one_setting() -> None:
    state = after(live(), STAYS)
    state = after(state, wish.SettingsChanged(replace(state.settings, half_duplex="off")))
    assert kinds(state) == set()
    assert told(speaking(state), FRAME) == (HEARD,)
    assert kinds(after(state, STAYS)) == set()


def test_an_echo_that_is_found_out_to_be_none_reverses_it_by_itself() -> None:
    state = after(speaking(after(live(), STAYS)), EchoJudged(EchoState.UNKNOWN))
    assert kinds(state) == set()
    assert told(state, FRAME) == (HEARD,)


def test_always_is_always_and_is_not_talked_about() -> None:
    state = after(set_to("always"), EchoJudged(EchoState.NONE))
    assert kinds(state) == set()
    assert told(speaking(state), FRAME) == (SILENCE,)
    assert kinds(after(state, STAYS)) == set()


def test_the_interrupt_key_wins_and_the_user_is_heard_after_the_last_echo() -> None:
    state, effects = run(speaking(after(live(), STAYS)), wish.InterruptAsked())
    assert fx.CutSpeaker() in effects
    state = after(state, CUT, *[FRAME] * 40)
    assert told(state, FRAME) == (HEARD,)


def test_push_to_talk_wins_while_it_speaks() -> None:
    state = speaking(after(manual(), STAYS))
    assert kinds(state) == set()
    sent = orders(told(state, wish.TalkPressed(), FRAME))
    assert sent[-1] == HEARD


def test_what_was_heard_of_an_echo_while_the_link_is_lost_is_not_sent_later() -> None:
    lost = far.LinkLost(far.LinkFailure("closed", close_code=1006))
    state = after(speaking(after(live(), STAYS)), lost)
    assert told(state, FRAME) == (fx.DropPreroll(),)
    silent = after(state, ENDED, *[FRAME] * 40)
    assert told(silent, FRAME) == ()


# --- the check of the sound -------------------------------------------------------------------

ROOM = Findings(
    blocks=500, noise_dbfs=-60, delay_ms=80.4, echo_dbfs=-30, canceller=True, left_noise_dbfs=-60
)
GOOD = replace(ROOM, removed_db=33.3, left_dbfs=-60)
BAD = replace(ROOM, removed_db=3, left_dbfs=-33)
LOST = Problem(Kind.DEVICE_CHANGED, "Another microphone is used", "", Action.CHECK_SOUND)


def test_while_the_sound_is_checked_it_is_silent_and_nothing_is_a_talk() -> None:
    state, effects = run(speaking(), wish.SoundCheckBegan())
    assert fx.CutSpeaker() in effects
    assert told(state, FRAME) == (SILENCE,)
    assert told(after(state, wish.SoundCheckEnded()), FRAME) == (HEARD,)


@pytest.mark.parametrize(
    ("found", "echo"),
    [
        (GOOD, EchoState.CANCELLED),
        (BAD, EchoState.UNCANCELLED),
        (replace(ROOM, delay_ms=None), EchoState.NONE),
    ],
)
def test_the_verdict_holds_from_then_on(found: Findings, echo: EchoState) -> None:
    state = after(live(), wish.SoundCheckBegan(), wish.SoundCheckEnded(found))
    assert state.sound.echo is echo
    assert state.sound.echo_delay_ms == (80 if found.delay_ms else 0)
    assert (Kind.HALF_DUPLEX in kinds(state)) is (echo is EchoState.UNCANCELLED)


def of_these_devices(found: Findings) -> Findings:
    return replace(found, microphone="Headset", speaker="Headset")


def test_what_the_check_found_of_these_devices_is_remembered_and_stronger_than_the_chain() -> None:
    bad = of_these_devices(BAD)
    state, effects = run(live(), wish.SoundCheckEnded(bad))
    (saved,) = only(effects, fx.SaveSettings)
    assert saved.settings == state.settings
    state = after(state, wish.ProblemSolved(Kind.HALF_DUPLEX), EchoJudged(EchoState.NONE))
    assert state.sound.echo_delay_ms == 80
    assert told(speaking(state), FRAME) == (SILENCE,)
    assert kinds(state) == set()


def test_the_next_talk_with_these_devices_begins_with_it() -> None:
    settings = after(live(), wish.SoundCheckEnded(of_these_devices(BAD))).settings
    state = live(settings)
    assert kinds(state) == {Kind.HALF_DUPLEX}
    assert told(speaking(state), FRAME) == (SILENCE,)


def test_with_other_devices_it_means_nothing() -> None:
    state = after(live(), wish.SoundCheckEnded(of_these_devices(BAD)))
    state = after(state, EchoJudged(EchoState.UNKNOWN), sound.MicOpened("Earphones"))
    assert kinds(state) == set()
    assert told(speaking(state), FRAME) == (HEARD,)
    assert kinds(after(state, sound.MicOpened("Headset"))) == {Kind.HALF_DUPLEX}


def test_a_check_that_goes_well_is_remembered_too() -> None:
    state = after(live(), wish.SoundCheckEnded(of_these_devices(BAD)))
    state, effects = run(state, wish.SoundCheckEnded(of_these_devices(GOOD)))
    (saved,) = only(effects, fx.SaveSettings)
    assert saved.settings == Settings()
    assert kinds(state) == set()
    assert only(told(state, wish.SoundCheckEnded(of_these_devices(GOOD))), fx.SaveSettings) == []


def test_a_check_that_shows_nothing_changes_nothing() -> None:
    state = after(live(), STAYS, wish.SoundCheckBegan(), wish.SoundCheckEnded(Findings()))
    assert state.sound.echo is EchoState.UNCANCELLED


@pytest.mark.parametrize(("found", "left"), [(GOOD, set()), (Findings(), {Kind.DEVICE_CHANGED})])
def test_a_check_that_goes_well_solves_what_made_people_check(
    found: Findings, left: set[Kind]
) -> None:
    state = after(live(), wish.ProblemFound(LOST), wish.SoundCheckEnded(found))
    assert kinds(state) == left

"""What follows from what was measured, and how it is said."""

from __future__ import annotations

from dataclasses import replace
from itertools import product

import pytest

from desktop_app.core import check_words
from desktop_app.core.problems import Kind, Problem
from desktop_app.core.sound_check import Findings, Mode, Note, Trouble, Verdict, hears_itself, judge

NO_MICROPHONE = Problem(Kind.NO_MICROPHONE, "No microphone was found", "Plug in a microphone.")
NO_SPEAKER = Problem(Kind.NO_SPEAKER, "No speaker was found", "Plug in a speaker.")
ROOM = Findings(blocks=500, noise_dbfs=-60, band_hz=12_000, system="linux")
ECHO = replace(
    ROOM,
    delay_ms=60.0,
    gain_db=-20,
    echo_dbfs=-38,
    likeness=0.8,
    canceller=True,
    removed_db=32,
    left_dbfs=-61,
    left_noise_dbfs=-61,
)


def test_without_an_echo_it_is_headphones() -> None:
    assert judge(ROOM) == Verdict(Mode.HEADPHONES)


@pytest.mark.parametrize("echo_dbfs", [-66, -80])
def test_what_leaks_from_headphones_is_no_echo(echo_dbfs: float) -> None:
    assert judge(replace(ECHO, echo_dbfs=echo_dbfs)) == Verdict(Mode.HEADPHONES)


def test_an_echo_under_the_noise_of_the_room_is_none() -> None:
    loud = replace(ECHO, echo_dbfs=-50, noise_dbfs=-38, removed_db=0, left_dbfs=-38)
    assert judge(loud).mode is Mode.HEADPHONES


def test_an_echo_that_is_taken_out_is_a_loudspeaker() -> None:
    assert judge(ECHO) == Verdict(Mode.LOUDSPEAKER)
    assert not hears_itself(ECHO)


@pytest.mark.parametrize(
    "left",
    [
        {"removed_db": 5, "left_dbfs": -42},
        {"removed_db": 35, "left_dbfs": -20},
    ],
)
def test_an_echo_that_stays_means_half_duplex(left: dict[str, float]) -> None:
    found = replace(ECHO, **left)  # type: ignore[arg-type]
    assert judge(found) == Verdict(Mode.HALF_DUPLEX)
    assert hears_itself(found)


def test_little_removed_of_a_soft_echo_is_enough() -> None:
    assert judge(replace(ECHO, removed_db=6, left_dbfs=-59)).mode is Mode.LOUDSPEAKER


def test_without_a_canceller_every_echo_stays() -> None:
    found = replace(ECHO, canceller=False, removed_db=0)
    assert judge(found) == Verdict(Mode.HALF_DUPLEX, notes=(Note.NO_CANCELLER,))


@pytest.mark.parametrize(
    ("found", "trouble"),
    [
        (replace(Findings(), microphone_problem=NO_MICROPHONE), Trouble.NO_MICROPHONE),
        (Findings(), Trouble.NO_SOUND),
        (replace(ROOM, zeroed=True, dead=True), Trouble.ZEROED),
        (replace(ROOM, dead=True), Trouble.DEAD),
        (replace(ECHO, likeness=0.999, noise_dbfs=-96), Trouble.MONITOR),
        (replace(ROOM, asked=True), Trouble.UNHEARD),
        (replace(ROOM, speaker_problem=NO_SPEAKER), Trouble.NO_SPEAKER),
    ],
)
def test_what_is_in_the_way_is_named_and_changes_no_mode(found: Findings, trouble: Trouble) -> None:
    verdict = judge(found)
    assert (verdict.mode, verdict.trouble, verdict.works) == (Mode.UNKNOWN, trouble, False)


def test_a_microphone_that_hears_the_speaker_is_no_wrong_one_because_nobody_spoke() -> None:
    assert judge(replace(ECHO, asked=True)) == Verdict(Mode.LOUDSPEAKER, notes=(Note.NO_VOICE,))


def test_a_room_with_noise_is_no_monitor_however_alike_the_echo_is() -> None:
    assert judge(replace(ECHO, likeness=0.999)).works


@pytest.mark.parametrize(
    ("change", "note"),
    [
        ({"clipped_share": 0.02}, Note.CLIPPING),
        ({"band_hz": 4_000}, Note.TELEPHONE),
        ({"band_hz": 8_000}, Note.CALL),
        ({"noise_dbfs": -40.0}, Note.NOISY),
        ({"asked": True, "voice_dbfs": -55.0}, Note.SOFT_VOICE),
    ],
)
def test_what_could_be_better_is_noted(change: dict[str, float], note: Note) -> None:
    assert judge(replace(ROOM, **change)).notes == (note,)  # type: ignore[arg-type]


def test_every_verdict_has_words_of_its_own() -> None:
    some = replace(ECHO, microphone_problem=NO_MICROPHONE, speaker_problem=NO_SPEAKER)
    said = set()
    for mode, trouble in product(Mode, Trouble):
        if (mode is Mode.UNKNOWN) is (trouble is Trouble.NONE):
            continue
        verdict = Verdict(mode, trouble, tuple(Note))
        said.add((check_words.title(verdict, some), check_words.why(verdict, some)))
        assert len(check_words.advice(verdict)) == len(Note)
    assert len(said) >= len(Trouble) - 1
    assert all(title and why.endswith(".") for title, why in said)


@pytest.mark.parametrize(
    ("system", "place"),
    [("darwin", "System Settings"), ("win32", "desktop apps"), ("linux", "sound settings")],
)
def test_a_withheld_microphone_is_allowed_where_the_system_has_it(system: str, place: str) -> None:
    found = replace(ROOM, zeroed=True, system=system)
    assert place in check_words.why(judge(found), found)


def test_a_missing_speaker_is_told_with_what_works() -> None:
    found = replace(ROOM, speaker_problem=NO_SPEAKER)
    assert check_words.title(judge(found), found) == "No speaker was found"
    assert "The microphone works" in check_words.why(judge(found), found)


def test_the_report_holds_what_was_measured_and_no_names() -> None:
    found = replace(ECHO, microphone="Anna's earphones", speaker="Anna's earphones", asked=True)
    found = replace(found, voice_dbfs=-25.0)
    text = check_words.report(judge(found), found)
    assert "Anna" not in text
    for part in ("60 ms, -20 dB", "Echo taken out: 32 dB", "-25 dBFS", "Mode: loudspeaker"):
        assert part in text


def test_nothing_measured_is_nothing_reported() -> None:
    assert check_words.measures(Findings()) == ()
    unheard = dict(check_words.measures(replace(ROOM, asked=True, band_hz=None)))
    assert unheard["Your voice"] == unheard["Speaker to microphone"] == "not heard"
    assert unheard["Highest pitch"] == "too soft to say"

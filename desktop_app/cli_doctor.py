"""``parley doctor``: plays a tune, and says what comes back and how Parley will listen."""

from __future__ import annotations

import argparse
import json
import sys
from dataclasses import asdict

from desktop_app.app_house import House
from desktop_app.app_sound_check import CheckRun
from desktop_app.cli_terms import FAILED, OK, complain
from desktop_app.core import check_words
from desktop_app.core.half_duplex import remembered
from desktop_app.core.sound_check import CheckStage, Findings, Verdict, hears_itself, judge

_STAGES = {
    CheckStage.QUIET: "Listening to the room: please be quiet.",
    CheckStage.TUNE: "Playing a tune: please be quiet until it has faded.",
    CheckStage.VOICE: "Now say something, for four seconds: count to ten, for example.",
}


def doctor(house: House, options: argparse.Namespace) -> int:
    """Check the sound; returns 1 when a talk would not work."""
    told: set[CheckStage] = set()

    def progressed(stage: CheckStage, share: float) -> None:
        if stage not in told:
            told.add(stage)
            print(_STAGES[stage], file=sys.stderr, flush=True)

    found = CheckRun(house.settings, progressed, ask=options.voice).run()
    if found is None:
        return FAILED
    verdict = judge(found)
    _tell(verdict, found)
    _remember(house, found)
    if options.json:
        print(json.dumps(_plain(verdict, found)))
    return OK if verdict.works else FAILED


def _remember(house: House, found: Findings) -> None:
    """Keep for the talks to come whether the echo of these devices stays."""
    settings = remembered(house.settings, found)
    if settings != house.settings:
        problem = house.settings_store.save(settings)
        if problem is not None:
            complain(f"{problem.title}. {problem.hint}")


def _tell(verdict: Verdict, found: Findings) -> None:
    print(f"{check_words.title(verdict, found)}.")
    print(check_words.why(verdict, found))
    for sentence in check_words.advice(verdict):
        print(sentence)
    devices = (("Microphone", found.microphone), ("Speaker", found.speaker))
    for name, value in (*devices, *check_words.measures(found)):
        if value:
            print(f"  {name}: {value}")


def _plain(verdict: Verdict, found: Findings) -> dict[str, object]:
    """Return all of it for scripts: levels in dBFS, times in milliseconds."""
    measured = asdict(found)
    for problem in ("microphone_problem", "speaker_problem"):
        measured[problem] = getattr(getattr(found, problem), "title", None)
    return {
        "mode": verdict.mode,
        "trouble": verdict.trouble,
        "notes": verdict.notes,
        "works": verdict.works,
        "hears_itself": hears_itself(found),
        "why": check_words.why(verdict, found),
        **measured,
    }

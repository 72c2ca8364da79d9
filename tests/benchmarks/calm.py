"""How calm Parley stays while it speaks into an open room: the app itself, for ten real minutes.

The rooms of ``echo`` are made of numbers, and so are their clocks.  Here the sound goes through a
real sound server whose devices have clocks of their own: about 200 millionths apart, with a step
of ten milliseconds each minute or so, which is worse than sound cards are.
"""

from __future__ import annotations

import time
from pathlib import Path

import numpy as np

from tests.benchmarks.bench_place import MICROPHONE, RATE_HZ, SPEAKER, Place, place
from tests.interruptions import interruptions
from tests.rooms import told
from tests.servers import speech

HEADER = ("calm, in the app", "Parley", "goal")
Row = tuple[str, str, str]

AHEAD_MS = 2_000
"""So much of an answer comes at once; a server that is asked to speak is faster than its speech."""
END_S = 2


def run(quick: bool) -> list[Row]:
    """Measure, in a minute and a half if ``quick``."""
    seconds = 75 if quick else 600
    with place() as here:
        here.sound.echo(SPEAKER, MICROPHONE, 60, 0.0)
        with here.running(("desktop_app", "talk", "--url", here.server.url)):
            here.wait_until_heard()
            here.server.speak(
                speech.to_pcm(told(seconds)), delta_ms=100, pace=1, ahead_ms=AHEAD_MS, wait=False
            )
            time.sleep(seconds + END_S)
            sent = speech.from_pcm(here.server.arrivals().pcm)
            told_of = [str(event["type"]) for _, event in here.server.report()["events"]]
        return _rows(here, sent, told_of, seconds)


def _rows(here: Place, sent: np.ndarray, told_of: list[str], seconds: int) -> list[Row]:
    log = "".join(file.read_text() for file in sorted(_logs(here.folder)))
    loud = float(np.sqrt(np.mean(np.square(sent[RATE_HZ:].astype(np.float64)))))
    cut = sum(kind == "conversation.item.truncate" for kind in told_of)
    return [
        (f"interrupted by its own voice in {seconds} s", str(cut), "0"),
        ("its own voice at the server, as a detector hears it", str(len(interruptions(sent))), "0"),
        ("held for a moment", str(log.count("barge-in: went on")), "0"),
        ("echo that could not be taken out, times", str(log.count("uncancelled")), "0"),
        (
            "what is left of it, dBFS (it was played at -20)",
            f"{20 * np.log10(loud + 1e-9):.0f}",
            "",
        ),
    ]


def _logs(folder: Path) -> list[Path]:
    return [file for file in folder.rglob("*.log*") if file.is_file()]

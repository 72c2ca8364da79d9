#!/usr/bin/env python3
"""Ask a frozen Parley a question aloud, through virtual sound, and wait for its spoken answer.

    prove_sound.py [--inside FOLDER] PROGRAM

With the interpreter of the development environment.  ``--inside`` names the folder of a bare system
in which the program is installed (root); the user there is root, and has speech weights.
"""

from __future__ import annotations

import argparse
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

ROOT = Path(__file__).resolve().parent.parent
QUESTION = ROOT / "resources" / "samples" / "question.wav"
ANSWER = "391"
LISTENING = "[listening"
RATE_HZ = 24_000
PATIENCE_S = 90.0
AUDIBLE = 2000


def main() -> int:
    """Ask; return 0 if the answer was heard and read."""
    parser = argparse.ArgumentParser(description="Ask a frozen Parley a question aloud.")
    parser.add_argument("--inside", type=Path)
    parser.add_argument("program")
    options = parser.parse_args()
    sys.path.insert(0, str(ROOT))
    from tests.virtual_sound import VirtualSound

    with VirtualSound() as sound, tempfile.TemporaryFile("w+") as told, ExitStack() as stack:
        command = [options.program, "talk", "--offline"]
        if options.inside:
            stack.enter_context(mounted(sound.folder, options.inside))
            command = inside(options.inside, command, sound.settings())
        recorder = stack.enter_context(sound.record("spk_desk", RATE_HZ))
        process = subprocess.Popen(
            command, env=sound.env(), stdout=told, stderr=told, stdin=subprocess.DEVNULL
        )
        stack.callback(process.wait)
        stack.callback(process.terminate)
        # The microphone is open before: the engine loads its models first.
        until(lambda: LISTENING in text_of(told.fileno()), "it listens")
        sound.say("mic_desk", QUESTION)
        until(lambda: ANSWER in text_of(told.fileno()), f"it says {ANSWER}")
        until(lambda: loudest(recorder.pcm()) > AUDIBLE, "the loudspeaker plays it")
        print(text_of(told.fileno()).strip())
        print(f"the loudspeaker played it, up to {loudest(recorder.pcm())} of 32767")
    return 0


def inside(place: Path, command: list[str], settings: Mapping[str, str]) -> list[str]:
    """Return the command that runs ``command`` in a bare system."""
    plain = {"PATH": "/usr/bin:/bin", "HOME": "/root", "LANG": "C.UTF-8", **settings}
    words = [f"{name}={value}" for name, value in plain.items()]
    return ["chroot", str(place), "/usr/bin/env", "-i", *words, *command]


@contextmanager
def mounted(folder: Path, place: Path) -> Iterator[None]:
    """Show the sound system's folder in the bare system, under the same name."""
    target = place / str(folder).lstrip("/")
    target.mkdir(parents=True, exist_ok=True)
    subprocess.run(["mount", "--bind", folder, target], check=True)
    try:
        yield
    finally:
        subprocess.run(["umount", "--lazy", target], check=True)


def until(condition: Callable[[], bool], what: str) -> None:
    """Wait until something is so.

    Raises:
        TimeoutError: It never was.
    """
    deadline = time.monotonic() + PATIENCE_S
    while not condition():
        if time.monotonic() > deadline:
            raise TimeoutError(f"never: {what}")
        time.sleep(0.05)


def loudest(sound: npt.NDArray[np.int16]) -> int:
    """The greatest sample so far."""
    return int(np.abs(sound.astype(np.int32)).max(initial=0))


def text_of(descriptor: int) -> str:
    """What a program has written into a file that it shares with us."""
    return Path(f"/proc/self/fd/{descriptor}").read_text(encoding="utf-8", errors="replace")


if __name__ == "__main__":
    sys.exit(main())

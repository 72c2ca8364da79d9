"""What can be wrong with sound devices, in words for people."""

from __future__ import annotations

import sys
from typing import Literal

from desktop_app.core.problems import Action, Kind, Problem

Way = Literal["input", "output"]
"""Sound comes in from microphones and goes out to speakers."""

_KIND = {"input": Kind.NO_MICROPHONE, "output": Kind.NO_SPEAKER}
_NOUN = {"input": "microphone", "output": "speaker"}
_CHOOSE = {"input": Action.CHOOSE_MICROPHONE, "output": Action.CHOOSE_SPEAKER}
_BUSY_FOR = {"input": "listens to it", "output": "plays on it"}


def no_library(detail: str) -> Problem:
    """PortAudio cannot be loaded."""
    hint = f"Parley's installation is damaged ({detail}): please install it again."
    if sys.platform.startswith("linux"):
        hint = (
            "Install PortAudio: on Debian and Ubuntu 'sudo apt install libportaudio2', on Fedora "
            "'sudo dnf install portaudio'. Then try again."
        )
    return Problem(Kind.NO_SOUND, "The sound library PortAudio is missing", hint, Action.RETRY)


def no_answer() -> Problem:
    """The system does not come back from opening a device."""
    return Problem(
        Kind.NO_SOUND,
        "The sound system does not answer",
        "Unplug and plug the device again, or choose another one, then try again.",
        Action.REOPEN_SOUND,
    )


def none_found(way: Way) -> Problem:
    """There is no device at all."""
    noun = _NOUN[way]
    return Problem(
        _KIND[way],
        f"No {noun} was found",
        f"Plug in a {noun}, then try again.",
        Action.REOPEN_SOUND,
    )


def busy(way: Way, label: str) -> Problem:
    """Somebody else has the device for themselves."""
    return Problem(
        _KIND[way],
        f"The {_NOUN[way]} is busy: {label}",
        f"Close the program that {_BUSY_FOR[way]}, or choose another {_NOUN[way]}.",
        _CHOOSE[way],
    )


def refused(way: Way, label: str, detail: str) -> Problem:
    """The device cannot be opened, for a reason only experts understand."""
    return Problem(
        _KIND[way],
        f"The {_NOUN[way]} cannot be opened: {label}",
        f"Choose another {_NOUN[way]}, or plug it in again. ({detail})",
        _CHOOSE[way],
    )


def gone(way: Way, label: str) -> Problem:
    """The device went away while it was in use."""
    return Problem(
        _KIND[way],
        f"The {_NOUN[way]} is gone: {label}",
        f"Plug it in again, or choose another {_NOUN[way]}.",
        Action.REOPEN_SOUND,
    )

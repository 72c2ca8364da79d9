from __future__ import annotations

import pytest

from desktop_app.offline.phantoms import without_phantoms
from desktop_app.offline.whisper import Heard


@pytest.mark.parametrize(
    ("text", "no_speech", "logprob", "left"),
    [
        ("Set a timer.", 0.1, -0.2, "Set a timer."),
        ("Set a timer.", 0.7, -0.5, "Set a timer."),
        ("Set a timer.", 0.7, -1.2, ""),
        ("you", 0.3, -0.4, ""),
        ("Thank you.", 0.05, -0.2, "Thank you."),
        ("Thank you.", 0.4, -0.2, ""),
        ("Okay.", 0.1, -0.9, "Okay."),
        ("No", 0.05, -1.1, "No"),
        ("Thanks for watching!", 0.1, -0.9, ""),
        (".", 0.0, 0.0, ""),
        ("...", 0.0, 0.0, ""),
        ("[Music]", 0.1, -0.3, ""),
        ("(sighs)", 0.1, -0.3, ""),
        ("♪ la la ♪", 0.1, -0.3, "la la"),
        ("Call (555) 0100", 0.1, -0.3, "Call (555) 0100"),
        ("1, 2, 3.", 0.1, -0.3, "1, 2, 3."),
    ],
)
def test_inventions_are_taken_out_and_speech_stays(
    text: str, no_speech: float, logprob: float, left: str
) -> None:
    heard = without_phantoms(Heard(text, "en", no_speech, logprob))
    assert heard == Heard(left, "en", no_speech, logprob)

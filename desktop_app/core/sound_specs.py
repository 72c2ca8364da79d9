"""Declarations of the settings about sound (see `desktop_app.core.settings`)."""

from __future__ import annotations

from desktop_app.core.spec import Cost, Spec

ECHO_CANCELLATION = Spec(
    "Echo of the speaker",
    "Automatic: where the microphone hears the speaker, the assistant does not hear itself.",
    "sound",
    Cost.NOW,
    (("auto", "Take it out (automatic)"), ("off", "Leave it in the sound")),
)

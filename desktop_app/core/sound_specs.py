"""Declarations of the settings about sound (see `desktop_app.core.settings`)."""

from __future__ import annotations

from desktop_app.core.spec import Cost, Spec

NOISE_REDUCTION = Spec(
    "Noise reduction",
    "Done by the server. Match it to where your microphone is.",
    "sound",
    choices=(
        ("near_field", "Near (headset)"),
        ("far_field", "Far (laptop, table)"),
        ("off", "Off"),
    ),
)
VOLUME = Spec(
    "Volume",
    "How loud the assistant is, from its next sentences on. Or say: louder, quieter.",
    "sound",
    Cost.NOW,
    low=0,
    high=100,
    step=5,
    unit="%",
)
SPOKEN_SETTINGS = Spec(
    "Volume and speed by asking",
    "Lets the server change them when you ask. The assistant on this computer always can.",
)
NOISE_SUPPRESSION = Spec(
    "Noise taken out here",
    "Before the sound is sent. Automatic: only if the server does not reduce noise itself.",
    "sound",
    Cost.NOW,
    (("auto", "Automatic"), ("on", "Always"), ("off", "Never")),
)
MICROPHONE_GAIN = Spec(
    "Quiet microphone",
    "Automatic: lifted if your voice is too quiet, and never by more than 20 dB.",
    "sound",
    Cost.NOW,
    (("auto", "Lift it (automatic)"), ("off", "Leave it as it is")),
)
HALF_DUPLEX = Spec(
    "While it speaks",
    "Automatic: it hears you, unless its own echo can't be taken out. Keys interrupt it always.",
    "sound",
    Cost.NOW,
    (
        ("auto", "Listen if it can (automatic)"),
        ("off", "Always listen"),
        ("always", "Never listen"),
    ),
)
MUTED_NOTICE = Spec(
    "Tell me when I talk muted",
    "Found out on this computer. The microphone stays open while it is muted, with this or not.",
    "sound",
    Cost.NOW,
)
ECHO_STAYS_WITH = Spec(
    "Devices whose echo stays",
    "Written by the check of the sound, for the next time these two are used together.",
    "",
    Cost.NOW,
)
ECHO_CANCELLATION = Spec(
    "Echo of the speaker",
    "Automatic: where the microphone hears the speaker, the assistant does not hear itself.",
    "sound",
    Cost.NOW,
    (("auto", "Take it out (automatic)"), ("off", "Leave it in the sound")),
)

"""Declarations of the settings about keys, tray and windows (see `desktop_app.core.settings`)."""

from __future__ import annotations

from desktop_app.core.spec import Cost, Spec

TALK_KEY_MODE = Spec(
    "Talk key",
    "The key that works in every program, and parley ptt.",
    "turns",
    Cost.NOW,
    (
        ("auto", "Hold it, or tap to switch"),
        ("hold", "Talks while it is held"),
        ("toggle", "Each press switches"),
    ),
)
TALK_KEY = Spec(
    "Key to talk",
    "Works in every program. Such as Ctrl+Alt+Space; several with commas.",
    "keys",
    Cost.NOW,
)
MUTE_KEY = Spec("Key to mute", "", "keys", Cost.NOW)
INTERRUPT_KEY = Spec("Key to interrupt", "", "keys", Cost.NOW)
SHOW_KEY = Spec("Key to show the window", "", "keys", Cost.NOW)
TALK_WINDOW = Spec(
    "Talk button on top",
    "Small, above all windows: hold it to talk. On Wayland the desktop decides where it is.",
    "app",
    Cost.NOW,
)
CUE_VOLUME = Spec(
    "Signal sounds",
    "Short notes when your turn begins and ends, when you mute, and when something is wrong.",
    "sound",
    Cost.NOW,
    low=0,
    high=100,
    step=5,
    unit="%",
)
CHECK_UPDATES = Spec(
    "Look for new versions",
    "Once a day it asks the page of Parley's releases, and says if there is one. Installs nothing.",
    "app",
    Cost.NOW,
)
ON_CLOSE = Spec(
    "When the window is closed",
    "Only where there is a tray to come back from; else Parley ends.",
    "app",
    Cost.NOW,
    (("ask", "Ask"), ("hide", "Go on in the tray"), ("quit", "Quit")),
)

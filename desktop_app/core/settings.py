"""Everything the user may set, each declared once.

A field carries its default, range, label, help and what a change of it costs; the dialog, the file
and the command line read the same declaration.  The API key is never a setting: it lives in the
keyring (`desktop_app.ports.SecretStore`).
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any

from desktop_app.core.spec import Cost, Spec, same, setting

OPENAI_URL = "wss://api.openai.com/v1/realtime"
"""The conversation endpoint of OpenAI (protocol page: Connection, URLs)."""


_CONNECTION = "connection"
_TURNS = "turns"
_SOUND = "sound"
_APP = "app"


@dataclass(frozen=True, slots=True)
class Settings:
    """One consistent set of settings.  Immutable: the dialog edits a copy."""

    service: str = setting(
        "auto",
        Spec(
            "Assistant",
            "Automatic: the server below if it has a key, else on this computer.",
            _CONNECTION,
            Cost.RECONNECT,
            (
                ("auto", "Automatic"),
                ("server", "Server below"),
                ("offline", "On this computer"),
            ),
        ),
    )
    server_url: str = setting(
        OPENAI_URL,
        Spec(
            "Server address",
            "WebSocket address of OpenAI or of any server that speaks the Realtime protocol.",
            _CONNECTION,
            Cost.RECONNECT,
        ),
    )
    model: str = setting(
        "gpt-realtime-2.1",
        Spec(
            "Model",
            "Any model name the server knows.",
            _CONNECTION,
            Cost.RECONNECT,
            same("gpt-realtime-2.1", "gpt-realtime-2.1-mini", "gpt-realtime-2", "gpt-realtime-1.5"),
            editable=True,
        ),
    )
    organization: str = setting(
        "", Spec("Organization", "Only if your account has several.", _CONNECTION, Cost.RECONNECT)
    )
    project: str = setting(
        "", Spec("Project", "Only if your key needs one.", _CONNECTION, Cost.RECONNECT)
    )
    dialect: str = setting(
        "auto",
        Spec(
            "Event names",
            "Older servers expect the names of the beta protocol.",
            _CONNECTION,
            Cost.RECONNECT,
            (("auto", "Automatic"), ("ga", "Current"), ("beta", "Beta")),
        ),
    )
    allow_insecure: bool = setting(
        False,
        Spec(
            "Allow unencrypted servers",
            "ws:// to another computer sends your voice and your key readable for others.",
            _CONNECTION,
            Cost.RECONNECT,
        ),
    )
    voice: str = setting(
        "marin",
        Spec(
            "Voice",
            "Can be chosen until the assistant first speaks; then with the next conversation.",
            choices=same(
                "marin",
                "cedar",
                "alloy",
                "ash",
                "ballad",
                "coral",
                "echo",
                "sage",
                "shimmer",
                "verse",
            ),
            editable=True,
        ),
    )
    speed: float = setting(
        1.0,
        Spec("Speed", "How fast the assistant speaks.", low=0.25, high=1.5, step=0.05, unit="x"),
    )
    instructions: str = setting(
        "You are a friendly voice assistant. Answer in the user's language, briefly and clearly.",
        Spec("Instructions", "How the assistant should behave.", multiline=True),
    )
    reasoning_effort: str = setting(
        "low",
        Spec(
            "Thinking",
            "More thinking, later answers. Used by models that can think.",
            choices=same("minimal", "low", "medium", "high", "xhigh"),
        ),
    )
    max_output_tokens: int = setting(
        0, Spec("Longest answer", "0 means no limit.", low=0, high=4096, step=64, unit="tokens")
    )
    turn_detection: str = setting(
        "server_vad",
        Spec(
            "When you have finished",
            "By silence, by meaning, or only when you release the talk button.",
            _TURNS,
            choices=(
                ("server_vad", "After a silence"),
                ("semantic_vad", "When the sentence sounds complete"),
                ("manual", "Push to talk"),
            ),
        ),
    )
    threshold: float = setting(
        0.5,
        Spec("Threshold", "Higher needs a louder voice.", _TURNS, low=0.0, high=1.0, step=0.05),
    )
    prefix_padding_ms: int = setting(
        300,
        Spec("Kept before speech", "", _TURNS, low=0, high=2000, step=50, unit="ms"),
    )
    silence_duration_ms: int = setting(
        500,
        Spec("Silence that ends a turn", "", _TURNS, low=100, high=5000, step=50, unit="ms"),
    )
    idle_timeout_ms: int = setting(
        0,
        Spec(
            "Ask again after",
            "0 means never; else 5,000 to 30,000 ms of silence.",
            _TURNS,
            low=0,
            high=30000,
            step=1000,
            unit="ms",
        ),
    )
    eagerness: str = setting(
        "auto",
        Spec(
            "Eagerness",
            "How soon the assistant believes that you have finished.",
            _TURNS,
            choices=same("auto", "low", "medium", "high"),
        ),
    )
    create_response: bool = setting(
        True, Spec("Answer by itself", "Off: it answers only when asked to.", _TURNS)
    )
    interrupt_response: bool = setting(
        True, Spec("Stop when I speak", "Off: only the interrupt button stops it.", _TURNS)
    )
    noise_reduction: str = setting(
        "near_field",
        Spec(
            "Noise reduction",
            "For a headset or for a microphone on the table.",
            _SOUND,
            choices=(("near_field", "Headset"), ("far_field", "Table"), ("off", "Off")),
        ),
    )
    transcription_model: str = setting(
        "gpt-live-transcribe",
        Spec(
            "Transcription",
            "Writes down what you said; another model than the one that answers. Empty: off.",
            _TURNS,
            choices=same("gpt-live-transcribe", "gpt-transcribe", "gpt-realtime-whisper", ""),
            editable=True,
        ),
    )
    transcription_language: str = setting(
        "",
        Spec("Languages you speak", "Codes such as en or en, de. Empty: any.", _TURNS),
    )
    microphone: str = setting(
        "", Spec("Microphone", "Empty: the system default.", _SOUND, Cost.REOPEN_AUDIO)
    )
    speaker: str = setting(
        "", Spec("Speaker", "Empty: the system default.", _SOUND, Cost.REOPEN_AUDIO)
    )
    theme: str = setting(
        "system",
        Spec(
            "Appearance",
            "",
            _APP,
            Cost.NOW,
            (("system", "As the system"), ("light", "Light"), ("dark", "Dark")),
        ),
    )


def specs() -> dict[str, Spec]:
    """Return the declaration of every setting by name, in the order of the pages."""
    return {f.name: f.metadata["spec"] for f in fields(Settings)}


def checked(values: dict[str, object]) -> tuple[Settings, tuple[str, ...]]:
    """Build settings from loose values, as a file or a command line holds them.

    Args:
        values: By name; unknown names are ignored (their keeper keeps them).

    Returns:
        The settings, with the default for whatever does not fit, and the names that did not fit.
    """
    good: dict[str, Any] = {}
    bad = []
    for f in fields(Settings):
        if f.name not in values:
            continue
        fitted = _fit(values[f.name], f.default, f.metadata["spec"])
        if fitted is MISSING:
            bad.append(f.name)
        else:
            good[f.name] = fitted
    return Settings(**good), tuple(bad)


def _fit(value: object, default: object, spec: Spec) -> object:
    """Return ``value`` with the type of ``default``, or MISSING if it breaks the declaration."""
    if isinstance(default, bool) or isinstance(value, bool):
        return value if isinstance(value, bool) and isinstance(default, bool) else MISSING
    if isinstance(default, float) and isinstance(value, int):
        value = float(value)
    if type(value) is not type(default):
        return MISSING
    if isinstance(value, int | float):
        low = spec.low if spec.low is not None else value
        high = spec.high if spec.high is not None else value
        return value if low <= value <= high else MISSING
    if spec.choices and not spec.editable and value not in dict(spec.choices):
        return MISSING
    return value


def cost_of(old: Settings, new: Settings) -> Cost | None:
    """Return what the change from ``old`` to ``new`` costs, or None when nothing changed."""
    costs = [s.cost for name, s in specs().items() if getattr(old, name) != getattr(new, name)]
    return max(costs, default=None)

"""Everything the user may set, each declared once.

A field carries its default, range, label, help and what a change of it costs; the dialog, the file
and the command line read the same declaration.  The API key is never a setting: it lives in the
keyring (`desktop_app.ports.SecretStore`).
"""

from __future__ import annotations

from dataclasses import MISSING, dataclass, fields
from typing import Any

from desktop_app.core import desktop_specs, engine_specs, sound_specs, turn_specs
from desktop_app.core.spec import Cost, Spec, fit, same, setting

OPENAI_URL = "wss://api.openai.com/v1/realtime"
"""The conversation endpoint of OpenAI (protocol page: Connection, URLs)."""

VOICES = ("marin", "cedar", "alloy", "ash", "ballad", "coral", "echo", "sage", "shimmer", "verse")
"""The voices of OpenAI; other servers have others."""

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
            "Where it runs",
            "Automatic: on the server below once there is a key for it, else on this computer.",
            _CONNECTION,
            Cost.RECONNECT,
            (
                ("auto", "Automatic"),
                ("server", "On the server below"),
                ("offline", "On this computer"),
            ),
        ),
    )
    server_url: str = setting(
        OPENAI_URL,
        Spec(
            "Server address",
            "OpenAI, or any other server that speaks the Realtime protocol.",
            _CONNECTION,
            Cost.RECONNECT,
        ),
    )
    model: str = setting(
        "gpt-realtime-2.1",
        Spec(
            "Model",
            "Pick one, or type any other name the server knows.",
            _CONNECTION,
            Cost.RECONNECT,
            same("gpt-realtime-2.1", "gpt-realtime-2.1-mini", "gpt-realtime-2", "gpt-realtime-1.5"),
            editable=True,
        ),
    )
    organization: str = setting(
        "",
        Spec(
            "Organization", "Only if your account belongs to several.", _CONNECTION, Cost.RECONNECT
        ),
    )
    project: str = setting(
        "",
        Spec("Project", "Only if your key is not tied to a project.", _CONNECTION, Cost.RECONNECT),
    )
    dialect: str = setting(
        "auto",
        Spec(
            "Protocol version",
            "Change it only if an older server does not answer.",
            _CONNECTION,
            Cost.RECONNECT,
            (("auto", "Automatic"), ("ga", "Current"), ("beta", "Beta")),
        ),
    )
    allow_insecure: bool = setting(
        False,
        Spec(
            "Allow unencrypted servers",
            "With ws:// others on the network can listen in and read your key.",
            _CONNECTION,
            Cost.RECONNECT,
        ),
    )
    voice: str = setting(
        "marin",
        Spec(
            "Voice",
            "Once the assistant has spoken, a new voice begins with the next conversation.",
            choices=same(*VOICES),
            editable=True,
        ),
    )
    speed: float = setting(
        1.0,
        Spec("Speed", "How fast the assistant speaks.", low=0.25, high=1.5, step=0.05, unit="x"),
    )
    spoken_settings: bool = setting(False, sound_specs.SPOKEN_SETTINGS)
    instructions: str = setting(
        "You are a friendly voice assistant. Answer in the user's language, briefly and clearly.",
        Spec("Instructions", "Who the assistant is and how it should answer.", multiline=True),
    )
    reasoning_effort: str = setting(
        "low",
        Spec(
            "Thinking",
            "More thinking gives better answers, but later. Not every model can.",
            choices=same("minimal", "low", "medium", "high", "xhigh"),
        ),
    )
    max_output_tokens: int = setting(
        0,
        Spec(
            "Longest answer", "Longer ones are cut off.", low=0, high=4096, step=64, unit="tokens"
        ),
    )
    turn_detection: str = setting(
        "server_vad",
        Spec(
            "Your turn ends",
            "How the assistant knows that you have finished.",
            _TURNS,
            choices=(
                ("server_vad", "After a silence"),
                ("semantic_vad", "When you sound finished"),
                ("manual", "When you let go (push to talk)"),
            ),
        ),
    )
    talk_key_mode: str = setting("auto", desktop_specs.TALK_KEY_MODE)
    threshold: float = setting(
        0.5,
        Spec(
            "Loudness needed",
            "Raise it if noise is taken for speech, lower it if you are not heard.",
            _TURNS,
            low=0.0,
            high=1.0,
            step=0.05,
        ),
    )
    prefix_padding_ms: int = setting(
        300,
        Spec(
            "Sound kept before speech",
            "Raise it if your first word gets lost.",
            _TURNS,
            low=0,
            high=2000,
            step=50,
            unit="ms",
        ),
    )
    silence_duration_ms: int = setting(
        500,
        Spec(
            "Silence that ends your turn",
            "Longer leaves you time to think, shorter brings answers sooner.",
            _TURNS,
            low=100,
            high=5000,
            step=50,
            unit="ms",
        ),
    )
    idle_timeout_ms: int = setting(
        0,
        Spec(
            "Speak up after",
            "When you stay silent for so long, the assistant says something.",
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
            "High answers sooner, low leaves you longer pauses.",
            _TURNS,
            choices=same("auto", "low", "medium", "high"),
        ),
    )
    create_response: bool = setting(
        True, Spec("Answer by itself", "Off: it listens, and answers only what you type.", _TURNS)
    )
    interrupt_response: bool = setting(
        True, Spec("Stop when you speak", "Off: only Esc or the stop button interrupts it.", _TURNS)
    )
    interrupting: str = setting("balanced", turn_specs.INTERRUPTING)
    noise_reduction: str = setting("near_field", sound_specs.NOISE_REDUCTION)
    echo_cancellation: str = setting("auto", sound_specs.ECHO_CANCELLATION)
    noise_suppression: str = setting("auto", sound_specs.NOISE_SUPPRESSION)
    microphone_gain: str = setting("auto", sound_specs.MICROPHONE_GAIN)
    half_duplex: str = setting("auto", sound_specs.HALF_DUPLEX)
    muted_notice: bool = setting(True, sound_specs.MUTED_NOTICE)
    echo_stays_with: str = setting("", sound_specs.ECHO_STAYS_WITH)
    transcription_model: str = setting(
        "gpt-live-transcribe",
        Spec(
            "Transcription",
            "Writes down what you say, with a model of its own. It may hear other words.",
            _TURNS,
            choices=same("gpt-live-transcribe", "gpt-transcribe", "gpt-realtime-whisper", ""),
            editable=True,
        ),
    )
    transcription_language: str = setting(
        "",
        Spec(
            "Languages you speak",
            "Helps the transcription. Codes such as en, or several: en, de.",
            _TURNS,
        ),
    )
    microphone: str = setting(
        "",
        Spec("Microphone", "Default follows the choice of the system.", _SOUND, Cost.REOPEN_AUDIO),
    )
    speaker: str = setting(
        "", Spec("Speaker", "Default follows the choice of the system.", _SOUND, Cost.REOPEN_AUDIO)
    )
    volume: int = setting(100, sound_specs.VOLUME)
    engine_ears: str = setting("auto", engine_specs.EARS)
    engine_brain: str = setting("auto", engine_specs.BRAIN)
    engine_server: str = setting("", engine_specs.SERVER)
    engine_server_model: str = setting("", engine_specs.SERVER_MODEL)
    engine_remote: bool = setting(False, engine_specs.REMOTE)
    engine_gguf: str = setting("", engine_specs.GGUF)
    theme: str = setting(
        "system",
        Spec(
            "Appearance",
            "",
            _APP,
            Cost.NOW,
            (("system", "Like the system"), ("light", "Light"), ("dark", "Dark")),
        ),
    )
    cue_volume: int = setting(50, desktop_specs.CUE_VOLUME)
    on_close: str = setting("ask", desktop_specs.ON_CLOSE)
    talk_window: bool = setting(False, desktop_specs.TALK_WINDOW)
    talk_key: str = setting("", desktop_specs.TALK_KEY)
    mute_key: str = setting("", desktop_specs.MUTE_KEY)
    interrupt_key: str = setting("", desktop_specs.INTERRUPT_KEY)
    show_key: str = setting("", desktop_specs.SHOW_KEY)
    check_updates: bool = setting(False, desktop_specs.CHECK_UPDATES)


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
        fitted = fit(values[f.name], f.default, f.metadata["spec"])
        if fitted is MISSING:
            bad.append(f.name)
        else:
            good[f.name] = fitted
    return Settings(**good), tuple(bad)


def cost_of(old: Settings, new: Settings) -> Cost | None:
    """Return what the change from ``old`` to ``new`` costs, or None when nothing changed."""
    costs = [s.cost for name, s in specs().items() if getattr(old, name) != getattr(new, name)]
    return max(costs, default=None)

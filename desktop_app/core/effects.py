"""Everything the core may ask the outside world to do, as orders in the imperative.

The core returns effects; only `desktop_app.voice` carries them out.  An effect whose result matters
is answered by an event: `CutSpeaker` by `SpeakerStopped`, `OpenLink` by `LinkOpened` or `LinkLost`.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.core.settings import Settings

# --- orders to the far end --------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class SendAudio:
    """Append one block (PCM16, mono, 24 kHz) to the far end's input buffer."""

    pcm: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class ConfigureSession:
    """Bring the session to these settings, all of them sent explicitly.

    Attributes:
        settings: What the user wants.
        omit: Parameters (paths such as ``session.reasoning``) the server has refused.
        voice_fixed: The assistant has spoken: the voice may not be sent any more.
        hold_back: The server must not interrupt by itself, whatever the settings say.
        own_tools: The assistant may change how it is heard (`desktop_app.core.own_tools`).
    """

    settings: Settings
    event_id: str
    omit: frozenset[str] = frozenset()
    voice_fixed: bool = False
    hold_back: bool = False
    own_tools: bool = False


@dataclass(frozen=True, slots=True)
class CommitInput:
    """Make the input buffer a user item (manual turns)."""

    event_id: str


@dataclass(frozen=True, slots=True)
class ClearInput:
    """Drop the input buffer."""


@dataclass(frozen=True, slots=True)
class CreateResponse:
    """Ask for an answer.  Sent by one gate only (`desktop_app.core.responses`)."""

    event_id: str


@dataclass(frozen=True, slots=True)
class CancelResponse:
    """Stop a response that runs."""

    response_id: str
    event_id: str


@dataclass(frozen=True, slots=True)
class AddText:
    """Add a text message of ``role`` (user, assistant or system) to the conversation."""

    item_id: str
    role: str
    text: str


@dataclass(frozen=True, slots=True)
class AddToolOutput:
    """Add the output of a tool call."""

    call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class TruncateItem:
    """Make the far end forget what the listener never heard of ``item_id``."""

    item_id: str
    heard_ms: int
    event_id: str
    content_index: int = 0


@dataclass(frozen=True, slots=True)
class DeleteItem:
    """Make the far end forget an item of which nothing was heard."""

    item_id: str
    event_id: str


Order = (
    SendAudio
    | ConfigureSession
    | CommitInput
    | ClearInput
    | CreateResponse
    | CancelResponse
    | AddText
    | AddToolOutput
    | TruncateItem
    | DeleteItem
)
"""What goes to the far end."""

# --- everything else --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class OpenLink:
    """Connect with these settings."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class CloseLink:
    """Hang up."""


@dataclass(frozen=True, slots=True)
class OpenSound:
    """Use these devices from now on; what is open already stays, or changes in full swing.

    Attributes:
        microphone: Its name; empty: the system's default, as for one that is not there.
        speaker: The same.
        afresh: Let go of both first, for only then the system tells which devices there are.
    """

    microphone: str
    speaker: str
    afresh: bool = False


@dataclass(frozen=True, slots=True)
class CloseSound:
    """Close microphone and speaker."""


@dataclass(frozen=True, slots=True)
class SendPreroll:
    """Send what the microphone heard lately, from the ring kept for this; it then is empty."""

    max_ms: int


@dataclass(frozen=True, slots=True)
class DropPreroll:
    """Empty the ring: what was heard is not for the far end."""


@dataclass(frozen=True, slots=True)
class Play:
    """Queue speech of ``item_id`` (PCM16, mono, 24 kHz) behind what plays now."""

    item_id: str
    pcm: bytes = field(repr=False)


@dataclass(frozen=True, slots=True)
class CutSpeaker:
    """Fade out, throw away what is queued, then report `SpeakerStopped`."""


@dataclass(frozen=True, slots=True)
class HoldSpeaker:
    """Fade out and keep the rest: somebody may be speaking."""


@dataclass(frozen=True, slots=True)
class ResumeSpeaker:
    """Play what is held, from where it was."""


@dataclass(frozen=True, slots=True)
class StartTimer:
    """Report `TimerFired` after ``after_ms`` and up to ``jitter`` of it more; restarts itself."""

    name: str
    after_ms: int
    jitter: float = 0.0


@dataclass(frozen=True, slots=True)
class StopTimer:
    """Forget a timer; no harm when it does not run."""

    name: str


@dataclass(frozen=True, slots=True)
class RunTool:
    """Run a tool; report `ToolFinished` in any case."""

    call_id: str
    name: str
    arguments: str


@dataclass(frozen=True, slots=True)
class SaveSettings:
    """Write the settings down."""

    settings: Settings


@dataclass(frozen=True, slots=True)
class Note:
    """Write a line to the log (never the user's words, never a secret)."""

    text: str


Effect = (
    Order
    | OpenLink
    | CloseLink
    | OpenSound
    | CloseSound
    | SendPreroll
    | DropPreroll
    | Play
    | CutSpeaker
    | HoldSpeaker
    | ResumeSpeaker
    | StartTimer
    | StopTimer
    | RunTool
    | SaveSettings
    | Note
)

SlowEffect = (
    ConfigureSession
    | CommitInput
    | ClearInput
    | CreateResponse
    | CancelResponse
    | AddText
    | AddToolOutput
    | TruncateItem
    | DeleteItem
    | OpenSound
    | CloseSound
    | RunTool
    | SaveSettings
    | Note
)
"""Effects that are rare, as opposed to those of every block of sound."""

"""What the sound devices did."""

from __future__ import annotations

from dataclasses import dataclass, field
from enum import StrEnum

from desktop_app.core.problems import Problem

VOICE_MS = 32
"""How much sound one `VoiceHeard` is about."""


class EchoState(StrEnum):
    """Whether the microphone hears the speaker, and what comes of it."""

    UNKNOWN = "unknown"
    """Too little was played since the devices were opened.  It is taken out in case it is there."""
    NONE = "none"
    """The speaker is not heard, as with headphones: the sound is left as it is."""
    CANCELLED = "cancelled"
    """It is heard, and taken out."""
    UNCANCELLED = "uncancelled"
    """It is heard and stays: taking it out is switched off, not possible here, or fails."""


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone or speaker.

    Attributes:
        name: What is stored and opened; stable across restarts, never an index.
        label: What people see.
        default: It is the system's default at the moment.
        serial: Another one after it was gone and has come back, where the system counts; else 0.
    """

    name: str
    label: str
    default: bool = False
    serial: int = field(default=0, compare=False)


@dataclass(frozen=True, slots=True)
class DeviceList:
    """What can be chosen now.

    Attributes:
        microphones: Without monitors of speakers.
        speakers: Without what a sound server invents when there is none.
        problem: Why nothing can be chosen, if so.
        live: It is renewed whatever is open, as sound servers do it.
    """

    microphones: tuple[Device, ...] = ()
    speakers: tuple[Device, ...] = ()
    problem: Problem | None = None
    live: bool = False


NO_DEVICES = DeviceList()
"""What is known before anybody has looked."""


@dataclass(frozen=True, slots=True)
class DevicesChanged:
    """Devices came or went, the default is another one, or a stream of ours was moved.

    Attributes:
        devices: All there are now.
        microphone: Name of the device that we record from; empty: none, or unknown.
        speaker: Name of the device that we play on; empty: none, or unknown.
    """

    devices: DeviceList
    microphone: str = ""
    speaker: str = ""


@dataclass(frozen=True, slots=True)
class DevicesStale:
    """Devices came or went; which ones, the system only tells while nothing is open."""


@dataclass(frozen=True, slots=True)
class MicLevel:
    """Loudness of the newest sound, in dBFS (0 is full scale, -96 is silence)."""

    rms_dbfs: float = -96.0
    peak_dbfs: float = -96.0
    clipped: bool = False


@dataclass(frozen=True, slots=True)
class MicFrame:
    """One block from the microphone, or a few, as it goes to the far end.

    Attributes:
        pcm: PCM16, mono, 24 kHz.
        played: The speaker sounds, or did a moment ago: its echo may be in the block.
        echo: What is known of that echo.
        near: Somebody else is heard through it.
        learning: The echo is taken out by what does not know the room yet: some of it may be left.
    """

    pcm: bytes = field(repr=False)
    played: bool = False
    echo: EchoState = EchoState.UNKNOWN
    near: bool = False
    learning: bool = False


@dataclass(frozen=True, slots=True)
class EchoJudged:
    """It turned out what becomes of the speaker's echo.

    Attributes:
        echo: What was found.
        delay_ms: How long the echo takes from our hands back to us; 0 unless it is heard.
        removed_db: How much of it is taken out; 0 while that has not been measured.
    """

    echo: EchoState
    delay_ms: int = 0
    removed_db: int = 0


@dataclass(frozen=True, slots=True)
class VoiceHeard:
    """How likely the newest `VOICE_MS` of the microphone are speech.

    Attributes:
        probability: From 0 to 1.
        near: Something else than the speaker is heard through its echo, whatever it is: the
            echo hides too much of it to say.
        learning: It may be some of the echo (see `MicFrame`).
    """

    probability: float
    near: bool = False
    learning: bool = False


@dataclass(frozen=True, slots=True)
class DetectorChanged:
    """Speech can (or cannot) be told from other sound on this computer."""

    works: bool


@dataclass(frozen=True, slots=True)
class TalkedMuted:
    """Somebody talks into the microphone, and it is muted."""


@dataclass(frozen=True, slots=True)
class MicSilent:
    """Since it was opened the microphone has given nothing but zeros; not ``silent``: no more."""

    silent: bool


@dataclass(frozen=True, slots=True)
class MicOpened:
    """The microphone runs; ``label`` is its name for people."""

    label: str = ""


@dataclass(frozen=True, slots=True)
class MicLost:
    """The microphone is gone or could not be opened (``problem``); None: we closed it."""

    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class SpeakerOpened:
    """The speaker runs; ``label`` is its name for people."""

    label: str = ""


@dataclass(frozen=True, slots=True)
class SpeakerLost:
    """The speaker is gone or could not be opened (``problem``); None: we closed it.

    What was not heard on a speaker that is gone is kept, for the next one or for a cut.
    """

    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class SpeakerStarted:
    """The first samples of ``item_id`` went to the device."""

    item_id: str


@dataclass(frozen=True, slots=True)
class SpeakerStopped:
    """The speaker fell silent, because it ran dry or because it was told to.

    Items queued before ``item_id`` were heard completely, items behind it not at all.

    Attributes:
        item_id: Item that was playing; None when nothing was.
        heard_ms: Milliseconds of that item that reached the listener.
        cut: True when the rest was thrown away, False when it ran dry.
    """

    item_id: str | None
    heard_ms: int
    cut: bool


SoundEvent = (
    MicFrame
    | VoiceHeard
    | DetectorChanged
    | TalkedMuted
    | MicSilent
    | MicOpened
    | MicLost
    | SpeakerOpened
    | SpeakerLost
    | SpeakerStarted
    | SpeakerStopped
    | EchoJudged
    | DevicesChanged
    | DevicesStale
)
"""All that the devices do."""

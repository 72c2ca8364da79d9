"""What the sound devices did."""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.core.problems import Problem


@dataclass(frozen=True, slots=True)
class Device:
    """A microphone or speaker.

    Attributes:
        name: What is stored and opened; stable across restarts, never an index.
        label: What people see.
        default: It is the system's default at the moment.
    """

    name: str
    label: str
    default: bool = False


@dataclass(frozen=True, slots=True)
class DeviceList:
    """What can be chosen now.  ``problem`` says why nothing can, if so."""

    microphones: tuple[Device, ...] = ()
    speakers: tuple[Device, ...] = ()
    problem: Problem | None = None


@dataclass(frozen=True, slots=True)
class MicFrame:
    """One block from the microphone: PCM16, mono, 24 kHz."""

    pcm: bytes = field(repr=False)


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
    """The speaker is gone or could not be opened (``problem``); None: we closed it."""

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
    MicFrame | MicOpened | MicLost | SpeakerOpened | SpeakerLost | SpeakerStarted | SpeakerStopped
)
"""All that the devices do."""

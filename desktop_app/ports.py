"""The sockets of the app: what it needs from the outside, and nothing more.

A port is a `typing.Protocol` in core vocabulary.  Adapters implement ports, tests fake them, and
`desktop_app.app` plugs one into the other.  Unless said otherwise everything here is used on the
voice worker's loop.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Protocol, TypeAlias

if TYPE_CHECKING:  # A start that only shows a window, or a key, waits for none of these.
    from desktop_app.core.effects import Order, SendAudio
    from desktop_app.core.events import Event
    from desktop_app.core.far_end import LinkFailure
    from desktop_app.core.key_names import Chord
    from desktop_app.core.problems import Problem
    from desktop_app.core.settings import Settings
    from desktop_app.core.sound import DeviceList, MicLevel, SpeakerStopped
    from desktop_app.core.state import AppState

Dispatch: TypeAlias = "Callable[[Event], None]"
"""Feed an event to the core; safe from any thread."""


Reference = Callable[[int], bytes | None]
"""Return so many samples that the speaker took next (see `Speaker.reference`)."""


# --- the far end ------------------------------------------------------------------------------


class LinkError(Exception):
    """The link failed, or could not be opened."""

    def __init__(self, failure: LinkFailure) -> None:
        super().__init__(failure.detail or failure.where)
        self.failure = failure


@dataclass(frozen=True, slots=True)
class LinkTarget:
    """Where to connect, and as whom.  Never logged: it holds the key.

    Attributes:
        url: ``wss://`` address, or ``ws://`` (loopback only, unless ``allow_insecure``).
        model: Added as ``?model=`` unless the address has one; empty: not added.
        key: API key or token; empty: none is sent.
        auth: ``bearer`` or ``api-key`` (the header's style).
        dialect: ``auto``, ``ga`` or ``beta``.
        label: What people call this place; empty: the host.
        steers: It may change volume and speed when the user asks for that.
    """

    url: str
    model: str = ""
    key: str = field(default="", repr=False)
    auth: str = "bearer"
    organization: str = ""
    project: str = ""
    dialect: str = "auto"
    allow_insecure: bool = False
    label: str = ""
    steers: bool = False


class Link(Protocol):
    """The far end: one Realtime session.  A link is opened once and thrown away when it ends."""

    async def open(self, target: LinkTarget) -> None:
        """Connect.

        Raises:
            LinkError: If the address is bad or the connection is refused; bounded in time.
        """

    def events(self) -> AsyncIterator[Event]:
        """Yield `LinkOpened` and then what the far end does; end when it hangs up as asked.

        Raises:
            LinkError: If the connection breaks or the far end closes it.
        """

    async def send(self, order: Order) -> None:
        """Pass ``order`` on; waits while the network is congested."""

    def send_at_once(self, order: SendAudio) -> bool:
        """Pass sound on if that needs no waiting; return whether it did."""

    async def aclose(self) -> None:
        """Hang up.  Idempotent; bounded in time."""


class Destination(Protocol):
    """Knows where the settings lead: which server, with which key; starts the engine of our own."""

    async def resolve(self, settings: Settings) -> LinkTarget:
        """Return the target.

        Raises:
            LinkError: ``where`` is ``key`` when one is needed and missing, ``engine`` when the
                offline engine cannot start.
        """


# --- sound ------------------------------------------------------------------------------------


class SoundError(Exception):
    """A device could not be opened, or went away; carries the problem to show."""

    def __init__(self, problem: Problem) -> None:
        super().__init__(problem.title)
        self.problem = problem


class Microphone(Protocol):
    """A source of speech: PCM16, mono, 24 kHz, in blocks of 10 ms or a few of them as one."""

    blocks_at_once: int
    """So many blocks are waited for and come as one, or fewer: a fraction of the work.  At first 1.
    In a lull it may be more by itself.  Set on the loop."""

    @property
    def level(self) -> MicLevel:
        """Loudness of what `blocks` gave since the last reading, of the last 250 ms at most.

        Without any news it is what it was, and silence while nothing is open.  It may be read in
        another thread, but in one only.
        """

    async def open(self, device: str) -> str:
        """Open ``device`` by name (empty: system default) and return its label for people.

        A device that is not there is replaced by the default.  One that is open is changed for it
        with the shortest gap that the system allows; none if it is the same.

        Raises:
            SoundError: If no microphone can be opened; one that was open may still be.
        """

    def blocks(self) -> AsyncIterator[bytes]:
        """Yield blocks as they come, of whichever device is open; end after `aclose`.

        Raises:
            SoundError: If the device goes away.
        """

    async def aclose(self) -> None:
        """Close the device.  Idempotent."""


class Speaker(Protocol):
    """Something that makes sound.  What is not awaited returns at once."""

    async def open(self, device: str, dispatch: Dispatch) -> str:
        """Open ``device`` by name (empty: system default) and return its label for people.

        What one that was open, lost or let go has not played yet is heard on this one.  Reports
        `SpeakerStarted`, `SpeakerStopped` (ran dry) and `SpeakerLost` through ``dispatch``.

        Raises:
            SoundError: If no speaker can be opened.
        """

    def play(self, item_id: str, pcm: bytes) -> None:
        """Queue ``pcm`` (PCM16, mono, 24 kHz) behind what plays now."""

    def cut(self) -> SpeakerStopped:
        """Fall silent and say how much was heard."""

    def reference(self, samples: int) -> bytes | None:
        """Return the next ``samples`` that the device took (PCM16, mono, 24 kHz); None: silence.

        Asked with each block of the microphone, it keeps pace with it and is ahead of the echo.
        """

    async def let_go(self) -> None:
        """Close the device, but keep what is not heard yet for the next `open`.  Idempotent."""

    def hold(self) -> None:
        """Fall silent, but keep the rest and what comes; no harm when nothing plays."""

    def resume(self) -> None:
        """Play what is held, from where it was; no harm when nothing is."""

    async def aclose(self) -> None:
        """Close the device; what is queued is lost.  Idempotent."""


class Devices(Protocol):
    """The devices of this computer."""

    def list(self) -> DeviceList:
        """Return them, without monitors of speakers.  May take a second: use a pool thread."""

    def watch(self, dispatch: Dispatch) -> Callable[[], None]:
        """Report `DevicesChanged` and `DevicesStale` from another thread, first what there is.

        Returns what ends it; that blocks for a moment.
        """


# --- the rest ---------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True)
class Secret:
    """A key and where it came from.

    Attributes:
        value: The key; empty when there is none.
        source: ``environment``, ``keyring``, ``session`` or ``none``.
        place: The place in words for people ("Environment variable OPENAI_API_KEY").
        problem: Why the keyring cannot be used, if so.
    """

    value: str = field(default="", repr=False)
    source: str = "none"
    place: str = ""
    problem: Problem | None = None


class SecretStore(Protocol):
    """Keeps API keys by server host.  Calls may block (a system dialog): use a pool thread."""

    def get(self, host: str) -> Secret:
        """Return the key for ``host``; never raises for a keyring that does not work."""

    def set(self, host: str, key: str) -> Secret:
        """Store ``key`` and say where it went (``session`` when there is no keyring)."""

    def forget(self, host: str) -> Secret:
        """Remove the stored key and return what is left (the environment may still hold one)."""


class SettingsStore(Protocol):
    """Keeps the settings between runs.  Blocking: use a pool thread."""

    def load(self) -> tuple[Settings, Problem | None]:
        """Return the settings; a broken file is set aside and reported, never an exception."""

    def save(self, settings: Settings) -> Problem | None:
        """Write them, atomically; unknown keys of a newer version survive."""


class ToolProvider(Protocol):
    """Tools the assistant may call."""

    def specs(self) -> Sequence[dict[str, object]]:
        """Return the declarations: function tools with name, description and JSON Schema."""

    async def call(self, name: str, arguments: str) -> str:
        """Run a tool with JSON ``arguments`` and return its output; a failure is an output too."""


@dataclass(frozen=True, slots=True)
class HotkeyReport:
    """What came of asking for keys: in words for people, by action, and the keys that failed."""

    text: str
    ready: Mapping[str, str] = field(default_factory=dict)
    refused: tuple[str, ...] = ()


class Hotkeys(Protocol):
    """Keys that work in every program.

    Attributes:
        in_window_thread: `bind` and `close` belong there; else they may take long (the user may be
            asked): use a pool thread.
    """

    in_window_thread: bool

    def bind(
        self,
        keys: Mapping[str, tuple[Chord, ...]],
        pressed: Callable[[str], None],
        released: Callable[[str], None],
    ) -> HotkeyReport:
        """Take ``keys`` by action, in place of those before; each press gets its release."""

    def close(self) -> None:
        """Give all keys back.  Idempotent."""


class View(Protocol):
    """Somebody who shows snapshots.  Called on the voice worker's thread: hop, do not work."""

    def __call__(self, state: AppState) -> None:
        """Take the newest snapshot."""

"""The whole state of the app as one frozen tree: the single source of truth."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum
from typing import TYPE_CHECKING, TypeAlias

from desktop_app.core.capabilities import Capabilities
from desktop_app.core.overlap import Overlap
from desktop_app.core.problems import Problem
from desktop_app.core.settings import Settings
from desktop_app.core.sound import NO_DEVICES, Device, DeviceList, EchoState
from desktop_app.core.transcript import Rows

if TYPE_CHECKING:  # The window needs a state to begin with, and none of these.
    from desktop_app.core.effects import Effect
    from desktop_app.core.far_end import ServerError


TURNS = frozenset({"audio.input.turn_detection", "turn_detection"})
"""What the way to find turns is called in a refusal, now and in the beta."""


class Phase(StrEnum):
    """Where the connection stands."""

    OFFLINE = "offline"
    OPENING = "opening"
    CONFIGURING = "configuring"
    LIVE = "live"
    BACKING_OFF = "backing_off"
    """Lost, and about to try again."""


class Floor(StrEnum):
    """Who has the floor, as the listener hears it (not as the server sends it)."""

    NOBODY = "nobody"
    USER = "user"
    ASSISTANT = "assistant"


class Talk(StrEnum):
    """What the talk control shows; derived, never stored (see `AppState.talk`)."""

    OFFLINE = "offline"
    CONNECTING = "connecting"
    READY = "ready"
    """Push to talk: waiting for a press."""
    LISTENING = "listening"
    HEARING = "hearing"
    """The user is being heard right now."""
    THINKING = "thinking"
    SPEAKING = "speaking"
    MUTED = "muted"
    NO_MICROPHONE = "no_microphone"


class Key(StrEnum):
    """Where the talk key stands (see `desktop_app.core.talk_key`)."""

    UP = "up"
    DOWN = "down"
    """Down for a moment: a tap or a hold, who knows."""
    HELD = "held"
    LATCHED = "latched"
    """It was tapped: the talk goes on until the next press."""


@dataclass(frozen=True, slots=True)
class LinkState:
    """The connection.

    Attributes:
        phase: Where it stands.
        wanted: The user wants to be connected.
        attempt: Failed attempts in a row; a connection that breaks at once counts as one.
        steady: The connection has held for a while.
        server: Host of the far end, for people.
        model: The model that answers, as the server says.
        voice: The voice in use, as the server says.
        capabilities: What the server can do.
        omitted: Parameters of the configuration the server refused.
        spoke: The assistant has sent audio in this session: its voice is fixed.
        configs: Configurations sent in this session; 0 until the first.
        config_due: Settings changed while an answer ran: send them when it has ended.
        last_error: The newest `ServerError`, which usually explains a close that follows.
        rotate: The session's end is near: renew it at the next quiet moment.
        noise_reduced: The server takes noise out of what it hears; None: it does not say.
        reset_s: Seconds until the scarcest rate limit resets, as last heard.
        held_back: The server was told not to interrupt: interruptions are judged here.
    """

    phase: Phase = Phase.OFFLINE
    wanted: bool = False
    attempt: int = 0
    steady: bool = False
    server: str = ""
    model: str = ""
    voice: str = ""
    capabilities: Capabilities = Capabilities()
    omitted: frozenset[str] = frozenset()
    spoke: bool = False
    configs: int = 0
    config_due: bool = False
    last_error: ServerError | None = None
    rotate: bool = False
    noise_reduced: bool | None = None
    reset_s: float = 0.0
    held_back: bool = False


@dataclass(frozen=True, slots=True)
class ResponseState:
    """The one response that may write to the conversation, and those that were silenced.

    Attributes:
        requested: Event id of our request while it is unanswered.
        active: Id of the response that runs.
        pending: Another answer is wanted as soon as the running one has ended.
        silenced: Newest responses the user talked over; their late audio and words are dropped.
        cancelling: Event id of our cancel for the active response while it is under way, or empty.
        unwanted: The user interrupted before the requested response began: stop it when it does.
        retried: The running turn has been tried again once already.
    """

    requested: str | None = None
    active: str | None = None
    pending: bool = False
    silenced: tuple[str, ...] = ()
    cancelling: str = ""
    unwanted: bool = False
    retried: bool = False


@dataclass(frozen=True, slots=True)
class ItemAudio:
    """What is known of one item's speech, in samples at 24 kHz.

    Attributes:
        item_id: The item.
        response_id: The response that speaks it.
        received: Samples received so far.
        gone: Its session has ended; the far end can't be told about it any more.
    """

    item_id: str
    response_id: str
    received: int = 0
    gone: bool = False


@dataclass(frozen=True, slots=True)
class SoundState:
    """The devices, as the sound path reports them.

    Attributes:
        devices: Those that can be chosen.
        mic_at: Name of the device that really is in use; empty: unknown.
        speaker_at: The same of the speaker.
        missed: Chosen devices that the user knows to be missing.
        awaited: The speaker is gone, and what it did not play waits for another one.
        silent: There is no speaker: what the assistant says is only written down.
    """

    wanted: bool = False
    mic_open: bool = False
    mic_label: str = ""
    mic_at: str = ""
    speaker_open: bool = False
    speaker_label: str = ""
    speaker_at: str = ""
    devices: DeviceList = NO_DEVICES
    missed: tuple[Device, ...] = ()
    awaited: bool = False
    silent: bool = False
    detects: bool = False
    """Speech can be told from other sound on this computer."""
    playing: tuple[ItemAudio, ...] = ()
    """Items whose speech was handed to the speaker and has not been reported finished, in order."""
    dry: ItemAudio | None = None
    """The item after which the speaker ran dry; more of it may come when the network is slow."""
    echo: EchoState = EchoState.UNKNOWN
    echo_delay_ms: int = 0
    """How long the echo takes, where it is heard."""
    rings_ms: int = 0
    """The echo of what has ended stays so long yet; counted only where it matters."""


@dataclass(frozen=True, slots=True)
class ToolCall:
    """A call that waits for its output, or for its response to end.

    Attributes:
        call_id: The call.
        response_id: The response that made it.
        finished: Its output has been given.
        quiet: No answer is asked for: its response was not completed.
    """

    call_id: str
    response_id: str
    finished: bool = False
    quiet: bool = False


@dataclass(frozen=True, slots=True)
class Meter:
    """Tokens used in this conversation."""

    responses: int = 0
    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class AppState:
    """A snapshot.  Never mutated: `desktop_app.core.step.step` returns the next one.

    Attributes:
        muted: The user muted the microphone.
        user_speaking: The server hears the user right now.
        pressed: The talk control is down.
        releasing: It went up; its last words are still on the way.
        key: Where the talk key stands; it means nothing while the talk control is up.
        muted_told: The user was told lately of talking while muted.
        checking: The sound is being checked: what is heard is no talk.
        locked: The computer is locked or asleep: nothing is recorded.
        sent_ms: Audio sent since the talk control went down.
        commit: Event id of a commit that waits for its item.
        texts: Typed messages that wait for the connection: ``(item_id, text)``.
        serial: Last number given to an id of ours.
    """

    settings: Settings = Settings()
    link: LinkState = LinkState()
    sound: SoundState = SoundState()
    responses: ResponseState = ResponseState()
    overlap: Overlap = Overlap()
    rows: Rows = ()
    problems: tuple[Problem, ...] = ()
    meter: Meter = Meter()
    calls: tuple[ToolCall, ...] = ()
    texts: tuple[tuple[str, str], ...] = ()
    muted: bool = False
    user_speaking: bool = False
    pressed: bool = False
    releasing: bool = False
    key: Key = Key.UP
    muted_told: bool = False
    checking: bool = False
    locked: bool = False
    sent_ms: int = 0
    commit: str | None = None
    serial: int = 0

    @property
    def manual(self) -> bool:
        """Whether turns are made by the talk control and not by the server."""
        return self.settings.turn_detection == "manual"

    @property
    def overruled(self) -> bool:
        """Whether the user wants to make the turns, but the server has refused to leave them."""
        return self.manual and not TURNS.isdisjoint(self.link.omitted)

    @property
    def floor(self) -> Floor:
        """Who has the floor: the loudspeaker decides for the assistant."""
        if self.sound.playing:
            return Floor.ASSISTANT
        if self.user_speaking or self.pressed:
            return Floor.USER
        return Floor.NOBODY

    @property
    def talk(self) -> Talk:
        """What the talk control shows."""
        if self.link.phase is Phase.OFFLINE:
            return Talk.OFFLINE
        if self.link.phase is not Phase.LIVE:
            return Talk.CONNECTING
        if self.user_speaking or self.pressed:
            return Talk.HEARING
        if self.sound.playing:
            return Talk.SPEAKING
        if self.responses.requested or self.responses.active or self.commit:
            return Talk.THINKING
        if not self.sound.mic_open:
            return Talk.NO_MICROPHONE
        if self.muted:
            return Talk.MUTED
        return Talk.READY if self.manual else Talk.LISTENING


Effects: TypeAlias = "tuple[Effect, ...]"
Step: TypeAlias = "tuple[AppState, Effects]"

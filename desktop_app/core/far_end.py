"""What the far end did, in the core's words.

`desktop_app.wire` makes these of the server's frames; the core sees no field name of the protocol.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from desktop_app.core.capabilities import Capabilities


@dataclass(frozen=True, slots=True)
class LinkOpened:
    """The socket is open; ``server`` is its host as people know it."""

    server: str = ""
    capabilities: Capabilities = Capabilities()


@dataclass(frozen=True, slots=True)
class LinkFailure:
    """Why a link could not be opened, or ended.

    Attributes:
        where: ``url``, ``key``, ``engine``, ``dns``, ``refused``, ``timeout``, ``tls``, ``proxy``,
            ``http`` or ``closed``.
        http_status: Status of a refused handshake, else 0.
        close_code: WebSocket close code, else 0 (RFC 6455 section 7.4).
        code: The protocol's error code when the far end named one.
        detail: What the far end or the system said, for people.
    """

    where: str
    http_status: int = 0
    close_code: int = 0
    code: str = ""
    detail: str = ""


@dataclass(frozen=True, slots=True)
class LinkLost:
    """The link is gone; ``failure`` is None when we closed it ourselves."""

    failure: LinkFailure | None = None


@dataclass(frozen=True, slots=True)
class SessionStarted:
    """``session.created``; ``lifetime_ms`` is the time until the server will end it, if known."""

    session_id: str = ""
    model: str = ""
    lifetime_ms: int | None = None


@dataclass(frozen=True, slots=True)
class SessionConfigured:
    """``session.updated``: the server works with our configuration.

    ``noise_reduced`` tells whether it takes noise out of what it hears; None: it does not say.
    """

    model: str = ""
    voice: str = ""
    noise_reduced: bool | None = None


@dataclass(frozen=True, slots=True)
class ServerError:
    """An ``error`` event; ``event_id`` names our event that caused it, when the server says so."""

    code: str = ""
    type: str = ""
    message: str = ""
    param: str = ""
    event_id: str = ""


@dataclass(frozen=True, slots=True)
class UserSpeechStarted:
    """The server heard the user begin."""

    item_id: str = ""
    audio_start_ms: int = 0


@dataclass(frozen=True, slots=True)
class UserSpeechStopped:
    """The server heard the user end."""

    item_id: str = ""
    audio_end_ms: int = 0


@dataclass(frozen=True, slots=True)
class InputCommitted:
    """The user's audio became item ``item_id`` behind ``previous_item_id``."""

    item_id: str
    previous_item_id: str | None = None


@dataclass(frozen=True, slots=True)
class ItemAdded:
    """An item stands in the conversation; ``kind`` is ``message`` or another item type."""

    item_id: str
    kind: str
    role: str = ""
    previous_item_id: str | None = None
    text: str = ""
    name: str = ""


@dataclass(frozen=True, slots=True)
class ItemTruncated:
    """The server forgot what was not heard of ``item_id``."""

    item_id: str
    audio_end_ms: int


@dataclass(frozen=True, slots=True)
class ItemDeleted:
    """The server dropped ``item_id``."""

    item_id: str


@dataclass(frozen=True, slots=True)
class UserTextArrived:
    """A piece of the user's transcript; ``whole`` when ``text`` replaces what came before."""

    item_id: str
    text: str
    whole: bool = False


@dataclass(frozen=True, slots=True)
class UserTextDone:
    """The user's transcript is final."""

    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class UserTextFailed:
    """The user's transcript will not come; the turn itself goes on."""

    item_id: str
    message: str = ""


@dataclass(frozen=True, slots=True)
class ResponseStarted:
    """A response runs; ``in_conversation`` is False for one out of band."""

    response_id: str
    in_conversation: bool = True


@dataclass(frozen=True, slots=True)
class AudioArrived:
    """Speech of an item: PCM16, mono, 24 kHz, little-endian."""

    response_id: str
    item_id: str
    pcm: bytes = field(repr=False)
    content_index: int = 0


@dataclass(frozen=True, slots=True)
class AssistantTextArrived:
    """A piece of the assistant's words (transcript of its speech, or text)."""

    response_id: str
    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class AssistantTextDone:
    """All words of one content part of the assistant."""

    response_id: str
    item_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Usage:
    """Tokens of one response, for the meter."""

    input_tokens: int = 0
    output_tokens: int = 0
    cached_tokens: int = 0


@dataclass(frozen=True, slots=True)
class ResponseEnded:
    """``response.done``.

    Attributes:
        status: ``completed``, ``cancelled``, ``failed`` or ``incomplete``.
        reason: ``turn_detected``, ``client_cancelled``, ``max_output_tokens``, ``content_filter``.
        code: Error code of a failed response (no ``error`` event accompanies it).
        message: What the server says about the failure.
        texts: ``(item_id, text)`` of the finished items, for repair.
    """

    response_id: str
    status: str = "completed"
    reason: str = ""
    code: str = ""
    message: str = ""
    usage: Usage | None = None
    texts: tuple[tuple[str, str], ...] = ()
    in_conversation: bool = True


@dataclass(frozen=True, slots=True)
class ToolCalled:
    """The assistant wants a tool; ``arguments`` is JSON as the server sent it."""

    response_id: str
    item_id: str
    call_id: str
    name: str
    arguments: str
    complete: bool = True


@dataclass(frozen=True, slots=True)
class ToolFinished:
    """A tool has its result (or the words for its failure)."""

    call_id: str
    output: str


@dataclass(frozen=True, slots=True)
class RateLimited:
    """``rate_limits.updated``: the scarcest limit."""

    name: str
    remaining: int
    reset_s: float


WordEvent = (
    ItemAdded
    | ItemTruncated
    | ItemDeleted
    | UserTextArrived
    | UserTextDone
    | UserTextFailed
    | AssistantTextArrived
    | AssistantTextDone
)
"""Events that concern the transcript only."""


FarEndEvent = (
    AudioArrived
    | LinkOpened
    | LinkLost
    | SessionStarted
    | SessionConfigured
    | ServerError
    | UserSpeechStarted
    | UserSpeechStopped
    | InputCommitted
    | ResponseStarted
    | ResponseEnded
    | ToolCalled
    | ToolFinished
    | RateLimited
    | WordEvent
)
"""All that the far end and its tools do."""

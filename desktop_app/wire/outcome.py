"""What comes of a frame that is not an event we know.  Values, not exceptions."""

from __future__ import annotations

from dataclasses import dataclass

from desktop_app.wire.base import JsonObject


@dataclass(frozen=True, slots=True)
class Unknown:
    """A well-formed event of a type that we do not know.

    Args:
        type: The type it names.
        raw: The whole event, for the log.
    """

    type: str
    raw: JsonObject


@dataclass(frozen=True, slots=True)
class Malformed:
    """A frame that is no event, or lacks what its type cannot do without.

    Args:
        reason: What is wrong, in a sentence without the frame's content where possible.
        size: Length of the frame, in bytes (characters for text).
        code: The protocol's error code for it.
        param: Path of the field at fault, for example ``session.tools[0].name``.
        event_id: The id the frame gave itself, so that an error can refer to it.
    """

    reason: str
    size: int
    code: str = "invalid_value"
    param: str | None = None
    event_id: str | None = None

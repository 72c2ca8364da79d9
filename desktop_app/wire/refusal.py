"""The answer to a client's frame that is no event."""

from __future__ import annotations

from desktop_app.wire.outcome import Malformed, Unknown
from desktop_app.wire.server_events import ErrorDetail, ErrorEvent


def refusal_of(frame: Unknown | Malformed, event_id: str) -> ErrorEvent:
    """Say what was wrong with a frame, as the protocol's own servers do.

    Args:
        frame: What `decode_client` made of it.
        event_id: The id of the error event itself.

    Returns:
        An ``invalid_request_error`` that refers to the client's event where that has an id.
    """
    if isinstance(frame, Malformed):
        message, code, param = frame.reason, frame.code, frame.param
        about: object = frame.event_id
    else:
        message, code, param = f"Invalid value: '{frame.type[:100]}'.", "invalid_value", "type"
        about = frame.raw.get("event_id")
    return ErrorEvent(
        event_id=event_id,
        error=ErrorDetail(
            type="invalid_request_error",
            message=message,
            code=code,
            param=param,
            event_id=about if isinstance(about, str) else None,
        ),
    )

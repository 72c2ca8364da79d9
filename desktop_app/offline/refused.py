"""What a client asked for and can't have, on its way to becoming the protocol's ``error``."""

from __future__ import annotations

from desktop_app.wire.server_events import ErrorDetail, ErrorEvent


class Refused(Exception):  # noqa: N818 - it is the client's mistake, not ours
    """One request is refused; the session goes on.

    Args:
        code: The protocol's error code.
        message: What is wrong, in a sentence.
        param: Path of the field at fault, for example ``session.tools[0].type``.
        kind: Whose fault it is: ``invalid_request_error`` or ``server_error``.
    """

    def __init__(
        self,
        code: str,
        message: str,
        param: str | None = None,
        kind: str = "invalid_request_error",
    ) -> None:
        super().__init__(message)
        self.code, self.message, self.param, self.kind = code, message, param, kind

    def event(self, about: str | None = None) -> ErrorEvent:
        """Say it as the protocol does; ``about`` is the id of the client's event."""
        return ErrorEvent(
            error=ErrorDetail(
                type=self.kind,
                code=self.code,
                message=self.message,
                param=self.param,
                event_id=about,
            )
        )

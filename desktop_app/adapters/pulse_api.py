"""What we use of pulsectl, which has no types of its own."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol


class Node(Protocol):
    """A source or a sink."""

    index: int
    name: str
    description: str
    monitor_of_sink_name: str | None


class Stream(Protocol):
    """A stream that records from a source, or plays on a sink."""

    index: int
    source: int
    sink: int
    proplist: dict[str, str]


class Server(Protocol):
    """The server about itself."""

    default_source_name: str
    default_sink_name: str


class Pulse(Protocol):
    """A connection, `pulsectl.Pulse`.  Its calls block, and raise when the server goes away."""

    def server_info(self) -> Server:
        """Return what the server says of itself."""
        ...

    def source_list(self) -> list[Node]:
        """Return all that can be recorded from, monitors of speakers too."""
        ...

    def sink_list(self) -> list[Node]:
        """Return all that can be played on."""
        ...

    def source_output_list(self) -> list[Stream]:
        """Return all streams that record."""
        ...

    def sink_input_list(self) -> list[Stream]:
        """Return all streams that play."""
        ...

    def source_output_move(self, index: int, source_index: int) -> None:
        """Let a stream record from another source."""
        ...

    def sink_input_move(self, index: int, sink_index: int) -> None:
        """Let a stream play on another sink."""
        ...

    def event_mask_set(self, *masks: str) -> None:
        """Say which changes are of interest."""
        ...

    def event_callback_set(self, func: Callable[[object], None]) -> None:
        """Say who is called on a change; it may raise ``PulseLoopStop``, and must not ask."""
        ...

    def event_listen(self, timeout: float | None = None) -> None:
        """Wait for changes until one stops it, or for ``timeout`` seconds."""
        ...

    def event_listen_stop(self) -> None:
        """Stop the waiting of another thread, if it waits."""
        ...

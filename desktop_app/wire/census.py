"""A count of what came that we do not know, for the log and for the guess at a server's dialect."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable

from desktop_app.wire.faults import Path

_MOST_NAMES = 200
_LOOKS_PER_TYPE = 4


class Census:
    """Counts oddities of one connection.  Bounded, however inventive the other side is.

    Unknown fields are looked for in the first frames of each type only, since that needs a second
    parse.

    Attributes:
        unknown_types: Events by type.
        unknown_fields: Fields by ``type: path``, with list indices left out.
        old_names: Events that came under a name or in a shape of the beta era, by type.
        malformed: Frames that were no events, by reason.
    """

    def __init__(self) -> None:
        self.unknown_types: Counter[str] = Counter()
        self.unknown_fields: Counter[str] = Counter()
        self.old_names: Counter[str] = Counter()
        self.malformed: Counter[str] = Counter()
        self._looks: Counter[str] = Counter()

    def wants_to_look(self, event_type: str) -> bool:
        """Tell whether fields of this type are still worth a second parse, and note the look."""
        if self._looks[event_type] >= _LOOKS_PER_TYPE:
            return False
        self._looks[event_type] += 1
        return True

    def add_fields(self, event_type: str, paths: Iterable[Path]) -> None:
        """Count fields that did not survive decoding."""
        for path in paths:
            names = ".".join(step for step in path if isinstance(step, str))
            _add(self.unknown_fields, f"{event_type}: {names}")

    def add_type(self, event_type: str) -> None:
        """Count an event of an unknown type."""
        _add(self.unknown_types, event_type[:100])

    def add_old_name(self, event_type: str) -> None:
        """Count an event of the beta era."""
        _add(self.old_names, event_type)

    def add_malformed(self, reason: str) -> None:
        """Count a frame that was no event."""
        _add(self.malformed, reason)


def _add(counter: Counter[str], name: str) -> None:
    """Count ``name``, or "(more)" once there are too many names."""
    counter[name if name in counter or len(counter) < _MOST_NAMES else "(more)"] += 1

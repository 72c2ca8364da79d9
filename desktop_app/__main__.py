"""The command ``parley``."""

from __future__ import annotations

import os
import sys
from collections.abc import Sequence

STDERR = 2


def _keep_stderr() -> None:
    """Give our own words a descriptor of their own.

    While sound is opened, descriptor 2 is turned away from the terminal, for C libraries chatter
    there; what we have to say just then must not be lost with it.
    """
    try:
        if sys.stderr.fileno() != STDERR:
            return
        own = os.dup(STDERR)
    except (AttributeError, OSError):  # A windowed program has no such descriptor.
        return
    sys.stderr = os.fdopen(own, "w", buffering=1, encoding="utf-8", errors="backslashreplace")


def main(argv: Sequence[str] | None = None) -> int:
    """Run a command; returns the exit code."""
    from desktop_app.cli import run

    if argv is None:
        _keep_stderr()
    return run(list(sys.argv[1:] if argv is None else argv))


if __name__ == "__main__":
    sys.exit(main())

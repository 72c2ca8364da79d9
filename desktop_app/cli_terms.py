"""What all commands say alike: exit codes and complaints."""

from __future__ import annotations

import sys

OK = 0
FAILED = 1
USAGE = 2
INTERRUPTED = 130
"""Exit codes; 2 is argparse's own, 130 is what shells give for Ctrl+C."""


def complain(text: str) -> None:
    """Say what is wrong, on standard error."""
    print(f"parley: {text}", file=sys.stderr)

"""``parley serve`` at a terminal: what is missing can be fetched at once."""

from __future__ import annotations

from collections.abc import Sequence

from desktop_app.core.settings import Settings
from desktop_app.offline.main import main
from desktop_app.offline.weights import Model


def serve(argv: Sequence[str]) -> int:
    """Serve until told to stop; returns the exit code."""
    return main(argv, _provide)


def _provide(missing: Model) -> bool:
    from desktop_app.cli_fetch import at_a_terminal, offer_weights

    return at_a_terminal() and offer_weights(Settings(), missing.id)

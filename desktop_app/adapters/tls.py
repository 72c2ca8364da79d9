"""Whom to trust on encrypted connections: whom this computer trusts."""

from __future__ import annotations

import logging
import ssl
from pathlib import Path

_log = logging.getLogger(__name__)


def client_context(extra_ca: Path | None = None) -> ssl.SSLContext:
    """Return a context for client connections that verifies certificate and host name.

    The roots are the system's, so what a company or a user added there counts.

    Args:
        extra_ca: PEM file with roots to trust besides.

    Raises:
        OSError: If ``extra_ca`` cannot be read (`ssl.SSLError` if it holds no certificate).
    """
    context = _system_context()
    if extra_ca is not None:
        context.load_verify_locations(cafile=extra_ca)
    return context


def _system_context() -> ssl.SSLContext:
    try:
        import truststore

        return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    # It reaches for each system's own interfaces, and may fail there in ways of theirs.  The
    # context of the standard library verifies as strictly; it may only know fewer roots.
    except Exception as error:
        _log.warning("System certificates are not used: %r", error, exc_info=error)
        return ssl.create_default_context()

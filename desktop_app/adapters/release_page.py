"""The page on which new versions of Parley appear.

Where it is stands in one file, ``releases.txt`` in the package's folder, which the workflow that
builds the installers writes: a copy from source has none, and is updated as it was fetched.
"""

from __future__ import annotations

import asyncio
import re
import ssl
from collections.abc import Callable, Mapping
from pathlib import Path
from urllib.parse import urlsplit

from desktop_app.adapters.tls import client_context
from desktop_app.core.versions import ReleasesUnknown

ADDRESS_VARIABLE = "PARLEY_RELEASES"
ADDRESS_FILE = Path(__file__).resolve().parent.parent / "releases.txt"
TIMEOUT_S = 10.0
_TAG = re.compile(r"/(?:tag|releases)/v?(\d[\w.+-]{0,40})/?$")
_LOOPBACK = ("localhost", "127.0.0.1", "::1")


def page_address(environ: Mapping[str, str], file: Path = ADDRESS_FILE) -> str:
    """Return the address of the page, or "" when this copy knows none.

    Only ``https`` counts; ``http`` too on this computer itself.
    """
    try:
        written = file.read_text(encoding="ascii")
    except (OSError, ValueError):  # A copy from source, or somebody else's file.
        written = ""
    address = environ.get(ADDRESS_VARIABLE, written).strip().rstrip("/")
    parts = urlsplit(address)
    safe = parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in _LOOPBACK)
    return address if safe and parts.hostname else ""


class ReleasePage:
    """Asks the page where its newest release is.

    GitHub, GitLab and Forgejo alike answer ``PAGE/latest`` by leading to the newest release that is
    no preview; its address ends with its tag.  Nothing is followed, and nothing else is read.

    Args:
        address: As `page_address` returns it.
        verify: Makes the TLS context.
    """

    def __init__(self, address: str, verify: Callable[[], ssl.SSLContext] = client_context) -> None:
        self._address, self._verify = address, verify

    async def newest(self) -> str:
        """Return the version of the newest release.

        The request says nothing of this user or copy: no version, no cookie, no language.

        Raises:
            ReleasesUnknown: The page was not reached in `TIMEOUT_S`, or leads to no release.
        """
        import httpx2  # Lazy: only who wants to know of new versions needs it.

        try:
            async with (
                asyncio.timeout(TIMEOUT_S),
                httpx2.AsyncClient(
                    verify=self._verify(), follow_redirects=False, timeout=TIMEOUT_S
                ) as client,
            ):
                request = httpx2.Request("HEAD", f"{self._address}/latest", headers=_PLAIN)
                answer = await client.send(request)
        except (httpx2.HTTPError, httpx2.InvalidURL, OSError, TimeoutError) as error:
            raise ReleasesUnknown(f"{type(error).__name__}: {error}") from error
        place = answer.headers.get("location", "")
        found = _TAG.search(urlsplit(place).path)
        if not answer.is_redirect or found is None:
            raise ReleasesUnknown(f"it answers {answer.status_code} and names no release")
        return found[1]


_PLAIN = {"User-Agent": "Parley", "Accept": "*/*"}

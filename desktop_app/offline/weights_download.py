"""Gets weights from the hub, once, with the user's leave; goes on where it was cut off."""

from __future__ import annotations

import errno
import hashlib
import shutil
import ssl
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from desktop_app.offline import weights
from desktop_app.offline.stamps import Stamps
from desktop_app.offline.weights import Found, Model, Source, WeightFile, WeightsError

if TYPE_CHECKING:
    import httpx2

_FAILURES_IN_A_ROW = 4
_PAUSE_S = 1.0
_TIMEOUT_S = 30.0
_SPARE_BYTES = 50_000_000
_DISK_FULL = {errno.ENOSPC, getattr(errno, "EDQUOT", errno.ENOSPC)}  # Windows has no quota error.


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a download is."""

    done_bytes: int
    total_bytes: int
    file: str


class DownloadCancelled(WeightsError):  # noqa: N818 - it is not an error.
    """The user stopped the download; what has arrived is kept for the next time."""

    def __init__(self) -> None:
        super().__init__("The download was stopped. What has arrived is kept, so you can go on.")


class _CutOffError(Exception):
    """The connection broke; trying again makes sense."""


def fetch(
    model: Model,
    *,
    allow_download: bool,
    cache: Path | None = None,
    hub: str | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancel: threading.Event | None = None,
    pause_s: float = _PAUSE_S,
) -> Found:
    """Find the model, and download it if it is nowhere. Blocks: call it from a thread.

    Args:
        model: What to get.
        allow_download: The user's yes. Without it this is `weights.find`.
        cache: Instead of the usual cache.
        hub: Instead of the manifest's hub.
        progress: Called with each chunk, from this thread.
        cancel: Set it to stop.
        pause_s: How long to wait before the first retry; each further one waits twice as long.

    Raises:
        WeightsError: It can't be had; the text says why and what to do.
    """
    cache = cache or weights.cache_folder()
    try:
        return weights.find(model, cache=cache)
    except weights.WeightsMissing:
        if not allow_download:
            raise
    job = _Job(
        model,
        weights.home(model, cache),
        hub or weights.hub(),
        progress or (lambda _: None),
        cancel or threading.Event(),
        pause_s,
    )
    stamps = Stamps(cache / "verified.json")
    with _disk_errors(job.folder):
        job.run(stamps)
    return Found(model, job.folder, Source.CACHE)


@dataclass(slots=True)
class _Job:
    model: Model
    folder: Path
    hub: str
    progress: Callable[[Progress], None]
    cancel: threading.Event
    pause_s: float
    done_bytes: int = 0

    def run(self, stamps: Stamps) -> None:
        import httpx2  # Lazy: only a download needs it.

        self.folder.mkdir(parents=True, exist_ok=True)
        missing = [
            file
            for file in self.model.files
            if not stamps.verified(self.folder / file.name, file.size, file.sha256)
        ]
        self.done_bytes = self.model.size - sum(file.size for file in missing)
        _check_room(self.folder, sum(file.size for file in missing))
        verify = _tls_roots() if self.hub.startswith("https:") else True
        with httpx2.Client(follow_redirects=True, timeout=_TIMEOUT_S, verify=verify) as client:
            for file in missing:
                self._file(client, file)
                stamps.verified(self.folder / file.name, file.size, file.sha256)

    def _file(self, client: httpx2.Client, file: WeightFile) -> None:
        part = self.folder / f"{file.name}.part"
        before = self.done_bytes
        failures = 0
        while True:
            had = _size(part)
            try:
                digest = self._rest(client, file, part, before)
                break
            except _CutOffError as failure:
                failures = 1 if _size(part) > had else failures + 1
                if failures == _FAILURES_IN_A_ROW:
                    raise WeightsError(
                        f"The download of {self.model.title} broke off ({failure}). Check the "
                        "connection and try again: it goes on where it stopped."
                    ) from failure
            if self.cancel.wait(self.pause_s * 2 ** (failures - 1)):
                raise DownloadCancelled
        if digest != file.sha256:
            part.unlink()
            raise WeightsError(
                f"What arrived as {file.name} is not the file it should be, so it was thrown away. "
                "Try again; if it happens again, something on the way (a proxy, a filter) changes "
                "downloads: use another network or a folder of your own."
            )
        part.replace(self.folder / file.name)

    def _rest(self, client: httpx2.Client, file: WeightFile, part: Path, before: int) -> str:
        """Get what is missing of one file; return the hash of the whole."""
        import httpx2

        have = _size(part)
        if have > file.size:
            part.unlink()
            have = 0
        digest = hashlib.sha256()
        if have:
            with part.open("rb") as arrived:
                digest = hashlib.file_digest(arrived, "sha256")
        self._report(before + have, file)
        if have == file.size:
            return digest.hexdigest()
        headers = {"Range": f"bytes={have}-"} if have else {}
        headers["Accept-Encoding"] = "identity"
        try:
            with client.stream("GET", self._url(file), headers=headers) as response:
                if not self._resumes(response, have):
                    have, digest = 0, hashlib.sha256()
                with part.open("ab" if have else "wb") as out:
                    for (
                        chunk
                    ) in response.iter_raw():  # As it comes: nothing is lost if it breaks off.
                        if self.cancel.is_set():
                            raise DownloadCancelled
                        out.write(chunk)
                        digest.update(chunk)
                        have += len(chunk)
                        self._report(before + have, file)
        except httpx2.RequestError as failure:
            raise _CutOffError(str(failure) or type(failure).__name__) from failure
        if have < file.size:
            raise _CutOffError("the server stopped early")
        return digest.hexdigest()

    def _resumes(self, response: httpx2.Response, have: int) -> bool:
        """Tell whether the answer goes on after the first ``have`` bytes; raise if it is none."""
        if response.status_code >= 500 or response.status_code in {408, 429}:
            raise _CutOffError(f"the server answered {response.status_code}")
        if response.status_code not in {200, 206}:
            raise WeightsError(
                f"{response.url.host} has no {self.model.title} (answer {response.status_code}). "
                "Update Parley, or choose a folder that holds the model."
            )
        start = f"bytes {have}-"
        return response.status_code == 206 and response.headers.get("Content-Range", "").startswith(
            start
        )

    def _report(self, done_bytes: int, file: WeightFile) -> None:
        if self.cancel.is_set():
            raise DownloadCancelled
        self.done_bytes = done_bytes
        self.progress(Progress(done_bytes, self.model.size, file.name))

    def _url(self, file: WeightFile) -> str:
        model = self.model
        return f"{self.hub}/{model.repo}/resolve/{model.revision}/{file.name}"


def _size(part: Path) -> int:
    return part.stat().st_size if part.exists() else 0


def _check_room(folder: Path, needed: int) -> None:
    free = shutil.disk_usage(folder).free
    if free < needed + _SPARE_BYTES:
        raise _no_room(folder, needed)


def _no_room(folder: Path, needed: int) -> WeightsError:
    return WeightsError(
        f"There is no room for the model in {folder}. Free {(needed + _SPARE_BYTES) / 1e6:.0f} MB "
        "on that disk and try again: it goes on where it stopped."
    )


@contextmanager
def _disk_errors(folder: Path) -> Iterator[None]:
    try:
        yield
    except OSError as failure:
        if failure.errno in _DISK_FULL:
            raise _no_room(folder, 0) from failure
        raise WeightsError(
            f"The model can't be saved in {folder}: {failure.strerror or failure}. Allow Parley "
            "to write there, then try again."
        ) from failure


def _tls_roots() -> ssl.SSLContext:
    import truststore  # Lazy: only a download needs it.

    return truststore.SSLContext(ssl.PROTOCOL_TLS_CLIENT)

"""What the engine on this computer must have once: looked for, offered, fetched, or copied."""

from __future__ import annotations

import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from desktop_app.offline import weights
from desktop_app.offline.ears import find_model, model_for_machine
from desktop_app.offline.weights_download import DownloadCancelled, Progress, fetch
from desktop_app.ui.services import DownloadOffer, DownloadOutcome

MEGABYTE = 1_000_000

Progressed = Callable[[float, float], None]


def offer() -> DownloadOffer | None:
    """Return what is missing; None when nothing is.  Blocks: it may hash a hundred megabytes."""
    try:
        find_model()
    except weights.WeightsMissing as missing:
        return DownloadOffer(
            name=missing.model.title,
            size_mb=missing.model.size / MEGABYTE,
            licence=missing.model.licence,
            host=urlsplit(weights.manifest().hub).hostname or "",
            done_mb=_arrived(weights.home(missing.model, weights.cache_folder())) / MEGABYTE,
        )
    return None


def download(progressed: Progressed, cancel: threading.Event) -> DownloadOutcome:
    """Fetch this machine's model; the user has said yes.  Blocks."""

    def tell(progress: Progress) -> None:
        progressed(progress.done_bytes / MEGABYTE, progress.total_bytes / MEGABYTE)

    wanted = weights.model(model_for_machine())
    try:
        fetch(wanted, allow_download=True, progress=tell, cancel=cancel)
    except DownloadCancelled:
        return DownloadOutcome(ready=False)
    except weights.WeightsError as error:
        return DownloadOutcome(ready=False, text=str(error))
    return DownloadOutcome(ready=True)


def take_folder(folder: Path) -> DownloadOutcome:
    """Copy a model that lies in ``folder`` to where the engine looks, if it is whole.  Blocks."""
    problem = ""
    for wanted in (weights.model(model_for_machine()), *weights.models("whisper")):
        try:
            found = weights.find(wanted, folder=folder)
        except weights.WeightsError as error:
            problem = problem or str(error)
            continue
        home = weights.home(wanted, weights.cache_folder())
        try:
            home.mkdir(parents=True, exist_ok=True)
            for file in wanted.files:
                shutil.copyfile(found.folder / file.name, home / file.name)
        except OSError as error:
            return DownloadOutcome(ready=False, text=f"It can't be copied: {error.strerror}.")
        return DownloadOutcome(ready=True)
    return DownloadOutcome(ready=False, text=problem)


def _arrived(home: Path) -> int:
    """Bytes that an earlier attempt has left."""
    return sum(path.stat().st_size for path in home.glob("*")) if home.is_dir() else 0

"""What the engine on this computer must have once: looked for, offered, fetched, or copied."""

from __future__ import annotations

import logging
import shutil
import threading
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlsplit

from desktop_app.core.settings import Settings
from desktop_app.offline import weights
from desktop_app.offline.brains import gguf
from desktop_app.offline.ears import find_model, model_for_machine
from desktop_app.offline.weights_download import DownloadCancelled, Progress, fetch
from desktop_app.ui.services import DownloadOffer, DownloadOutcome, LanguageModel, ModelShelf

MEGABYTE = 1_000_000

_log = logging.getLogger(__name__)

Progressed = Callable[[float, float], None]


def missing(settings: Settings, wanted: str = "") -> weights.Model | None:
    """Return what must be fetched; None when all is here.  Blocks: it may hash a lot.

    Args:
        settings: What they need is looked for, the ears first.
        wanted: Look for this model of the manifest instead.
    """
    try:
        if wanted:
            weights.find(weights.model(wanted))
            return None
        if settings.engine_ears == "auto":
            find_model()
        else:
            weights.find(weights.model(settings.engine_ears))
        if settings.engine_brain == "gguf" and settings.engine_gguf in _known("gguf"):
            weights.find(weights.model(settings.engine_gguf))
    except weights.WeightsMissing as lack:
        return lack.model
    return None


def offer(settings: Settings, wanted: str = "") -> DownloadOffer | None:
    """Return what would be fetched, for people; None when nothing is missing.  Blocks."""
    model = missing(settings, wanted)
    if model is None:
        return None
    return DownloadOffer(
        name=model.title,
        size_mb=model.size / MEGABYTE,
        licence=model.licence,
        host=urlsplit(weights.hub()).hostname or "",
        done_mb=_arrived(weights.home(model, weights.cache_folder())) / MEGABYTE,
        hears=model.kind == "whisper",
    )


def download(
    settings: Settings, wanted: str, progressed: Progressed, cancel: threading.Event
) -> DownloadOutcome:
    """Fetch what is missing; the user has said yes to it.  Blocks."""

    def tell(progress: Progress) -> None:
        progressed(progress.done_bytes / MEGABYTE, progress.total_bytes / MEGABYTE)

    try:
        model = missing(settings, wanted)
        if model is not None:
            fetch(model, allow_download=True, progress=tell, cancel=cancel)
    except DownloadCancelled:
        return DownloadOutcome(ready=False)
    except weights.WeightsError as error:
        return DownloadOutcome(ready=False, text=str(error))
    return DownloadOutcome(ready=True)


def take_folder(settings: Settings, wanted: str, folder: Path) -> DownloadOutcome:
    """Copy a model that lies in ``folder`` to where the engine looks, if it is whole.  Blocks."""
    problem = ""
    for model in _acceptable(settings, wanted):
        try:
            found = weights.find(model, folder=folder)
        except weights.WeightsError as error:
            problem = problem or str(error)
            continue
        home = weights.home(model, weights.cache_folder())
        try:
            home.mkdir(parents=True, exist_ok=True)
            for file in model.files:
                shutil.copyfile(found.folder / file.name, home / file.name)
        except OSError as error:
            return DownloadOutcome(ready=False, text=f"It can't be copied: {error.strerror}.")
        return DownloadOutcome(ready=True)
    return DownloadOutcome(ready=False, text=problem)


def language_models() -> ModelShelf:
    """Return the language models of the manifest, and which of them are here.  Blocks."""
    models = tuple(
        LanguageModel(
            model.id,
            model.title,
            model.size / MEGABYTE,
            model.licence,
            here=_is_here(model),
        )
        for model in weights.models("gguf")
    )
    return ModelShelf(models, "" if gguf.is_available() else gguf.NO_RUNTIME)


def remove(model_id: str) -> None:
    """Delete a fetched model; one that can't be deleted stays, and is shown as being here."""
    try:
        weights.remove(weights.model(model_id))
    except OSError as error:
        _log.warning("%s can't be removed: %s", model_id, error)


def _is_here(model: weights.Model) -> bool:
    try:
        weights.find(model)
    except weights.WeightsError:
        return False
    return True


def _acceptable(settings: Settings, wanted: str) -> list[weights.Model]:
    """List the models that would help, the best first: without a choice any ears will do."""
    lack = missing(settings, wanted)
    if lack is None or wanted or settings.engine_ears != "auto" or lack.kind != "whisper":
        return [lack] if lack is not None else []
    return [weights.model(model_for_machine()), *weights.models("whisper")]


def _known(kind: str) -> set[str]:
    return {model.id for model in weights.models(kind)}


def _arrived(home: Path) -> int:
    """Bytes that an earlier attempt has left."""
    return sum(path.stat().st_size for path in home.glob("*")) if home.is_dir() else 0

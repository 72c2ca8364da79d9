"""Finds model weights on this machine, and makes sure they are the ones they should be.

Looked for in this order: a folder of the user's, the cache, an installed package that carries the
same bytes. Whatever is found is checked against the manifest's SHA-256. What is on no such place
`weights_download.fetch` can get, if the user said yes.
"""

from __future__ import annotations

import functools
import hashlib
import importlib.util
import os
import shutil
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from enum import Enum
from importlib import resources
from pathlib import Path

import msgspec
import platformdirs

from desktop_app.offline import beside
from desktop_app.offline.stamps import Stamps

_CHUNK_BYTES = 1 << 20


class Mirror(msgspec.Struct, frozen=True):
    """A file in an importable package that holds a file of weights, or the next part of one."""

    package: str
    path: str


class WeightFile(msgspec.Struct, frozen=True):
    """One file of a model."""

    name: str
    size: int
    sha256: str
    mirror: tuple[Mirror, ...] = ()


class Model(msgspec.Struct, frozen=True):
    """One model of the manifest."""

    id: str
    kind: str
    """"whisper" or "gguf"."""
    title: str
    licence: str
    repo: str
    revision: str
    languages: tuple[str, ...]
    files: tuple[WeightFile, ...]

    @property
    def size(self) -> int:
        """Bytes of all files."""
        return sum(file.size for file in self.files)


class Manifest(msgspec.Struct, frozen=True):
    """All models Parley knows, and the hub that has them."""

    hub: str
    models: tuple[Model, ...]


class Source(Enum):
    """Where weights were found."""

    USER = "a folder of yours"
    CACHE = "the cache"
    BESIDE = "beside the program"
    PACKAGE = "an installed package"


@dataclass(frozen=True, slots=True)
class Found:
    """Weights that are ready to load."""

    model: Model
    folder: Path
    source: Source


class WeightsError(Exception):
    """Weights can't be had; the text says why and what to do."""


class WeightsMissing(WeightsError):  # noqa: N818 - "missing" says it.
    """The model is nowhere on this machine."""

    def __init__(self, model: Model) -> None:
        super().__init__(
            f"{model.title} is not on this machine. Allow Parley to download it once "
            f"({model.size / 1e6:.0f} MB), or choose a folder that holds it."
        )
        self.model = model


@functools.cache
def manifest() -> Manifest:
    """Read the list of models that came with Parley."""
    raw = resources.files("desktop_app.offline").joinpath("manifest.json").read_bytes()
    return msgspec.json.decode(raw, type=Manifest)


def models(kind: str) -> list[Model]:
    """List the models of one kind, the smallest first."""
    return sorted((m for m in manifest().models if m.kind == kind), key=lambda m: m.size)


def model(model_id: str) -> Model:
    """Look up a model; `WeightsError` names those that exist."""
    for known in manifest().models:
        if known.id == model_id:
            return known
    names = ", ".join(known.id for known in manifest().models)
    raise WeightsError(f"There is no model “{model_id}”. Choose one of: {names}.")


def hub() -> str:
    """Return the address of the hub: the makers', or the mirror that HF_ENDPOINT names.

    Whatever comes is held to the manifest's SHA-256, wherever it comes from.
    """
    return os.environ.get("HF_ENDPOINT", "").rstrip("/") or manifest().hub


def cache_folder() -> Path:
    """Where downloaded weights live."""
    return Path(platformdirs.user_cache_dir("parley", appauthor=False), "models")


def find(wanted: Model, *, folder: Path | None = None, cache: Path | None = None) -> Found:
    """Find a model without any network.

    Args:
        wanted: The model.
        folder: A folder of the user's, which is then the only place that counts.
        cache: Instead of the usual cache.

    Raises:
        WeightsMissing: It is nowhere.
        WeightsError: The user's folder, or an installed package, does not hold what it should.
    """
    cache = cache or cache_folder()
    stamps = Stamps(cache / "verified.json")
    if folder is not None:
        return Found(wanted, _users(wanted, folder, stamps), Source.USER)
    cached = home(wanted, cache)
    if all(stamps.verified(cached / file.name, file.size, file.sha256) for file in wanted.files):
        return Found(wanted, cached, Source.CACHE)
    for place in (home(wanted, folder) for folder in beside.folders()):
        if all(stamps.verified(place / file.name, file.size, file.sha256) for file in wanted.files):
            return Found(wanted, place, Source.BESIDE)
    packaged = _packaged(wanted, stamps)
    if packaged is not None:
        return Found(wanted, packaged, Source.PACKAGE)
    if _joined_from_parts(wanted, cached):
        for file in wanted.files:
            stamps.verified(cached / file.name, file.size, file.sha256)
        return Found(wanted, cached, Source.PACKAGE)
    raise WeightsMissing(wanted)


def home(wanted: Model, cache: Path) -> Path:
    """Where in the cache a model belongs."""
    return cache / wanted.id / wanted.revision[:12]


def remove(wanted: Model, *, cache: Path | None = None) -> None:
    """Delete a model's downloaded files, finished or not."""
    folder = (cache or cache_folder()) / wanted.id
    if folder.exists():
        shutil.rmtree(folder)


def sha256_of(path: Path) -> str:
    """Hash a file without reading it into memory at once."""
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _users(wanted: Model, folder: Path, stamps: Stamps) -> Path:
    for file in wanted.files:
        path = folder / file.name
        if not path.is_file():
            raise WeightsError(
                f"{folder} has no {file.name}, so it does not hold {wanted.title}. "
                "Choose another folder in the settings, or none to let Parley look for itself."
            )
        if not stamps.verified(path, file.size, file.sha256):
            raise WeightsError(
                f"{path} is not the {file.name} of {wanted.title}: it may be damaged or of another "
                "version. Copy it again, or choose another folder in the settings."
            )
    return folder


def _packaged(wanted: Model, stamps: Stamps) -> Path | None:
    """Return the folder of an installed package that holds the whole model as it is."""
    folders: set[Path] = set()
    for file in wanted.files:
        if len(file.mirror) != 1:
            return None
        path = _in_package(file.mirror[0])
        if path is None or path.name != file.name:
            return None
        if not stamps.verified(path, file.size, file.sha256):
            return None
        folders.add(path.parent)
    return folders.pop() if len(folders) == 1 else None


def _joined_from_parts(wanted: Model, into: Path) -> bool:
    """Put a model that packages hold in parts together in the cache."""
    sources: list[list[Path]] = []
    for file in wanted.files:
        parts = [path for part in file.mirror if (path := _in_package(part)) is not None]
        if not parts or len(parts) != len(file.mirror):
            return False
        sources.append(parts)
    into.mkdir(parents=True, exist_ok=True)
    return all(
        _join(parts, into / file.name, file)
        for file, parts in zip(wanted.files, sources, strict=True)
    )


def _join(parts: Sequence[Path], target: Path, file: WeightFile) -> bool:
    handle, name = tempfile.mkstemp(prefix=f"{file.name}.", suffix=".part", dir=target.parent)
    whole, digest = Path(name), hashlib.sha256()
    try:
        with os.fdopen(handle, "wb") as out:
            for part in parts:
                with part.open("rb") as source:
                    while chunk := source.read(_CHUNK_BYTES):
                        digest.update(chunk)
                        out.write(chunk)
        if digest.hexdigest() != file.sha256:
            return False
        whole.replace(target)
    except OSError as failure:
        raise WeightsError(
            f"The model could not be put together in {target.parent}: {failure.strerror}. "
            "Make room on that disk or allow Parley to write there, then try again."
        ) from failure
    finally:
        whole.unlink(missing_ok=True)
    return True


def _in_package(mirror: Mirror) -> Path | None:
    spec = importlib.util.find_spec(mirror.package)
    for folder in (spec.submodule_search_locations or ()) if spec else ():
        path = Path(folder, mirror.path)
        if path.is_file():
            return path
    return None

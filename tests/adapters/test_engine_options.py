"""The settings as options of the engine."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from desktop_app.adapters.engine_options import engine_options
from desktop_app.core.engine_specs import EARS, GGUF
from desktop_app.core.settings import Settings
from desktop_app.offline import weights
from desktop_app.offline.options import read_options

URL = "http://localhost:11434"


def test_what_is_automatic_is_left_to_the_engine() -> None:
    assert engine_options(Settings()) == ()


@pytest.mark.parametrize(
    ("changes", "brain"),
    [
        ({"engine_brain": "skills", "engine_server": URL, "engine_gguf": "x"}, ("skills", None)),
        ({"engine_brain": "server", "engine_server": URL, "engine_gguf": "x"}, ("server", URL)),
        ({"engine_brain": "auto", "engine_server": URL}, ("auto", URL)),
        ({"engine_brain": "gguf", "engine_server": URL}, ("gguf", None)),
    ],
)
def test_the_engine_reads_who_shall_answer(
    changes: dict[str, Any], brain: tuple[str, str | None]
) -> None:
    options = read_options(engine_options(Settings(**changes)))
    assert (options.brain.kind, options.brain.server_url) == brain
    gguf = changes.get("engine_gguf") if changes["engine_brain"] in ("auto", "gguf") else None
    assert options.gguf == gguf


def test_the_engine_reads_everything_else() -> None:
    settings = Settings(
        engine_ears="whisper-small",
        engine_server="--odd",
        engine_server_model="llama3.2",
        engine_remote=True,
        engine_gguf=str(Path("/models/mine.gguf")),
    )
    options = read_options(engine_options(settings))
    assert options.model == "whisper-small"
    assert options.gguf == settings.engine_gguf
    assert (options.brain.server_url, options.brain.model) == ("--odd", "llama3.2")
    assert options.brain.allow_remote


@pytest.mark.parametrize(("kind", "spec"), [("whisper", EARS), ("gguf", GGUF)])
def test_the_settings_offer_what_the_manifest_knows(kind: str, spec: Any) -> None:
    offered = [value for value, _ in spec.choices if value not in ("", "auto")]
    assert offered == [model.id for model in weights.models(kind)]

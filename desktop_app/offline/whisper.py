"""Whisper on short utterances: sound in, words out, as fast as the machine can.

Whisper was trained on windows of 30 s and its encoder is usually run over all of them. It works as
well on a window that is just long enough for the utterance, and that is eight times quicker.
"""

from __future__ import annotations

import zlib
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from desktop_app.offline.left_out import stand_in

RATE_HZ = 16_000
_FRAMES_PER_S = 100
_LONGEST_S = 29
_SPLIT_FROM_S = 20
_WINDOW_STEP = 100
_REPETITIVE = (
    2.4  # Text that zlib packs this well goes round in circles (the figure is Whisper's own).
)
_TOKENS_PER_S = 12
_SPARE_TOKENS = 24
_PROMPT_TOKENS = 96


@dataclass(frozen=True, slots=True)
class Decoding:
    """How hard to think about an utterance."""

    beam: int = 5
    min_window_s: float = 12.0
    """Shorter windows are quicker, but below this noise and the base model get on badly."""
    timestamps: bool = False


@dataclass(frozen=True, slots=True)
class Heard:
    """What was understood of one utterance."""

    text: str
    language: str
    no_speech: float
    """How sure the model is that nobody spoke, 0 to 1."""
    avg_logprob: float
    """Mean log probability of the words, 0 at best."""


class Whisper:
    """One loaded model. Not for two threads at once: `Ears` sees to that."""

    def __init__(self, folder: Path, threads: int) -> None:
        """Load the model.

        Args:
            folder: Where model.bin, config.json, tokenizer.json and the vocabulary lie.
            threads: Cores to use.
        """
        stand_in()
        import faster_whisper  # type: ignore[import-untyped]  # Lazy: 0.5 s and 60 MB.

        self._model = faster_whisper.WhisperModel(
            str(folder), device="cpu", compute_type="int8", cpu_threads=threads
        )

    @property
    def multilingual(self) -> bool:
        """Whether it knows other languages than English."""
        return bool(self._model.model.is_multilingual)

    def transcribe(
        self,
        sound: npt.NDArray[np.float32],
        language: str | None,
        prompt: str | None,
        decoding: Decoding,
    ) -> Heard:
        """Write down what was said in ``sound`` (mono, 16 kHz, -1 to 1)."""
        parts: list[Heard] = []
        for piece in pieces(sound):
            said = " ".join(part.text for part in parts)
            before = f"{prompt or ''} {said}".strip()
            parts.append(self._window(piece, language, before, decoding))
            language = parts[-1].language
        return _joined(parts)

    def _window(
        self, sound: npt.NDArray[np.float32], language: str | None, prompt: str, how: Decoding
    ) -> Heard:
        encoded = self._encode(sound, how)
        if not self.multilingual:
            language = "en"
        elif language is None or f"<|{language}|>" not in self._vocabulary():
            language = self._model.model.detect_language(encoded)[0][0][0].strip("<|>")
        tokenizer = self._tokenizer(language)
        start = [*tokenizer.sot_sequence]
        if not how.timestamps:
            start.append(tokenizer.no_timestamps)
        if prompt:
            words = tokenizer.encode(f" {prompt}")[-_PROMPT_TOKENS:]
            start = [tokenizer.sot_prev, *words, *start]
        limit = len(start) + _SPARE_TOKENS + round(len(sound) / RATE_HZ * _TOKENS_PER_S)
        heard = self._generate(encoded, start, tokenizer, how.beam, min(limit, 448))
        if _goes_round(heard.text):
            heard = self._generate(encoded, start, tokenizer, how.beam, min(limit, 448), ngram=3)
        return heard

    def _encode(self, sound: npt.NDArray[np.float32], how: Decoding) -> Any:
        import ctranslate2  # type: ignore[import-untyped]

        features = self._model.feature_extractor(sound, padding=0)
        frames = max(how.min_window_s * _FRAMES_PER_S, features.shape[-1] + _FRAMES_PER_S)
        window = min(3000, round(-(-frames // _WINDOW_STEP)) * _WINDOW_STEP)
        features = features[:, :window]
        padded = np.pad(features, ((0, 0), (0, window - features.shape[-1])))
        view = ctranslate2.StorageView.from_array(np.ascontiguousarray(padded[None], np.float32))
        return self._model.model.encode(view)

    def _generate(
        self,
        encoded: Any,
        start: Sequence[int],
        tokenizer: Any,
        beam: int,
        limit: int,
        ngram: int = 0,
    ) -> Heard:
        result = self._model.model.generate(
            encoded,
            [list(start)],
            beam_size=beam,
            max_length=limit,
            no_repeat_ngram_size=ngram,
            return_scores=True,
            return_no_speech_prob=True,
        )[0]
        tokens = [token for token in result.sequences_ids[0] if token < tokenizer.eot]
        return Heard(
            text=tokenizer.decode(tokens).strip(),
            language=str(tokenizer.language_code),
            no_speech=float(result.no_speech_prob),
            avg_logprob=float(result.scores[0]),
        )

    def _tokenizer(self, language: str) -> Any:
        from faster_whisper.tokenizer import Tokenizer  # type: ignore[import-untyped]

        return Tokenizer(
            self._model.hf_tokenizer, self.multilingual, task="transcribe", language=language
        )

    def _vocabulary(self) -> Any:
        return self._model.hf_tokenizer.get_vocab()


def pieces(sound: npt.NDArray[np.float32]) -> list[npt.NDArray[np.float32]]:
    """Cut sound that is longer than a window where it is quietest."""
    cut: list[npt.NDArray[np.float32]] = []
    while len(sound) > _LONGEST_S * RATE_HZ:
        block = RATE_HZ // 10
        search = sound[_SPLIT_FROM_S * RATE_HZ : _LONGEST_S * RATE_HZ].reshape(-1, block)
        quietest = int(np.argmin(np.square(search).mean(axis=1)))
        at = _SPLIT_FROM_S * RATE_HZ + quietest * block + block // 2
        cut.append(sound[:at])
        sound = sound[at:]
    return [*cut, sound]


def _joined(parts: Sequence[Heard]) -> Heard:
    if len(parts) == 1:
        return parts[0]
    return Heard(
        text=" ".join(part.text for part in parts if part.text),
        language=parts[0].language,
        no_speech=min(part.no_speech for part in parts),
        avg_logprob=sum(part.avg_logprob for part in parts) / len(parts),
    )


def _goes_round(text: str) -> bool:
    raw = text.encode()
    return len(raw) > 40 and len(raw) / len(zlib.compress(raw)) > _REPETITIVE

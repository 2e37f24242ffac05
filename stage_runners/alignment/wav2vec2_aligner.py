"""Forced alignment by a wav2vec2 CTC model, with WhisperX's trellis (Bain et al. 2023)."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.artifacts import Audio
from ipc.errors import StageError
from stage_runners.alignment import numerals
from stage_runners.alignment.aligner import Aligner, Word
from stage_runners.alignment.pieces import Aligned, Piece
from stage_runners.frameworks import checkpoints

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

METHOD = "wav2vec2"
LANGUAGES: frozenset[str] | None = None
FAMILIES: tuple[str, ...] = ("wav2vec2",)
SAMPLE_RATE = 16000
_SHORTEST = 400
"""Samples that the network's first layers need."""
_ANY = -1
"""Replaces a character that is not in the model's vocabulary: it matches any sound, as in WhisperX."""


def missing() -> str:
    """Nothing: its packages are the environment's."""
    return ""


def load(params: Mapping[str, Any], device: str) -> Aligner:
    """The model of the folder, or of a Hub id that is on this disk."""
    return Wav2Vec2Aligner(str(params["_model"]["path"]), device, int(params.get("_threads") or 1))


class Wav2Vec2Aligner:
    """See `stage_runners.alignment.aligner.Aligner`."""

    def __init__(self, path: str, device: str, threads: int = 1) -> None:
        checkpoints.check(Path(path))
        import torch
        from whisperx.alignment import load_align_model

        try:
            self._model, metadata = load_align_model("", device, model_name=path, model_cache_only=True)
        except (ValueError, OSError, KeyError) as error:
            raise StageError(
                "config",
                f"{Path(path).name}: not a wav2vec2 model with a CTC head and a vocabulary",
                "use one with config.json, weights, vocab.json, and feature extractor and tokenizer settings",
            ) from error
        torch.set_num_threads(max(1, threads))
        self._model.eval()
        self._device = device
        self._codes: dict[str, int] = metadata["dictionary"]
        self._blank = next((code for char, code in self._codes.items() if char in {"[pad]", "<pad>"}), 0)

    def align(self, audio: Audio, piece: Piece, words: Sequence[Word], language: str) -> list[Aligned | None]:
        """Times of the words; None for a word without characters in the model's vocabulary."""
        nothing: list[Aligned | None] = [None] * len(words)
        texts = [numerals.spelled(word.text, language).lower() for word in words]
        characters, owners = self._spell(words, texts)
        if not any(char in self._codes for char, owner in zip(characters, owners, strict=True) if owner >= 0):
            return nothing
        pcm = audio.float32(piece.start, piece.end)
        emission = self._emission(pcm)
        spans = self._spans(emission, characters)
        if spans is None:
            return nothing
        frame = len(pcm) / SAMPLE_RATE / emission.size(0)
        result: list[Aligned | None] = []
        for index, text in enumerate(texts):
            own = [one for one, owner in zip(spans, owners, strict=True) if owner == index]
            if own and any(char in self._codes for char in text):
                start, end = own[0].start * frame, own[-1].end * frame
                score = sum(one.score for one in own) / len(own)
                result.append(Aligned(start + piece.start, end + piece.start, float(score)))
            else:
                result.append(None)
        return result

    def _emission(self, pcm: NDArray[np.float32]) -> Any:
        """Log-probabilities of characters, and last of any character, per frame: (frames, characters + 1)."""
        import torch

        wave = torch.from_numpy(pcm).unsqueeze(0)
        if wave.shape[-1] < _SHORTEST:
            wave = torch.nn.functional.pad(wave, (0, _SHORTEST - wave.shape[-1]))
        with torch.inference_mode():
            emission = torch.log_softmax(self._model(wave.to(self._device)).logits, dim=-1)[0].cpu()
        speech = torch.ones(emission.size(1), dtype=torch.bool)
        speech[self._blank] = False
        return torch.cat([emission, emission[:, speech].max(dim=1).values.unsqueeze(1)], dim=1)

    def _spans(self, emission: Any, characters: Sequence[str]) -> Any | None:
        """Start, end (in frames) and score of each character; None if the sound is too short for them."""
        from whisperx.alignment import backtrack, get_trellis, merge_repeats

        tokens = [self._codes.get(char, emission.size(1) + _ANY) for char in characters]
        if len(tokens) > emission.size(0):
            return None
        trellis = get_trellis(emission, tokens, self._blank)
        path = backtrack(trellis, emission, tokens, self._blank)
        return None if path is None else merge_repeats(path, "".join(characters))

    def _spell(self, words: Sequence[Word], texts: Sequence[str]) -> tuple[list[str], list[int]]:
        """Characters to find, one symbol each, and the word each belongs to (-1 for a blank between words).

        `texts` are the words in lower case, numerals written out: these may hold blanks.
        """
        characters: list[str] = []
        owners: list[int] = []
        for index, (word, text) in enumerate(zip(words, texts, strict=True)):
            if index and word.space and "|" in self._codes:
                characters.append("|")
                owners.append(-1)
            for char in text.replace(" ", "|") if "|" in self._codes else text:
                if len(char) == 1 and (char in self._codes or char.isalnum()):
                    characters.append(char)
                    owners.append(index)
        return characters, owners

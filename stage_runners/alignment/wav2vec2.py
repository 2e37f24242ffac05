"""Forced alignment by a wav2vec2 CTC model, with WhisperX's trellis (Bain et al. 2023)."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners.alignment.pieces import Aligned

SAMPLE_RATE = 16000
_SHORTEST = 400
"""Samples that the network's first layers need."""


class Aligner:
    """A wav2vec2 model from a folder, or from a Hub id that is on this disk."""

    def __init__(self, path: str, device: str, threads: int = 1) -> None:
        import torch
        from whisperx.alignment import load_align_model

        try:
            self._model, metadata = load_align_model("", device, model_name=path, model_cache_only=True)
        except (ValueError, OSError, KeyError) as error:
            raise StageError(
                "config",
                f"{Path(path).name} is no wav2vec2 model with a CTC head and a vocabulary.",
                "It needs config.json, weights, vocab.json and the feature extractor's and tokenizer's settings.",
            ) from error
        torch.set_num_threads(max(1, threads))
        self._model.eval()
        self._device = device
        self._codes: dict[str, int] = metadata["dictionary"]
        self._blank = next((code for char, code in self._codes.items() if char in {"[pad]", "<pad>"}), 0)

    def align(self, pcm: Any, words: Sequence[str], spaces: Sequence[bool]) -> list[Aligned | None]:
        """Times of `words` in float32 samples of shape (n,); None for a word without a character the model knows.

        Characters that it does not know match any sound, as in WhisperX.
        """
        import torch
        from whisperx.alignment import backtrack, get_trellis, merge_repeats

        characters, owners = self._spell(words, spaces)
        if not any(char in self._codes for char, owner in zip(characters, owners, strict=True) if owner >= 0):
            return [None] * len(words)
        wave = torch.from_numpy(pcm).unsqueeze(0)
        if wave.shape[-1] < _SHORTEST:
            wave = torch.nn.functional.pad(wave, (0, _SHORTEST - wave.shape[-1]))
        with torch.inference_mode():
            emission = torch.log_softmax(self._model(wave.to(self._device)).logits, dim=-1)[0].cpu()
        speech = torch.ones(emission.size(1), dtype=torch.bool)
        speech[self._blank] = False
        emission = torch.cat([emission, emission[:, speech].max(dim=1).values.unsqueeze(1)], dim=1)
        tokens = [self._codes.get(char, emission.size(1) - 1) for char in characters]
        if len(tokens) > emission.size(0):
            return [None] * len(words)
        trellis = get_trellis(emission, tokens, self._blank)
        path = backtrack(trellis, emission, tokens, self._blank)
        if path is None:
            return [None] * len(words)
        found = merge_repeats(path, "".join(characters))
        frame = len(pcm) / SAMPLE_RATE / (trellis.size(0) - 1)
        result: list[Aligned | None] = []
        for index, word in enumerate(words):
            own = [one for one, owner in zip(found, owners, strict=True) if owner == index]
            if own and any(char in self._codes for char in word.lower()):
                score = sum(one.score for one in own) / len(own)
                result.append(Aligned(own[0].start * frame, own[-1].end * frame, float(score)))
            else:
                result.append(None)
        return result

    def _spell(self, words: Sequence[str], spaces: Sequence[bool]) -> tuple[list[str], list[int]]:
        """Characters to find, one symbol each, and the word each belongs to (-1 for a blank)."""
        characters: list[str] = []
        owners: list[int] = []
        for index, (word, space) in enumerate(zip(words, spaces, strict=True)):
            if index and space and "|" in self._codes:
                characters.append("|")
                owners.append(-1)
            for char in word.lower():
                if len(char) == 1 and (char in self._codes or char.isalnum()):
                    characters.append(char)
                    owners.append(index)
        return characters, owners

"""Whisper's tokenizer for models without one, from the vocabularies in mlx-whisper.

Models in mlx-whisper's layout contain weights only. The vocabulary is a list of byte strings by rank
(tiktoken's); the merges that the tokenizers library needs follow from it: a token consists of the two pieces
that remain of its bytes after all merges of lower rank.
"""

from __future__ import annotations

import base64
import importlib
from collections.abc import Iterator, Mapping
from itertools import pairwise
from pathlib import Path
from typing import Any


def packaged(multilingual: bool, languages: int) -> Any:
    """A tokenizers.Tokenizer with Whisper's vocabulary, for `languages` languages."""
    from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

    from stage_runners.whisper.mlx.network import whisper_module

    assets = Path(whisper_module().__file__).parent / "assets"
    ranks = _ranks(assets / ("multilingual.tiktoken" if multilingual else "gpt2.tiktoken"))
    letters = _letters()
    vocabulary = {_spelled(token, letters): rank for token, rank in ranks.items()}
    merges = [(_spelled(a, letters), _spelled(b, letters)) for a, b in _merges(ranks)]
    tokenizer = Tokenizer(models.BPE(vocab=vocabulary, merges=merges))
    tokenizer.pre_tokenizer = pre_tokenizers.ByteLevel(add_prefix_space=False)
    tokenizer.decoder = decoders.ByteLevel()
    special = [AddedToken(token, special=True, normalized=False) for token in _special(languages)]
    tokenizer.add_special_tokens(special[:-1501])
    tokenizer.add_tokens(
        [AddedToken(token.content, special=False, normalized=False) for token in special[-1501:]]
    )
    return tokenizer


def _ranks(path: Path) -> dict[bytes, int]:
    lines = (line.split() for line in path.read_bytes().splitlines() if line.strip())
    return {base64.b64decode(token): int(rank) for token, rank in lines}


def _merges(ranks: Mapping[bytes, int]) -> Iterator[tuple[bytes, bytes]]:
    for token, rank in sorted(ranks.items(), key=lambda one: one[1]):
        pieces = [token[i : i + 1] for i in range(len(token))]
        joined = [ranks.get(a + b, rank) for a, b in pairwise(pieces)]  # the rank of each two neighbours
        while len(pieces) > 2 and (lowest := min(joined)) < rank:
            at = joined.index(lowest)
            pieces[at : at + 2] = [pieces[at] + pieces[at + 1]]
            del joined[at]
            if at < len(joined):
                joined[at] = ranks.get(pieces[at] + pieces[at + 1], rank)
            if at > 0:
                joined[at - 1] = ranks.get(pieces[at - 1] + pieces[at], rank)
        if len(pieces) == 2:
            yield pieces[0], pieces[1]


def _letters() -> dict[int, str]:
    """The printable character for each byte in GPT-2's byte-level vocabulary: itself if it is printable."""
    printable = [*range(33, 127), *range(161, 173), *range(174, 256)]
    letters = {byte: chr(byte) for byte in printable}
    others = (byte for byte in range(256) if byte not in letters)
    return letters | {byte: chr(256 + at) for at, byte in enumerate(others)}


def _spelled(token: bytes, letters: Mapping[int, str]) -> str:
    return "".join(letters[byte] for byte in token)


def _special(languages: int) -> list[str]:
    """The special tokens after the vocabulary, in order."""
    names = list(importlib.import_module("mlx_whisper.tokenizer").LANGUAGES)[:languages]
    words = ["translate", "transcribe", "startoflm", "startofprev", "nospeech", "notimestamps"]
    return [
        *(f"<|{word}|>" for word in ["endoftext", "startoftranscript", *names, *words]),
        *(f"<|{i * 0.02:.2f}|>" for i in range(1501)),
    ]

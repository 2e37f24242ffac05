"""The characters that a CTC network writes, and written words in them."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache, lru_cache
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from ipc.parsing import json_of
from stage_runners.alignment import numerals
from stage_runners.alignment.aligner import Word
from stage_runners.alignment.ctc import ANY

_SPACE = "|"
_BLANKS = ("<blank>", "[pad]", "<pad>")
"""The names of CTC's blank, the surest first: MMS has a blank and a padding, others one for both."""
_FOLDED = str.maketrans({"ß": "ss", "æ": "ae", "œ": "oe", "ø": "o", "đ": "d", "ð": "d", "ł": "l", "þ": "th"})


@dataclass(frozen=True)
class Letters:
    """The vocabulary of a network: the code of each character, in lower case, and of CTC's blank."""

    codes: Mapping[str, int]
    blank: int

    @property
    def latin_only(self) -> bool:
        """Whether it has only the letters a to z, as MMS's, which was trained on romanised text."""
        return all(char.isascii() for char in self.codes if len(char) == 1)

    def tokens(self, words: Sequence[Word], language: str) -> tuple[list[int], list[int]]:
        """The codes to find, and the word that each belongs to (-1 for a blank between words).

        A character that is not in the vocabulary is `ANY`; punctuation is left out. A word without any
        character of the vocabulary has its `ANY` all the same, so that it takes its time from others.
        """
        codes: list[int] = []
        owners: list[int] = []
        spaced = _SPACE in self.codes
        for index, word in enumerate(words):
            if index and word.space and spaced:
                codes.append(self.codes[_SPACE])
                owners.append(-1)
            text = self._written(word.text, language)
            for char in text.replace(" ", _SPACE) if spaced else text:
                if char in self.codes or char.isalnum():
                    codes.append(self.codes.get(char, ANY))
                    owners.append(index)
        return codes, owners

    def _written(self, text: str, language: str) -> str:
        """A word in lower case, numerals as spoken, and in Latin letters where the network has no others."""
        plain = numerals.spelled(text, language).lower()
        known = all(char in self.codes or not char.isalpha() for char in plain)
        return plain if known or not self.latin_only else _romanised(plain, language).lower()


def read(folder: Path) -> Letters:
    """The vocabulary of a model's folder; `StageError("config")` if it has none, or one for each language."""
    try:
        vocabulary: Any = json_of((folder / "vocab.json").read_bytes())
    except (OSError, ValueError) as error:
        raise not_a_model(folder) from error
    if not isinstance(vocabulary, dict) or not vocabulary:
        raise not_a_model(folder)
    if any(isinstance(code, dict) for code in vocabulary.values()):
        raise StageError(
            "config",
            f"{folder.name}: it has another vocabulary and other weights for each language, which is not "
            "supported",
            "use a model of one language, or MahmoudAshraf/mms-300m-1130-forced-aligner",
        )
    if not all(isinstance(code, int) and 0 <= code < _classes(folder) for code in vocabulary.values()):
        raise not_a_model(folder)
    codes = {str(char).lower(): code for char, code in vocabulary.items()}
    return Letters(codes, next((codes[name] for name in _BLANKS if name in codes), 0))


def _classes(folder: Path) -> float:
    """How many characters the network tells apart; no limit if its configuration does not state it."""
    try:
        return float(json_of((folder / "config.json").read_bytes())["vocab_size"])
    except (OSError, ValueError, TypeError, KeyError):
        return float("inf")


def not_a_model(folder: Path) -> StageError:
    """The error for a folder that cannot be used."""
    return StageError(
        "config",
        f"{folder.name}: not a wav2vec2 model with a CTC head and a vocabulary",
        "use one with config.json, weights and vocab.json",
    )


@lru_cache(maxsize=8192)
def _romanised(text: str, language: str) -> str:
    """`text` without accents; letters of other scripts as uroman writes them."""
    folded = "".join(
        char
        for char in unicodedata.normalize("NFKD", text.translate(_FOLDED))
        if unicodedata.category(char) != "Mn"
    )
    return folded if folded.isascii() else str(_uroman().romanize_string(text, lcode=language or None))


@cache
def _uroman() -> Any:
    """The romaniser that wrote MMS's training text (Hermjakob et al. 2018); it takes seconds to load."""
    from uroman import Uroman

    return Uroman()

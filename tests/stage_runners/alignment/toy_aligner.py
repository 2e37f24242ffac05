"""An aligner of Czech: it moves words by a tenth of a second, and finds no place for those with a `?`."""

from __future__ import annotations

from stage_runners.alignment.pieces import Aligned

METHOD = "toy"
LANGUAGES = frozenset({"cs"})
FAMILIES = ()


def missing():
    return ""


def load(params, device):
    return Toy()


class Toy:
    """See `stage_runners.alignment.aligner.Aligner`."""

    def align(self, audio, piece, words, language):
        return [
            None if "?" in word.text else Aligned(word.start + 0.1, word.end + 0.1, 0.5) for word in words
        ]

"""Word and character error rates (WER, CER), and cpWER, which scores who said what.

Text is normalised first: Unicode NFKC, lower case, one kind of apostrophe. Letters, digits and their marks
remain; everything else separates words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

from ipc.cue_rules import UNSEEN

SPACELESS = frozenset({"ja", "zh", "yue", "th", "lo", "km", "my", "bo"})
"""Languages written without spaces between words: their characters are counted instead."""


def normal(text: str) -> str:
    """The normalised text."""
    folded = unicodedata.normalize("NFKC", UNSEEN.sub("", text)).lower().replace("\u2019", "'")
    letters = (c if c.isalnum() or c == "'" or unicodedata.category(c)[0] == "M" else " " for c in folded)
    return " ".join("".join(letters).split())


def tokens(text: str, language: str) -> list[str]:
    """The normalised words, or the characters of a language written without spaces."""
    normalised = normal(text)
    return list(normalised.replace(" ", "")) if language in SPACELESS else normalised.split()


def rates(reference: str, hypothesis: str, language: str) -> dict[str, dict[str, Any]]:
    """`cer`, and `wer` if the language has spaces, with their counts of errors, by jiwer.

    The reference must hold at least one word.
    """
    import jiwer

    truth, ours = normal(reference), normal(hypothesis)
    scores = {}
    if language in SPACELESS:
        truth, ours = truth.replace(" ", ""), ours.replace(" ", "")
    else:
        words = jiwer.process_words(truth, ours)
        scores["wer"] = {"rate": words.wer, **_parts(words)}
    letters = jiwer.process_characters(truth, ours)
    scores["cer"] = {"rate": letters.cer, **_parts(letters)}
    return scores


def _parts(measured: Any) -> dict[str, int]:
    return {
        "of": measured.hits + measured.substitutions + measured.deletions,
        "substitutions": measured.substitutions,
        "deletions": measured.deletions,
        "insertions": measured.insertions,
    }


def cpwer(reference: Mapping[str, Sequence[str]], hypothesis: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Concatenated minimum-permutation word error rate (cpWER) of tokens by speaker.

    Each speaker's words are joined into one sequence. Speakers are paired so that the sum of edit distances
    is smallest; the words of a speaker without a partner count as deletions or insertions (Watanabe et al.,
    CHiME-6, 2020; unequal numbers of speakers as in MeetEval, von Neumann et al. 2023). Returns the rate, the
    number of errors, and the pairs.
    """
    from rapidfuzz.distance import Levenshtein
    from scipy.optimize import linear_sum_assignment

    true, ours = list(reference), list(hypothesis)
    size = max(len(true), len(ours))
    left = [list(reference[name]) for name in true] + [[]] * (size - len(true))
    right = [list(hypothesis[name]) for name in ours] + [[]] * (size - len(ours))
    cost = [[Levenshtein.distance(a, b) for b in right] for a in left]
    rows, columns = linear_sum_assignment(cost)
    errors = sum(cost[a][b] for a, b in zip(rows, columns, strict=True))
    total = sum(map(len, left))
    pairs = {
        true[a]: ours[b] if b < len(ours) else None
        for a, b in zip(rows, columns, strict=True)
        if a < len(true)
    }
    return {"rate": errors / total, "errors": int(errors), "of": total, "speakers": pairs}

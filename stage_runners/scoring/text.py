"""Word and character error rates, and cpWER: who said what, whatever the speakers are called.

All of them are of normalised text: Unicode's NFKC, small letters, one apostrophe; of the rest only letters, digits and their marks
are kept, all else separates words.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping, Sequence
from typing import Any

SPACELESS = frozenset({"ja", "zh", "yue", "th", "lo", "km", "my", "bo"})
"""Languages that are written without blanks between words: what is counted of them is characters."""


def normal(text: str) -> str:
    """The text as it is compared."""
    folded = unicodedata.normalize("NFKC", text).lower().replace("\u2019", "'")
    kept = (c if c.isalnum() or c == "'" or unicodedata.category(c)[0] == "M" else " " for c in folded)
    return " ".join("".join(kept).split())


def tokens(text: str, language: str) -> list[str]:
    """What is counted: normalised words, or characters of a language without blanks."""
    said = normal(text)
    return list(said.replace(" ", "")) if language in SPACELESS else said.split()


def rates(reference: str, hypothesis: str, language: str) -> dict[str, dict[str, Any]]:
    """`wer` (of languages with blanks) and `cer` with what they are made of, by jiwer. The reference must hold a word."""
    import jiwer

    truth, found = normal(reference), normal(hypothesis)
    scores = {}
    if language in SPACELESS:
        truth, found = truth.replace(" ", ""), found.replace(" ", "")
    else:
        words = jiwer.process_words(truth, found)
        scores["wer"] = {"rate": words.wer, **_parts(words)}
    letters = jiwer.process_characters(truth, found)
    scores["cer"] = {"rate": letters.cer, **_parts(letters)}
    return scores


def _parts(found: Any) -> dict[str, int]:
    return {
        "of": found.hits + found.substitutions + found.deletions,
        "substitutions": found.substitutions,
        "deletions": found.deletions,
        "insertions": found.insertions,
    }


def cpwer(reference: Mapping[str, Sequence[str]], hypothesis: Mapping[str, Sequence[str]]) -> dict[str, Any]:
    """Concatenated minimum-permutation word error rate of tokens by speaker.

    Each speaker's words are one sequence; speakers are paired so that the sum of edit distances is least, and whoever is left
    without a partner is all deletions or all insertions (Watanabe et al., CHiME-6, 2020; unequal numbers as MeetEval counts them,
    von Neumann et al. 2023). Returns the rate, its count of errors, and the pairs.
    """
    from rapidfuzz.distance import Levenshtein
    from scipy.optimize import linear_sum_assignment

    true, found = list(reference), list(hypothesis)
    size = max(len(true), len(found))
    left = [list(reference[name]) for name in true] + [[]] * (size - len(true))
    right = [list(hypothesis[name]) for name in found] + [[]] * (size - len(found))
    cost = [[Levenshtein.distance(a, b) for b in right] for a in left]
    rows, columns = linear_sum_assignment(cost)
    errors = sum(cost[a][b] for a, b in zip(rows, columns, strict=True))
    total = sum(map(len, left))
    pairs = {
        true[a]: found[b] if b < len(found) else None
        for a, b in zip(rows, columns, strict=True)
        if a < len(true)
    }
    return {"rate": errors / total, "errors": int(errors), "of": total, "speakers": pairs}

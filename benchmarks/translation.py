# /// script
# requires-python = ">=3.11"
# dependencies = ["sacrebleu>=2.5", "pysubs2>=1.8"]
# ///
"""Scores translated subtitles against a human translation.

usage: uv run --script benchmarks/translation.py OURS.srt [TRUTH.srt]

It prints chrF of the whole text and of cues aligned by time (sacrebleu), the intersection over union of the
cues' times, and errors: empty cues and loops. Without TRUTH it prints only the errors.
"""

from __future__ import annotations

import json
import re
import sys
from itertools import pairwise
from typing import NamedTuple

import pysubs2
import sacrebleu

LOOP = (4, 3)
"""A phrase of this many words, repeated this many times, is a loop; so is a cue repeated four times."""
STEP = 0.01


class Cue(NamedTuple):
    start: float
    end: float
    text: str


def cues(path: str) -> list[Cue]:
    """The cues of an SRT, without labels of speakers and line breaks; times in seconds."""
    found = []
    for event in pysubs2.load(path):
        text = re.sub(r"\[[^\]]*\]|^- ", "", event.plaintext, flags=re.MULTILINE)
        found.append(Cue(event.start / 1000, event.end / 1000, " ".join(text.split())))
    return found


def aligned(ours: list[Cue], truth: list[Cue]) -> list[str]:
    """For each cue of the truth, our words nearest to it; words are spread evenly over their cue's time."""
    words = [
        (cue.start + (cue.end - cue.start) * (k + 0.5) / len(parts), word)
        for cue in ours
        if (parts := cue.text.split())
        for k, word in enumerate(parts)
    ]
    edges = [(a.end + b.start) / 2 for a, b in pairwise(truth)]
    spans = zip([0.0, *edges], [*edges, float("inf")], strict=True)
    return [" ".join(word for time, word in words if low <= time < high) for low, high in spans]


def covered(first: list[Cue], second: list[Cue]) -> float:
    """Time that both cover, as a share of the time that either covers."""
    sets = [
        {k for cue in found for k in range(round(cue.start / STEP), round(cue.end / STEP))}
        for found in (first, second)
    ]
    return len(sets[0] & sets[1]) / len(sets[0] | sets[1])


def loops(found: list[Cue]) -> int:
    """Phrases that come too often in a row, and cues that do."""
    words = [re.sub(r"\W", "", word).casefold() for cue in found for word in cue.text.split()]
    size, times = LOOP
    count, k = 0, 0
    while k < len(words):
        width = next((n for n in range(size, 25) if words[k : k + n] * times == words[k : k + n * times]), 0)
        count += bool(width)
        k += width * times or 1
    texts = [cue.text for cue in found]
    return count + sum(texts[k : k + 4] == [texts[k]] * 4 for k in range(len(texts) - 3))


def main() -> None:
    ours = cues(sys.argv[1])
    result: dict[str, float] = {
        "cues": len(ours),
        "empty": sum(not any(map(str.isalnum, cue.text)) for cue in ours),
        "loops": loops(ours),
    }
    if len(sys.argv) > 2:
        truth = cues(sys.argv[2])
        text, reference = (" ".join(cue.text for cue in found) for found in (ours, truth))
        near = aligned(ours, truth)
        result |= {
            "chrf": round(sacrebleu.corpus_chrf([text], [[reference]]).score, 2),
            "chrf_by_cue": round(sacrebleu.corpus_chrf(near, [[cue.text for cue in truth]]).score, 2),
            "time_iou": round(covered(ours, truth), 3),
            "truth_without_ours": sum(not text for text in near),
        }
    print(json.dumps(result))


if __name__ == "__main__":
    main()

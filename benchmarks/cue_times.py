"""Compares the times of cues with hand-made word times.

    python benchmarks/cue_times.py WORDS.csv OUT [--early 0.08]

WORDS.csv has `start,end,word` (seconds), OUT has movie.json and movie.<language>.srt of a run without shots.
It prints how many cues with a correct first word start more than `--early` seconds before it, how many with a
correct last word end before its end, the worst of both, how late cues start, and how long they stay.
"""

from __future__ import annotations

import argparse
import csv
import json
import statistics
import sys
import unicodedata
from collections.abc import Sequence
from difflib import SequenceMatcher
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent))

from layout_bound import ours, seconds, words_of


def bare(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKC", text).lower() if c.isalnum() or c == "'")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("truth", type=Path, metavar="WORDS.csv")
    parser.add_argument("folder", type=Path, metavar="OUT")
    parser.add_argument("--early", type=float, default=0.08)
    arguments = parser.parse_args()
    with arguments.truth.open(encoding="utf-8") as file:
        truth = [(float(row["start"]), float(row["end"]), bare(row["word"])) for row in csv.DictReader(file)]
    words, _ = words_of(json.loads((arguments.folder / "movie.json").read_text(encoding="utf-8")))
    srt = next(iter(sorted(arguments.folder.glob("movie.*.srt"))))
    heard = [bare(word.text) for word in words]
    match = SequenceMatcher(None, [word for *_, word in truth], heard, autojunk=False).get_matching_blocks()
    known = {block.b + k: truth[block.a + k] for block in match for k in range(block.size)}
    cues = [
        tuple(map(seconds, line.split(" --> ")))
        for line in srt.read_text(encoding="utf-8").split("\n")
        if " --> " in line
    ]
    early, short, late = [], [], []
    for (start, end), (first, last, _) in zip(cues, ours(srt, words), strict=True):
        if first in known:
            early.append(known[first][0] - start)
            late.append(start - known[first][0])
        if last - 1 in known:
            short.append(known[last - 1][1] - end)
    print(f"{len(cues)} cues; times of the first word known of {len(early)}, of the last of {len(short)}")
    told("begin more than %.0f ms early" % (arguments.early * 1000), early, arguments.early)
    told("begin before their first word at all", early, 0.0)
    told("end before their last word", short, 0.0)
    told("end more than 50 ms before it", short, 0.05)
    print(
        f"begin {statistics.median(late) * 1000:.0f} ms after the first word (median), at most "
        f"{max(late) * 1000:.0f} ms"
    )


def told(what: str, by: Sequence[float], limit: float) -> None:
    wrong = [value for value in by if value > limit + 1e-9]
    worst = max(0.0, *by)
    print(f"{what}: {len(wrong)} of {len(by)} ({len(wrong) / len(by):.1%}), worst {worst * 1000:.0f} ms")


if __name__ == "__main__":
    main()

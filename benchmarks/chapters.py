"""Chapters against known changes of subject: joins of films, and Choi's texts. See docs/decisions/.

The transcripts are those of `orchestrator run FILM --no-mux --output-format json --output-dir DIR/CASE`:

    envs/nlp/.venv/bin/python benchmarks/chapters.py --transcripts DIR [--choi DIR] [--qmsum DIR]

`--choi` is the folder of F. Y. Y. Choi's texts (NAACL 2000), joined parts of the Brown corpus: files `*.ref`
with a line for each sentence and lines of `=` between the parts. `--qmsum` is the folder `data/ALL` of QMSum
(M. Zhong et al., NAACL 2021): meetings with topics that people marked. Both are taken as if they were spoken
at 2.5 words a second.

Pk: D. Beeferman, A. Berger, J. Lafferty, Machine Learning 34, 1999; WindowDiff: L. Pevzner, M. A. Hearst,
Computational Linguistics 28, 2002; both here by the second, with half the mean length of a true part as the
window. Lower is better. The baselines get the number of boundaries that was found: the longest pauses, random
places (mean of 20), and equal parts; `none` is no boundary at all.
"""

from __future__ import annotations

import argparse
import itertools
import json
import random
import re
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import mean
from typing import Any, NamedTuple

sys.path.insert(0, str(Path(__file__).resolve().parents[1]))

from stage_runners.chapters import boundaries
from stage_runners.chapters.utterances import Utterance, utterances

ENGLISH = ("ted", "phone", "azure_en-US", "timit_dialogue")
OTHERS = ("hindi", "fillets_cs", "azure_de-DE", "azure_es-ES", "azure_fr-FR", "azure_ja-JP")
TOLERANCE_S = 5.0
WORDS_PER_S = 2.5


class Joined(NamedTuple):
    """Utterances with the seconds of the true boundaries and of the end."""

    name: str
    spoken: Sequence[Utterance]
    true: Sequence[float]
    seconds: float


def film(folder: Path, case: str, at: float) -> tuple[list[Utterance], float]:
    """The utterances of a film, moved by `at`, and when its speech ends."""
    found = json.loads(next((folder / case).glob("*.json")).read_text(encoding="utf-8"))
    segments: list[Any] = []
    words: list[Any] = []
    for number, segment in enumerate(found["segments"]):
        times = {"start": segment["start"], "end": segment["end"]}
        segments.append({"id": number, **times, "language": found["language"]})
        words += [
            {
                "segment": number,
                "text": word["word"],
                "space": found["language"] not in {"ja", "zh", "th"} or not k,
                "start": word.get("start"),
                "end": word.get("end"),
                "speaker": f"{case} {word.get('speaker')}",
            }
            for k, word in enumerate(segment["words"])
        ]
    spoken = utterances(segments, words)
    moved = [one.__class__(one.start + at, one.end + at, one.text, one.language) for one in spoken]
    return moved, max(one.end for one in moved)


def joined(folder: Path, cases: Sequence[str]) -> Joined:
    """These films one after the other, with a second between them."""
    spoken: list[Utterance] = []
    true: list[float] = []
    at = 0.0
    for case in cases:
        more, at = film(folder, case, at)
        at += 1.0
        spoken += more
        true.append(at)
    return Joined(" ".join(cases), spoken, true[:-1], at)


def choi(path: Path) -> Joined:
    """A text of Choi's, as if it were spoken."""
    spoken: list[Utterance] = []
    true: list[float] = []
    at = 0.0
    for line in path.read_text(encoding="utf-8", errors="replace").splitlines():
        if line.startswith("====="):
            true.append(at)
        elif line.strip():
            end = at + len(line.split()) / WORDS_PER_S
            spoken.append(Utterance(at, end, line, "en"))
            at = end + 0.3
    return Joined(path.name, spoken, [time for time in true if 0 < time < at], at)


def meeting(path: Path) -> Joined:
    """A meeting of QMSum; a boundary is wherever a topic begins or ends."""
    content = json.loads(path.read_text(encoding="utf-8"))
    marked = {
        turn
        for topic in content["topic_list"]
        for first, last in topic["relevant_text_span"]
        for turn in (int(first), int(last) + 1)
    }
    spoken: list[Utterance] = []
    true: list[float] = []
    at = 0.0
    for number, turn in enumerate(content["meeting_transcripts"]):
        if number in marked and at:
            true.append(at)
        for line in re.split(r"(?<=[.?!])\s+", re.sub(r"\{[^}]*\}", "", turn["content"])):
            if line.strip():
                end = at + len(line.split()) / WORDS_PER_S
                spoken.append(Utterance(at, end, line, "en"))
                at = end + 0.3
    return Joined(path.name, spoken, [time for time in true if time < at], at)


def errors(true: Sequence[float], found: Sequence[float], seconds: float) -> tuple[float, float]:
    """Pk and WindowDiff, in steps of a second."""
    length = int(seconds)
    sums = []
    for times in (true, found):
        marks = [0] * length
        for time in times:
            marks[min(length - 1, max(1, round(time)))] = 1
        sums.append(list(itertools.accumulate(marks)))
    window = max(1, round(length / (len(true) + 1) / 2))
    pairs = [tuple(s[k + window] - s[k] for s in sums) for k in range(length - window)]
    return mean((a == 0) != (b == 0) for a, b in pairs), mean(a != b for a, b in pairs)


def guesses(one: Joined, count: int) -> Iterator[tuple[str, Sequence[float]]]:
    """The places of the baselines, by name."""
    pauses = sorted(
        ((b.start - a.end, b.start) for a, b in itertools.pairwise(one.spoken)), key=lambda pair: -pair[0]
    )
    yield "longest pauses", [start for _, start in pauses[:count]]
    for seed in range(20):
        places = random.Random(seed)
        yield "random", [places.uniform(0, one.seconds) for _ in range(count)]
    yield "equal parts", [one.seconds * (k + 1) / (count + 1) for k in range(count)]
    yield "none", []


def measure(name: str, films: Sequence[Joined], least: float | None) -> None:
    """Print a line for each method."""
    table: dict[str, list[tuple[float, float]]] = {}
    true = found = hit = 0
    for one in films:
        starts = [part.start for part in boundaries.parts(one.spoken, one.seconds, least=least)[1:]]
        table.setdefault("chapters", []).append(errors(one.true, starts, one.seconds))
        for method, places in guesses(one, len(starts)):
            table.setdefault(method, []).append(errors(one.true, places, one.seconds))
        true, found = true + len(one.true), found + len(starts)
        hit += sum(any(abs(a - b) <= TOLERANCE_S for b in starts) for a in one.true)
    print(f"{name}: {len(films)} films, {true} boundaries, {found} found, {hit} within {TOLERANCE_S:g} s")
    for method, pairs in table.items():
        pk, difference = (mean(column) for column in zip(*pairs, strict=True))
        print(f"  {method:15} Pk {pk:.3f}  WindowDiff {difference:.3f}")


def shuffled(one: Joined, seed: int) -> Joined:
    """The same with its sentences in a random order: nothing divides it."""
    texts = [spoken.text for spoken in one.spoken]
    random.Random(seed).shuffle(texts)
    moved = [
        Utterance(spoken.start, spoken.end, text, spoken.language)
        for spoken, text in zip(one.spoken, texts, strict=True)
    ]
    return Joined(one.name, moved, [], one.seconds)


def alone(name: str, films: Sequence[Joined], least: float | None = None) -> None:
    """Print what is found in films without a boundary."""
    count = [len(boundaries.parts(one.spoken, one.seconds, least=least)) - 1 for one in films]
    print(f"{name}: {sum(count)} boundaries found in {len(films)} films, where there are none")


def main() -> None:
    """Measure what there is."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--transcripts", type=Path)
    parser.add_argument("--choi", type=Path)
    parser.add_argument("--qmsum", type=Path)
    parser.add_argument("--every", type=int, default=20, help="of Choi's texts, every so many")
    given = parser.parse_args()
    if given.transcripts:
        folder = given.transcripts
        alone("films of one subject", [joined(folder, [case]) for case in (*ENGLISH, *OTHERS)])
        orders = list(itertools.permutations(ENGLISH))
        measure("English films joined", [joined(folder, order) for order in orders], None)
        measure("the same, 20 s at least", [joined(folder, order) for order in orders], 20)
        mixed = [random.Random(k).sample((*ENGLISH, *OTHERS), 6) for k in range(12)]
        measure("six of all languages joined", [joined(folder, cases) for cases in mixed], 20)
    if given.choi:
        texts = [choi(path) for path in sorted(given.choi.rglob("*.ref"))[:: given.every]]
        measure("Choi's texts", texts, 20)
        alone("their sentences shuffled", [shuffled(one, k) for k, one in enumerate(texts)], 20)
    if given.qmsum:
        meetings = [meeting(path) for path in sorted(given.qmsum.glob("*/*.json"))[::6][:10]]
        measure("meetings of QMSum", meetings, None)


if __name__ == "__main__":
    main()

"""Compares the share of rule-compliant cues of a run with the best possible share.

usage: layout_bound.py OUT [OUT ...]      OUT has movie.json and movie.<language>.srt of a run

It finds an exact optimum over every division of the words into cues and their times, with no code of the
layout but the limits. A cue starts with its first word or up to `--late` seconds after it (0.4 if the
previous one would be invisible), ends with its last word or later, leaves the gap, and has at most two lines
that some break makes short enough; a change of speaker has a label; two speakers may share a cue, with one
line each after a dash. Only reading speed may be exceeded; a cue that does not exceed it is clean. It prints
for ours and for the optimum:

- the share of clean cues, maximised as a ratio (Dinkelbach, 1967);
- the share of words in clean cues, which splitting clean passages into small cues does not increase.

Both are given for breaks anywhere, and for readable breaks: at the end of a sentence or clause, at a change
of speaker, at a pause of 0.3 s, and elsewhere only in spans between those that no cue could hold entirely.
`doomed` is the share of words that no clean cue could hold: together with their neighbours, they are spoken
faster than the limit.
"""

from __future__ import annotations

import argparse
import itertools
import json
import math
import re
import sys
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ipc import cue_rules
from ipc.cue_rules import milliseconds

LIMITS = cue_rules.CueLimits()
WIDTH, CPS = LIMITS.width, LIMITS.cps
LEAST, MOST, GAP = LIMITS.min_ms / 1000, LIMITS.max_ms / 1000, LIMITS.gap_ms / 1000
PAUSE = 0.3
STEP = 0.01
LATE = 0.4
"""Seconds that a cue may start late for the one before to be seen at all."""


@dataclass(frozen=True)
class Word:
    text: str
    start: float
    end: float
    speaker: str
    space: bool = True


@dataclass(frozen=True)
class Candidate:
    last: int
    characters: int


class Bound:
    """Every cue there could be of `words`, with `labels` by speaker (empty: none are shown)."""

    def __init__(self, words: list[Word], labels: dict[str, str], late: float, gap: float) -> None:
        self.words = words
        self.labels = labels
        self.late = late
        self.gap = gap
        self.said = [0.0]
        for word in words:
            self.said.append(max(self.said[-1], word.end))
        self.onset = [max(w.start, self.said[k] + gap) if k else w.start for k, w in enumerate(words)]
        self.onset.append(math.inf)
        self.cues = [self._candidates(k) for k in range(len(words))]

    def _label(self, k: int) -> int:
        """Characters of the label before word k with its blank."""
        word = self.words[k]
        changes = not k or self.words[k - 1].speaker != word.speaker
        return len(self.labels[word.speaker]) + 1 if changes and word.speaker in self.labels else 0

    def _candidates(self, first: int) -> list[Candidate]:
        found = []
        for last in range(first + 1, len(self.words) + 1):
            if self.said[last] - self.onset[first] > MOST:
                break
            parts = self._by_speaker(first, last)
            if len(parts) > 2:
                break
            if len(parts) == 2:
                lengths = [self._label(a) + self._length(a, b) + 2 for a, b in parts]
                if max(lengths) <= WIDTH:
                    found.append(Candidate(last, sum(lengths) + 1))
                continue
            lead = self._label(first)
            if self._fits(first, last, lead):
                found.append(Candidate(last, lead + self._length(first, last)))
        return found

    def _by_speaker(self, first: int, last: int) -> list[tuple[int, int]]:
        edges = [first]
        edges += [k for k in range(first + 1, last) if self.words[k].speaker != self.words[k - 1].speaker]
        return list(zip(edges, [*edges[1:], last], strict=True))

    def _length(self, first: int, last: int) -> int:
        own = self.words[first:last]
        return sum(len(word.text) + word.space for word in own) - own[0].space

    def _fits(self, first: int, last: int, lead: int) -> bool:
        whole = lead + self._length(first, last)
        if whole <= WIDTH:
            return True
        if lead and self._length(first, last) <= WIDTH and lead - 1 <= WIDTH:
            return True
        return any(
            lead + self._length(first, k) <= WIDTH and self._length(k, last) <= WIDTH
            for k in range(first + 1, last)
        )

    def clean(self, first: int, step: int, cue: Candidate) -> int | None:
        """Steps that the next cue has to wait so that this one is clean; None where it cannot be."""
        start = self.onset[first] + step * STEP
        seen = max(start + LEAST, self.said[cue.last])
        read = start + cue.characters / CPS
        if max(read, seen) - start > MOST + 1e-9:
            return None
        if read <= seen:
            return self._wait(cue.last, seen, LATE)
        return self._wait(cue.last, read, self.late)

    def seen(self, first: int, step: int, cue: Candidate) -> int | None:
        """The same where it only has to be seen long enough, and may be too fast."""
        start = self.onset[first] + step * STEP
        end = max(start + LEAST, self.said[cue.last])
        return None if end - start > MOST + 1e-9 else self._wait(cue.last, end, LATE)

    def _wait(self, place: int, end: float, late: float) -> int | None:
        """Steps from the onset at `place` to a cue's start after `end`; None if over `late` seconds late."""
        if place == len(self.words):
            return 0
        wait = max(0, math.ceil((end + self.gap - self.onset[place]) / STEP - 1e-6))
        if wait and self.onset[place] + wait * STEP - self.words[place].start > late + 1e-9:
            return None
        return wait

    def best(
        self, gain: Callable[[int, int, bool], float], *, may_cut: set[int]
    ) -> tuple[float, list[tuple[int, int, bool]]] | None:
        """The layout with the largest `gain(first, last, clean)`: (first, last, clean) per cue, or None."""
        states: list[dict[int, tuple[float, tuple[int, int, bool] | None, tuple[int, int]]]]
        states = [{} for _ in range(len(self.words) + 1)]
        states[0][0] = (0.0, None, (0, 0))
        for first in range(len(self.words)):
            for step, (total, _, _) in sorted(states[first].items()):
                for cue in self.cues[first]:
                    if cue.last not in may_cut:
                        continue
                    for good, wait in (
                        (True, self.clean(first, step, cue)),
                        (False, self.seen(first, step, cue)),
                    ):
                        if wait is None:
                            continue
                        value = total + gain(first, cue.last, good)
                        target = states[cue.last]
                        if wait not in target or value > target[wait][0] + 1e-12:
                            target[wait] = (value, (first, cue.last, good), (first, step))
        if not states[-1]:
            return None
        step = max(states[-1], key=lambda key: states[-1][key][0])
        value, place = states[-1][step][0], len(self.words)
        path = []
        while place:
            _, cue, origin = states[place][step]
            assert cue is not None
            path.append(cue)
            place, step = origin
        return value, path[::-1]

    def most_clean(self, may_cut: set[int]) -> list[tuple[int, int, bool]]:
        """The layout with the largest share of clean cues."""
        share, path = 0.0, []
        for _ in range(50):
            now = share
            found = self.best(lambda _f, _l, good, now=now: float(good) - now, may_cut=may_cut)
            if found is None:
                raise SystemExit("no layout keeps all rules but speed")
            path = found[1]
            share = sum(good for *_, good in path) / len(path)
            if share <= now + 1e-12:
                break
        return path

    def most_words(self, may_cut: set[int]) -> list[tuple[int, int, bool]]:
        """The layout with most words in clean cues, of these one with few cues."""
        found = self.best(lambda first, last, good: (last - first) * good - 1e-4, may_cut=may_cut)
        assert found is not None
        return found[1]

    def doomed(self) -> float:
        """Share of words that no clean cue could hold."""
        saved: set[int] = set()
        for first, cues in enumerate(self.cues):
            for cue in cues:
                if self.clean(first, 0, cue) is not None:
                    saved.update(range(first, cue.last))
        return 1 - len(saved) / len(self.words)

    def bearable(self) -> set[int]:
        """Places where a reader can bear a cut."""
        places = {len(self.words)}
        for k in range(1, len(self.words)):
            a, b = self.words[k - 1], self.words[k]
            ends = a.text[-1:] in ".?!…,;:—" or a.speaker != b.speaker
            if ends or b.start - self.said[k] >= PAUSE:
                places.add(k)
        edges = [0, *sorted(places)]
        for a, b in itertools.pairwise(edges):
            if all(cue.last != b for cue in self.cues[a]):
                places.update(range(a + 1, b))
        return places


def words_of(movie: dict) -> tuple[list[Word], dict[str, str]]:
    words = []
    for segment in movie["segments"]:
        rest = segment["text"]
        for word in segment["words"]:
            if "start" not in word:
                raise SystemExit(f"{word['word']!r} has no time: this needs words that all have one")
            space = rest[:1].isspace() or rest is segment["text"]
            rest = rest.lstrip().removeprefix(word["word"])
            words.append(Word(word["word"], word["start"], word["end"], word.get("speaker", ""), space))
    heard = dict.fromkeys(
        s.get("speaker") for s in [*movie["segments"], *(vars(w) for w in words)] if s.get("speaker")
    )
    known = movie.get("speakers", {})
    names = {s: known.get(s, {}).get("name") or f"Speaker {k}" for k, s in enumerate(heard, 1)}
    labels = {s: f"[{name.upper()}]" for s, name in names.items()} if len(set(names.values())) > 1 else {}
    return words, labels


def ours(srt: Path, words: list[Word]) -> list[tuple[int, int, bool]]:
    """Our cues as (first, last, clean) over `words`."""
    cues = []
    for block in srt.read_text(encoding="utf-8").strip().split("\n\n"):
        _, times, *lines = block.split("\n")
        start, end = map(seconds, times.split(" --> "))
        cues.append((start, end, lines))
    found = []
    place = 0
    for k, (start, end, lines) in enumerate(cues):
        broken = cue_rules.broken(lines, milliseconds(start, end), LIMITS)
        between = cue_rules.broken_between(milliseconds(cues[k - 1][1], start), LIMITS) if k else ""
        clean = not broken and not between
        text = "".join(re.sub(r"\[[^\]]*\]|^- ", " ", "\n".join(lines), flags=re.MULTILINE).split())
        first = place
        while text:
            word = words[place].text
            if not text.startswith(word):
                raise SystemExit(f"cue {k + 1} does not go on with {word!r}: is {srt} of this movie.json?")
            text = text[len(word) :]
            place += 1
        found.append((first, place, clean))
    return found


def seconds(clock: str) -> float:
    return sum(
        float(part) * unit
        for part, unit in zip(clock.replace(",", ".").split(":"), (3600, 60, 1), strict=True)
    )


def differences(
    words: list[Word], mine: list[tuple[int, int, bool]], best: list[tuple[int, int, bool]]
) -> None:
    """Print the stretches in which the optimum holds more words in clean cues, both ways to cut them."""

    def said(first: int, last: int) -> str:
        return " ".join(
            (f"<{words[k].speaker}> " if k and words[k].speaker != words[k - 1].speaker else "")
            + words[k].text
            for k in range(first, last)
        )

    edges = sorted({0, *({last for _, last, _ in mine} & {last for _, last, _ in best})})
    for a, b in itertools.pairwise(edges):
        own, other = ([cue for cue in cues if a <= cue[0] < b] for cues in (mine, best))
        if sum((last - first) * good for first, last, good in other) > sum(
            (last - first) * good for first, last, good in own
        ):
            for name, cues in (("ours", own), ("best", other)):
                shown = " | ".join(
                    said(first, last) + ("" if good else " (fast)") for first, last, good in cues
                )
                print(f"    {name}: {shown}")


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("folders", nargs="+", type=Path, metavar="OUT")
    parser.add_argument(
        "--late",
        type=float,
        default=0.16,
        help="seconds that a cue may start after its first word to let the one before be read",
    )
    parser.add_argument(
        "--differences", action="store_true", help="where bearable cuts would hold more words"
    )
    parser.add_argument(
        "--gap",
        type=float,
        default=GAP,
        help="seconds between cues; two frames of 24, as ours leave them, are 0.09",
    )
    arguments = parser.parse_args()
    print(f"{'':28}{'cues':>6}{'clean':>7}{'share':>8}{'words in clean cues':>22}{'unbearable':>12}")
    for folder in arguments.folders:
        words, labels = words_of(json.loads((folder / "movie.json").read_text(encoding="utf-8")))
        bound = Bound(words, labels, arguments.late, arguments.gap)
        bearable = bound.bearable()
        mine = ours(next(iter(sorted(folder.glob("movie.*.srt")))), words)
        rows = [("ours", mine)]
        for name, places in (("cuts anywhere", set(range(1, len(words) + 1))), ("bearable cuts", bearable)):
            rows.append((f"{name}, most cues", bound.most_clean(places)))
            rows.append((f"{name}, most words", bound.most_words(places)))
        print(f"{folder.name}: {len(words)} words, {bound.doomed():.1%} of them doomed")
        for name, path in rows:
            clean = sum(good for *_, good in path)
            held = sum((last - first) * good for first, last, good in path) / len(words)
            cut = sum(last not in bearable for _, last, _ in path)
            print(f"  {name:26}{len(path):6}{clean:7}{clean / len(path):8.3f}{held:22.3f}{cut:12}")
        if arguments.differences:
            differences(words, mine, rows[-1][1])


if __name__ == "__main__":
    main()

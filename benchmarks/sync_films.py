"""Films for `sync_cases.py`: sounds and results of stages, joined, cut, and with something put between."""

from __future__ import annotations

import re
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ipc.artifacts import open_audio, read
from stage_runners.sync.activity import Activity, activity_of
from stage_runners.sync.words import Word, words_of

RATE = 16000
_TIMES = re.compile(r"(\d+):(\d+):(\d+),(\d+) --> (\d+):(\d+):(\d+),(\d+)")


class Cue(NamedTuple):
    """A cue: its times in the file, its text, and where it belongs in the film (None: the film lacks it)."""

    start: float
    end: float
    text: str
    true: float | None


class Film:
    """A film: int16 samples, regions of speech (n, 2), and recognised words (text, start, end)."""

    def __init__(self, samples, regions, words):
        self.samples, self.regions, self.words = samples, regions, words

    @property
    def seconds(self):
        return len(self.samples) / RATE

    def activity(self) -> Activity:
        return activity_of(self.regions, self.samples, RATE)

    def recognised(self) -> list[Word]:
        return words_of(self.words)

    def without(self, first, last):
        """The film without the part from `first` to `last`."""
        gap, regions = last - first, []
        for start, end in self.regions:
            for a, b, shift in ((start, min(end, first), 0.0), (max(start, last), end, gap)):
                if b - a > 0.05:
                    regions.append((a - shift, b - shift))
        words = [
            (text, start - (gap if start >= last else 0), end - (gap if start >= last else 0))
            for text, start, end in self.words
            if end <= first or start >= last
        ]
        samples = np.concatenate([self.samples[: int(first * RATE)], self.samples[int(last * RATE) :]])
        return Film(samples, np.array(regions), words)

    def with_other(self, at, other):
        """The film with another one put in at `at`."""
        length, regions = other.seconds, []
        for start, end in self.regions:
            if start < at < end:
                regions += [(start, at), (at + length, end + length)]
            else:
                shift = length if start >= at else 0.0
                regions.append((start + shift, end + shift))
        regions += [(start + at, end + at) for start, end in other.regions]
        words = [
            (text, s + (length if s >= at else 0), e + (length if s >= at else 0))
            for text, s, e in self.words
        ]
        words += [(text, start + at, end + at) for text, start, end in other.words]
        cut = int(at * RATE)
        samples = np.concatenate([self.samples[:cut], other.samples, self.samples[cut:]])
        return Film(samples, np.array(sorted(regions)), sorted(words, key=lambda word: word[1]))


def film_of(entry) -> Film:
    table = read(Path(entry["speech"]), "regions").table
    regions = np.stack([table.column(name).to_numpy() for name in ("start", "end")], axis=1)
    words = []
    if entry["words"]:
        rows = read(Path(entry["words"]), "words").rows()
        words = [(row["text"], row["start"], row["end"]) for row in rows if row["start"] is not None]
    return Film(np.asarray(open_audio(Path(entry["audio"])).samples), regions, words)


def joined(*films: Film) -> Film:
    whole = films[0]
    for film in films[1:]:
        whole = whole.with_other(whole.seconds, film)
    return whole


def cues_of(path: Path) -> list[Cue]:
    found = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8-sig")):
        if times := _TIMES.search(block):
            numbers = [int(group) for group in times.groups()]
            start, end = (h * 3600 + m * 60 + s + ms / 1000 for h, m, s, ms in (numbers[:4], numbers[4:]))
            if end - start > 0.1:
                found.append(Cue(start, end, block[times.end() :].strip(), start))
    return found


def turns_of(path: Path) -> list[Cue]:
    """Cues of at most 6 s from a file of speaker turns."""
    found = []
    for line in path.read_text(encoding="utf-8").splitlines():
        fields = line.split()
        start, length = float(fields[3]), float(fields[4])
        parts = max(int(np.ceil(length / 6)), 1)
        for part in range(parts):
            a = start + part * length / parts
            found.append(Cue(a, a + length / parts, "spoken", a))
    return found


def later(cues: list[Cue], by: float) -> list[Cue]:
    """The cues of a film that begins `by` seconds later."""
    return [Cue(start + by, end + by, text, true + by) for start, end, text, true in cues]

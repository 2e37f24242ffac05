"""Measures the similarity threshold for saved voices, in trials of the same and of different speakers.

usage: envs/pyannote/.venv/bin/python benchmarks/voices.py WEIGHTS RECORDING=TURNS.rttm ... [--ffmpeg FFMPEG]
[--scores OUT.csv]

WEIGHTS is `orchestrator models path campplus`. TURNS.rttm has the speaker turns: made by hand, or the
FILM.rttm of a run with one speaker. A speaker is identified by the label in column 8, prefixed with the
recording's folder if it is a run's label (SPEAKER_00) or short; the same label in two recordings is the same
speaker.

A voice is embedded as in diarization: pieces of 1.5 s of one speaker, and the mean of their unit vectors. It
is enrolled from the first X seconds of each span of the speaker's speech, and compared with other speech: the
same speaker's second half, the same speaker in another recording, and all others, in the same recording and
in others.
"""

from __future__ import annotations

import argparse
import csv
import itertools
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from types import SimpleNamespace

import numpy as np

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stage_runners.diarization import campplus
from stage_runners.diarization.embeddings import embed

RATE = 16000
LENGTH, HOP, SHORTEST = 1.5, 0.75, 0.4
ENROLLED = (3.0, 5.0, 10.0, 20.0)
HEARD = (3.0, 5.0, 10.0, 20.0)
MOST = 6
"""Maximum number of spans of a speaker's half, so that long recordings do not outweigh short ones."""


@dataclass(frozen=True)
class Speech:
    """A speaker's pieces in a recording.

    `vectors` (n, 192) have unit length; `lengths` and `fresh` are seconds, the latter those in no earlier
    piece.
    """

    recording: str
    person: str
    vectors: np.ndarray
    lengths: np.ndarray
    fresh: np.ndarray

    def halves(self):
        """The first and the second half of the speech, by seconds."""
        cut = int(np.searchsorted(np.cumsum(self.fresh), self.fresh.sum() / 2))
        return self._part(0, cut), self._part(cut, len(self.fresh))

    def stretches(self, seconds):
        """Voices of `seconds` each, one after the other."""
        marks = np.cumsum(self.fresh)
        firsts = np.searchsorted(marks, np.arange(0, marks[-1] if len(marks) else 0, seconds))
        found = []
        for first, last in itertools.pairwise([*firsts, len(marks)]):
            if self.fresh[first:last].sum() >= 0.9 * seconds:
                found.append(self.voice(first, last))
        return found[:MOST]

    def voice(self, first=0, last=None):
        """The unit mean of the pieces, weighted by their lengths."""
        mean = self.lengths[first:last] @ self.vectors[first:last]
        return mean / np.linalg.norm(mean)

    def _part(self, first, last):
        return Speech(
            self.recording, self.person, *(a[first:last] for a in (self.vectors, self.lengths, self.fresh))
        )


def alone(rows):
    """Stretches (start, end, person) in which exactly one of `rows` (start, end, person) speaks."""
    edges = sorted({t for start, end, _ in rows for t in (start, end)})
    found = []
    for low, high in itertools.pairwise(edges):
        who = {person for start, end, person in rows if start < high and end > low}
        if len(who) != 1:
            continue
        person = who.pop()
        if found and found[-1][2] == person and abs(found[-1][1] - low) < 1e-6:
            found[-1][1] = high
        else:
            found.append([low, high, person])
    return [tuple(span) for span in found]


def pieces(start, end):
    """Pieces of 1.5 s at most, every 0.75 s, over a stretch."""
    if end - start < SHORTEST:
        return []
    if end - start <= LENGTH:
        return [(start, end)]
    count = 1 + int(np.ceil((end - start - LENGTH) / HOP))
    return [(s, s + LENGTH) for s in start + np.linspace(0, end - start - LENGTH, count)]


def read(recording, turns, network, ffmpeg):
    """Everybody's speech in a recording."""
    raw = subprocess.run(
        [ffmpeg, "-v", "error", "-i", recording, "-ac", "1", "-ar", str(RATE), "-f", "s16le", "-"],
        capture_output=True,
        check=True,
    ).stdout
    samples = np.frombuffer(raw, np.int16)
    name = Path(recording).parent.name if Path(recording).stem == "movie" else Path(recording).stem
    rows = []
    for line in Path(turns).read_text().splitlines():
        fields = line.split()
        label = fields[7]
        person = f"{name}:{label}" if label.startswith("SPEAKER_") or len(label) < 6 else label
        rows.append((float(fields[3]), float(fields[3]) + float(fields[4]), person))
    spans, people = [], []
    for start, end, person in alone(rows):
        for piece in pieces(start, end):
            spans.append(piece)
            people.append(person)
    context = SimpleNamespace(check=lambda: None, progress=lambda *_, **__: None)
    spans = np.array(spans).reshape(-1, 2)
    vectors = embed(network, samples, spans, 32, context)
    found = []
    for person in dict.fromkeys(people):
        own = np.array([p == person for p in people]) & np.isfinite(vectors).all(axis=1)
        at = spans[own]
        before = np.concatenate([[-1.0], at[:-1, 1]])
        fresh = at[:, 1] - np.maximum(at[:, 0], before)
        found.append(Speech(name, person, vectors[own], at[:, 1] - at[:, 0], fresh))
    return found


def trials(everybody):
    """Yield kind, seconds enrolled, seconds heard, who, where, cosine."""
    for enrolled, heard in itertools.product(ENROLLED, HEARD):
        firsts = {id(s): s.halves()[0].stretches(enrolled) for s in everybody}
        seconds = {id(s): s.halves()[1].stretches(heard) for s in everybody}
        for one, other in itertools.product(everybody, everybody):
            if one.person == other.person:
                kind = "same" if one.recording == other.recording else "same, elsewhere"
            else:
                kind = "other, there" if one.recording == other.recording else "other, elsewhere"
            for a, b in itertools.product(firsts[id(one)], seconds[id(other)]):
                yield kind, enrolled, heard, one.person, other.person, other.recording, float(a @ b)


def rates(rows, thresholds):
    """Print true and false accepts by threshold."""
    kinds = ("same", "same, elsewhere", "other, there", "other, elsewhere")
    table = {}
    for kind, enrolled, heard, *_, cosine in rows:
        table.setdefault((enrolled, heard), {}).setdefault(kind, []).append(cosine)
    print("enrolled heard  " + "".join(f"{kind:>24}" for kind in kinds))
    for (enrolled, heard), found in table.items():
        cells = []
        for kind in kinds:
            values = np.array(found.get(kind, []))
            text = (
                f"{len(values)}: {values.min():.2f} {np.median(values):.2f} {values.max():.2f}"
                if len(values)
                else "-"
            )
            cells.append(f"{text:>24}")
        print(f"{enrolled:8.0f} {heard:5.0f}  " + "".join(cells))
    for threshold in thresholds:
        print(f"\naccepted at {threshold:.2f}")
        for (enrolled, heard), found in table.items():
            cells = []
            for kind in kinds:
                values = np.array(found.get(kind, []))
                cells.append(f"{(values >= threshold).sum()}/{len(values)}" if len(values) else "-")
            print(f"{enrolled:8.0f} {heard:5.0f}  " + "".join(f"{cell:>24}" for cell in cells))


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("weights", type=Path)
    parser.add_argument("recordings", nargs="+")
    parser.add_argument("--ffmpeg", default="ffmpeg")
    parser.add_argument("--scores", type=Path)
    parser.add_argument("--thresholds", default="0.45,0.5,0.55,0.6,0.65,0.7")
    arguments = parser.parse_args()
    network = campplus.read_network(arguments.weights, "cpu")
    everybody = []
    for pair in arguments.recordings:
        recording, _, turns = pair.partition("=")
        everybody += read(recording, turns, network, arguments.ffmpeg)
    for speech in everybody:
        print(f"{speech.recording}: {speech.person}: {speech.fresh.sum():.1f} s", file=sys.stderr)
    rows = list(trials(everybody))
    if arguments.scores:
        with arguments.scores.open("w", newline="") as out:
            csv.writer(out).writerows(rows)
    rates(rows, [float(t) for t in arguments.thresholds.split(",")])


if __name__ == "__main__":
    main()

"""How well a known text is timed: films with their own text, as it is, shortened, lengthened, reordered.

    .venv/bin/python benchmarks/known_text.py DATA OUT [CASE ...]

DATA holds a folder for each case, with movie.*, truth.json, truth.txt, and words.csv or truth.srt. Every text
is one sentence a line. It is changed in one way at a time, always alike (seeded):

- words left out, words put in: a tenth, at random; those put in are of the same text;
- lines left out, lines put in: a tenth; those put in are words of the same text in a random order;
- pairs swapped: each two lines; scenes swapped: the second third before the first.

`within 100 ms` is the share of the words of the film that start so near to the truth, those not found
included, but not single words that were left out of the text. The truth are hand-made word times, where there
are any, else the times of the unchanged text. With the cues of truth.srt are compared: the onsets of their
first words (100 ms), and whether words start in their cue (give or take 250 ms).
Found are, by words: what was left out of the text (speech that is not in it), and what was put in (text that
is not spoken). Speech that was recognised in another alphabet cannot be
compared with what was left out. At the end, each film is run with the texts of the others, which are refused.
"""

from __future__ import annotations

import csv
import json
import random
import re
import subprocess
import sys
import unicodedata
from collections import Counter
from pathlib import Path

from stage_runners.subtitle_files.plain_cues import plain_cues

CASES = ("ted", "timit_dialogue", "fillets_cs", "hindi")
CHANGES = (
    "unchanged", "words left out", "words put in", "lines left out", "lines put in", "pairs swapped",
    "scenes swapped",
)  # fmt: skip
SHARE = 0.1


def plain(word):
    folded = unicodedata.normalize("NFKC", word).casefold()
    return "".join(c for c in folded if c.isalnum() or unicodedata.category(c)[0] == "M")


def sentences(text):
    """The lines: sentences, or 12 words where there are no marks."""
    result = []
    for sentence in re.split(r"(?<=[.!?।…])\s+", text.strip()):
        words = sentence.split()
        most = 24 if re.search(r"[.!?।…]$", sentence) else 12
        result += [words[at : at + most] for at in range(0, len(words), most)]
    return [line for line in result if line]


def changed(lines, change):
    """The lines after a change, the words that were left out, and those that were put in."""
    rng = random.Random(15)
    pool = [word for line in lines for word in line]
    gone, new, result = [], [], []
    if change == "pairs swapped":
        result = list(lines)
        for k in range(0, len(result) - 1, 2):
            result[k], result[k + 1] = result[k + 1], result[k]
        return result, gone, new
    if change == "scenes swapped":
        third = len(lines) // 3
        return [*lines[third : 2 * third], *lines[:third], *lines[2 * third :]], gone, new
    for line in lines:
        if change == "lines left out" and rng.random() < SHARE:
            gone += line
            continue
        kept = []
        for word in line:
            if change == "words left out" and rng.random() < SHARE:
                gone.append(word)
                continue
            kept.append(word)
            if change == "words put in" and rng.random() < SHARE:
                new.append(rng.choice(pool))
                kept.append(new[-1])
        result += [kept] if kept else []
        if change == "lines put in" and rng.random() < SHARE:
            result.append(rng.sample(pool, min(8, len(pool))))
            new += result[-1]
    return result, gone, new


def refused(film, text, out, language):
    """The share of the words found of another film's text, which is refused, in percent."""
    done = subprocess.run(command_of(film, text, out, language), capture_output=True, text=True, check=False)
    found = re.search(r"(\d+)% of its words", " ".join((done.stdout + done.stderr).split()))
    return f"refused, {found[1]}% found" if done.returncode and found else "NOT REFUSED"


def command_of(film, text, out, language):
    command = [
        ".venv/bin/orchestrator", "run", film, "--text", text, "-o", out, "--no-mux", "--language", language,
        "--output-format", "json,srt",
    ]  # fmt: skip
    return list(map(str, command))


def run(film, text, out, language):
    done = subprocess.run(command_of(film, text, out, language), capture_output=True, text=True, check=False)
    if done.returncode:
        print(done.stdout[-2000:], done.stderr[-2000:])
        raise SystemExit(1)
    return json.loads((out / "movie.json").read_text())


def pairs(ours, truth):
    """Pairs of indices of the same word in both, in order."""
    from difflib import SequenceMatcher

    matcher = SequenceMatcher(None, ours, truth, autojunk=False)
    for block in matcher.get_matching_blocks():
        yield from ((block.a + k, block.b + k) for k in range(block.size))


def near(ours, truth, most, absent=0):
    """The share of the true words that start within `most` seconds; `absent` are not in the text."""
    found = pairs([plain(w["word"]) for w in ours], [plain(w["word"]) for w in truth])
    good = sum(abs(ours[a].get("start", -9) - truth[b]["start"]) <= most for a, b in found)
    return min(1.0, good / (len(truth) - absent))


def cues_of(path):
    """The words of a subtitle file: start and end of their cue, and whether they are its first."""
    return [
        {"word": word, "start": cue.start, "end": cue.end, "first": not k}
        for cue in plain_cues(path.read_text(encoding="utf-8-sig"))
        for k, word in enumerate(word for word in " ".join(cue.lines).split() if plain(word))
    ]


def by_cues(words, cues, absent):
    """The share of cues whose first word starts within 100 ms, and that of words in their cue (+- 250 ms)."""
    onsets, inside = 0, 0
    for a, b in pairs([plain(w["word"]) for w in words], [plain(w["word"]) for w in cues]):
        start, cue = words[a].get("start", -9.0), cues[b]
        onsets += cue["first"] and abs(start - cue["start"]) <= 0.1
        inside += cue["start"] - 0.25 <= start <= cue["end"] + 0.25
    return onsets / sum(cue["first"] for cue in cues), min(1.0, inside / (len(cues) - absent))


def scores(found, truth):
    """Precision and recall of the words found, as multisets."""
    ours, true = Counter(map(plain, found)), Counter(map(plain, truth))
    right = sum((ours & true).values())
    return (right / max(1, sum(ours.values())) if ours else None), (
        right / sum(true.values()) if true else None
    )


def percent(value):
    return "" if value is None else f"{value:.0%}"


def main():
    data, out = Path(sys.argv[1]), Path(sys.argv[2])
    rows = []
    for case in sys.argv[3:] or CASES:
        folder = data / case
        film = next(folder.glob("movie.*"))
        language = json.loads((folder / "truth.json").read_text())["language"]
        lines = sentences((folder / "truth.txt").read_text())
        truth, by_hand = None, folder / "words.csv"
        if by_hand.exists():
            truth = [{"word": r["word"], "start": float(r["start"])} for r in csv.DictReader(by_hand.open())]
        for change in CHANGES:
            kept, gone, new = changed(lines, change)
            place = out / case / change.replace(" ", "_")
            place.mkdir(parents=True, exist_ok=True)
            text = place / "text.txt"
            text.write_text("\n".join(" ".join(line) for line in kept) + "\n", encoding="utf-8")
            result = run(film, text, place, language)
            words = result["word_segments"]
            truth = truth or words
            doubts = result.get("doubts", [])
            unspoken = [
                w for d in doubts if d["verdict"] == "unspoken" for w in d["text"].split() if plain(w)
            ]
            extra = [w for d in doubts if d["verdict"] == "extra" for w in d["text"].split() if plain(w)]
            absent = len(gone) if change == "words left out" else 0
            row = [
                case, change, percent(near(words, truth, 0.1, absent)),
                *map(percent, by_cues(words, cues_of(folder / "truth.srt"), absent)),
                f"{len(gone)}", f"{len(extra)}", *map(percent, scores(extra, gone)),
                f"{len(new)}", f"{len(unspoken)}", *map(percent, scores(unspoken, new)),
            ]  # fmt: skip
            rows.append(row)
            print("| " + " | ".join(row) + " |", flush=True)
        for other in CASES:
            if other != case:
                text = data / other / "truth.txt"
                print(f"| {case} | text of {other} | {refused(film, text, out / 'other', language)} |")
    return rows


if __name__ == "__main__":
    main()

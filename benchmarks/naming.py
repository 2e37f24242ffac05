"""Measures how reliably dialogue names speakers, on transcripts with known speakers.

usage: envs/nlp/.venv/bin/python benchmarks/naming.py UTTERANCES.csv ... [--seasons] [--show KIND]

Each row is an utterance: Utterance, Speaker, Season, Episode, StartTime, EndTime (hh:mm:ss,ms), as in MELD
(Poria et al. 2019, from "Friends"). Each episode is a film: its speakers become labels, and
`stage_runners.naming.dialogue` names them, with and without a glossary of all speakers in the files. It
prints how many votes of each kind are right, and how many speakers are named correctly and wrongly, by
confidence.
"""

from __future__ import annotations

import argparse
import csv
import sys
from collections import Counter, defaultdict
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from stage_runners.naming import dialogue
from stage_runners.naming.runner import People

TITLES = ("dr.", "mr.", "mrs.", "ms.", "miss", "professor")


def seconds(text):
    hours, minutes, rest = text.strip().split(":")
    return int(hours) * 3600 + int(minutes) * 60 + float(rest.replace(",", "."))


def episodes(files):
    """Rows of utterances by episode, in order of time, with encoding errors corrected."""
    found = defaultdict(list)
    for file in files:
        with Path(file).open(encoding="utf-8", errors="replace", newline="") as lines:
            for row in csv.DictReader(lines):
                text = row["Utterance"]
                for wrong, right in (
                    ("\x92", "'"),
                    ("\x91", "'"),
                    ("\x97", ", "),
                    ("\x85", "..."),
                    ("\x93", '"'),
                    ("\x94", '"'),
                ):
                    text = text.replace(wrong, right)
                start, end = seconds(row["StartTime"]), seconds(row["EndTime"])
                found[row["Season"], row["Episode"]].append(
                    (start, max(start, end), row["Speaker"].strip(), text)
                )
    return {key: sorted(rows) for key, rows in found.items()}


def seasons(films):
    """The episodes of a season one after the other."""
    found = defaultdict(list)
    for (season, _), rows in films.items():
        shift = found[season][-1][1] + 600 if found[season] else 0.0
        found[season] += [(start + shift, end + shift, *rest) for start, end, *rest in rows]
    return found


def named(speaker):
    """Whether a speaker's label is a name, and not a role or a group."""
    words = speaker.split()
    role = {
        "the",
        "all",
        "both",
        "everyone",
        "and",
        "man",
        "woman",
        "guy",
        "girl",
        "director",
        "waiter",
        "nurse",
        "doctor",
        "salesman",
        "interviewer",
        "receptionist",
        "customer",
        "stripper",
        "teacher",
        "boy",
        "clerk",
        "host",
        "student",
        "fan",
        "others",
        "voice",
        "another",
        "guide",
        "official",
        "twin",
    }
    return (
        bool(words)
        and all(w[0].isupper() for w in words)
        and not role & {w.lower().strip(".,") for w in words}
    )


def glossary(speakers):
    """A row for each part of each name."""
    rows = []
    for speaker in speakers:
        parts = [word for word in speaker.split() if word.lower() not in TITLES]
        if not parts:
            continue
        rows.append({"term": speaker, "kind": "full", "full": speaker, "variants": []})
        if speaker.split()[0].lower() not in TITLES:
            rows.append({"term": parts[0], "kind": "given", "full": speaker, "variants": []})
        if len(parts) > 1 or speaker.split()[0].lower() in TITLES:
            rows.append({"term": parts[-1], "kind": "family", "full": speaker, "variants": []})
    return rows


def tables(rows):
    """Segments and words of an episode, words spread over their utterance."""
    labels, segments, words = {}, [], []
    for start, end, speaker, text in rows:
        label = labels.setdefault(speaker, f"SPEAKER_{len(labels):02d}")
        parts = text.split()
        step = (end - start) / max(1, len(parts))
        segments.append(
            {
                "id": len(segments),
                "start": start,
                "end": end,
                "text": text,
                "language": "en",
                "speaker": label,
            }
        )
        for k, part in enumerate(parts):
            words.append({"segment": len(segments) - 1, "text": part, "space": bool(k),
            "start": start + k * step, "end": start + (k + 1) * step,
                          "speaker": label, "speaker_confidence": None, "overlap": False})  # fmt: skip
    return segments, words, {label: speaker for speaker, label in labels.items()}


def right(name, speaker):
    """Whether a name is the speaker's: its words are among his, or his among its."""
    a, b = set(name.lower().split()), set(speaker.lower().split())
    return a <= b or b <= a


def kind(vote):
    if vote.against:
        return "not the caller"
    for mark, name in (
        ("own words", "introduction"),
        ("and answers", "between"),
        ("answers", "next"),
        ("spoke", "before"),
    ):
        if mark in vote.said:
            return name if name != "introduction" else f"introduction {vote.reliability:.2f}"
    return "?"


def main():
    parser = argparse.ArgumentParser()
    parser.add_argument("files", nargs="+")
    parser.add_argument(
        "--seasons", action="store_true", help="a season is a film: more is said, by as many voices"
    )
    parser.add_argument("--show", default="", help="print the wrong votes of this kind")
    arguments = parser.parse_args()
    films = episodes(arguments.files)
    if arguments.seasons:
        films = seasons(films)
    everybody = sorted({row[2] for rows in films.values() for row in rows if named(row[2])})
    terms = glossary(everybody)
    people = People()
    print(f"{len(films)} films, {sum(map(len, films.values()))} utterances, {len(everybody)} names")
    for title, listed in (("with a glossary", terms), ("without", [])):
        votes, given, voices = Counter(), [], 0
        for episode, rows in films.items():
            segments, words, truth = tables(rows)
            voices += sum(named(speaker) for speaker in truth.values())
            found = dialogue.votes(dialogue.sentences(segments, words), dialogue.Names.of(listed), people)
            for vote in found:
                if not named(truth[vote.speaker]):
                    continue  # nobody knows what he is called
                good = right(vote.name, truth[vote.speaker]) != vote.against
                votes[kind(vote), good] += 1
                if not good and arguments.show and arguments.show in kind(vote):
                    print(f"  {title} {episode}: {vote.name} is not {truth[vote.speaker]}: {vote.said}")
            given += [
                (c.confidence, right(c.name, truth[c.speaker]), c, truth[c.speaker], episode)
                for c in dialogue.candidates(found)
                if named(truth[c.speaker])
            ]
        print(f"\n{title}: {voices} voices with a name")
        for name in sorted({name for name, _ in votes}):
            good, bad = votes[name, True], votes[name, False]
            print(f"  {name:24} {good:5} right {bad:4} wrong  {good / (good + bad):.3f}")
        for least in (0.5, 0.7, 0.8, 0.9, 0.95, 0.99):
            own = [g for g in given if g[0] >= least]
            good = sum(g[1] for g in own)
            print(
                f"  confidence >= {least:.2f}: {len(own):4} named, {good:4} right, precision "
                f"{good / max(1, len(own)):.3f}, of all voices {good / voices:.2f}"
            )
        for confidence, good, candidate, speaker, episode in sorted(given, key=lambda g: -g[0]):
            if not good and confidence >= 0.8:
                print(
                    f"    wrong {confidence:.2f} {episode}: {candidate.name} for {speaker}: "
                    f"{candidate.evidence[:2]}"
                )


if __name__ == "__main__":
    main()

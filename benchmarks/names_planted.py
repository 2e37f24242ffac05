"""Measures precision and recall of name correction on planted errors; free recordings have few rare names.

usage: envs/nlp/.venv/bin/python benchmarks/names_planted.py TRANSCRIPT.json ... [--draws 30]

A TRANSCRIPT is a file that `benchmarks/names.py --work FOLDER` stores: Whisper's words with their
probabilities. In each draw, the film's names (`RIGHT` in names.py) are replaced by names of another film, and
some of those are misspelt as a recogniser might, with low probability. The transcript is then corrected with
that other film's cast, and with a wrong one, at several thresholds. So the context is real, and the errors
are artificial.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import sys
from collections import Counter
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
sys.path.insert(0, str(Path(__file__).resolve().parent))

from names import DECOYS, RIGHT, words_of

from stage_runners.names import correction_runner, corrections, evidence, glossary_runner, terms
from stage_runners.text.phonetics import core

MISSPELT = 0.4
"""Share of names that are misheard."""
CHANGES = (
    ("ck", "k"), ("ph", "f"), ("th", "t"), ("ll", "l"), ("ss", "s"), ("tt", "t"), ("nn", "n"), ("rr", "r"),
    ("bb", "b"), ("ee", "i"),
    ("oo", "u"), ("y", "i"), ("i", "ee"), ("c", "k"), ("k", "c"), ("z", "s"), ("v", "w"), ("w", "v"), ("l",
    "ll"), ("n", "nn"),
    ("r", "rr"), ("s", "ss"), ("e", "a"), ("a", "e"), ("o", "a"), ("a", "o"), ("u", "o"), ("h", ""), ("b",
    "p"), ("d", "t"),
    ("g", "k"), ("m", "n"),
)  # fmt: skip


def misspelt(name: str, dice: random.Random) -> str:
    """The name with one or two letters misheard; never the name itself or an ordinary word."""
    for _ in range(50):
        heard = name.lower()
        for _ in range(dice.choice((1, 1, 2))):
            old, new = dice.choice(CHANGES)
            places = [found.start() for found in re.finditer(old, heard)]
            if places:
                at = dice.choice(places)
                heard = heard[:at] + new + heard[at + len(old) :]
        heard = heard.capitalize()
        if heard.lower() != name.lower():
            return heard
    return name + "e"


def draw(words: list, places: list, cast: list, dice: random.Random) -> tuple[list, dict]:
    """The words with names of `cast` planted in `places`; and what each misspelt one should be, by row."""
    rows, wrong = [dict(word) for word in words], {}
    for row in places:
        name = dice.choice(cast)
        before, _, behind = core(rows[row]["text"])
        heard = name
        if dice.random() < MISSPELT:
            heard, wrong[row] = misspelt(name, dice), name
            rows[row]["probability"] = dice.uniform(0.1, 0.7)
        else:
            rows[row]["probability"] = dice.uniform(0.5, 1.0)
        rows[row]["text"] = before + heard + behind
    return rows, wrong


def main() -> int:
    """Sweep the threshold and print."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").partition("\n")[0])
    parser.add_argument("transcripts", nargs="+", type=Path)
    parser.add_argument("--draws", type=int, default=30)
    arguments = parser.parse_args()
    model = correction_runner.load({}, "cpu")
    dice = random.Random(0)
    counts: dict[float, Counter] = {threshold: Counter() for threshold in (0.5, 0.6, 0.65, 0.7, 0.75, 0.8)}
    missed: Counter = Counter()
    for file in arguments.transcripts:
        heard = json.loads(file.read_text())
        case = next(case for case in RIGHT if f"-{case}-" in file.name)
        names = {part for one in RIGHT[case].split(",") if " " not in one for part in words_of(one)}
        places = [k for k, word in enumerate(heard["words"]) if core(word["text"])[1].lower() in names]
        languages = {row["id"]: row["language"] for row in heard["segments"]}
        for _ in range(arguments.draws):
            own, other = dice.sample(sorted(DECOYS), 2)
            cast = DECOYS[own].replace("@", "").split(",")
            spoken = [one.split()[0] for one in cast if len(one.split()[0]) > 3]
            rows, wrong = draw(heard["words"], places, spoken, dice)
            for kind, listed in (("right", DECOYS[own]), ("wrong", DECOYS[other])):
                people = [
                    {
                        "name": one.lstrip("@"), "kind": "place" if one[0] == "@" else "character",
                        "aliases": [],
                        "source": "cast", "order": k,
                    }
                    for k, one in enumerate(listed.split(","))
                ]  # fmt: skip
                known = terms.terms(glossary_runner.terms(people, "", "en"))
                film = corrections.Film(
                    rows, languages, known, correction_runner.tagger(model, rows, languages)
                )
                every = film.corrections(0.0)
                for threshold, count in counts.items():
                    found = [one for one in every if one.score >= threshold]
                    good = sum(wrong.get(one.first) == one.after for one in found)
                    count.update(
                        {f"{kind} good": good, f"{kind} bad": len(found) - good, f"{kind} all": len(wrong)}
                    )
                if kind == "right":
                    done = {one.first for one in every}
                    missed.update(
                        _why(rows[row], name, known) for row, name in wrong.items() if row not in done
                    )
    for threshold, count in counts.items():
        found = count["right good"] + count["right bad"]
        print(
            f"threshold {threshold:.2f}: precision {count['right good'] / max(1, found):.3f} recall "
            f"{count['right good'] / count['right all']:.3f}"
            f" ({count['right good']} of {count['right all']} misspelt names corrected, "
            f"{count['right bad']} wrongly);"
            f" with another film's cast {count['wrong good'] + count['wrong bad']} words changed"
        )
    print("missed:", dict(missed))
    return 0


def _why(word: dict, name: str, known: list) -> str:
    """What kept a misspelt name from being corrected."""
    term = next((term for term in known if term.text == name), None)
    text = core(word["text"])[1]
    heard = evidence.Heard(text, word["probability"], "capitalised", "en")
    if term is None:
        return "no term"
    if why := evidence.forbidden(heard, term, evidence.ordinary):
        return why
    return (
        "not alike enough"
        if evidence.close(heard, term) is None
        else "the film does not bear it out, or no name"
    )


if __name__ == "__main__":
    sys.exit(main())

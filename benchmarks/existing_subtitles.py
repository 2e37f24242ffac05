"""What subtitles beside a film change in its words: right ones, altered ones, and those of other films.

    .venv/bin/python benchmarks/existing_subtitles.py DATA OUT [CASE ...]

DATA holds a folder for each case, with movie.*, truth.json, truth.txt and truth.srt (and truth.en.srt, a
translation). Each film is transcribed once, and run with these files beside it, one at a time:

- right: its own subtitles; late: the same 2.3 s later;
- condensed: 15 % of the words left out, and 10 % others in their place, as people shorten what is said;
- in English: a translation;
- wrong words: other films' words, in cues with this film's times (the hardest to tell);
- other names: each word with a capital inside a sentence replaced by one that sounds alike;
- of CASE: another film's subtitles, with its times.

`errors` are the word errors (substituted, left out, put in) before and after; a wrong file may change none.
"""

from __future__ import annotations

import json
import random
import re
import subprocess
import sys
import unicodedata
from pathlib import Path

CASES = ("ted", "phone", "timit_dialogue", "fillets_cs", "hindi")
_CLOCK = re.compile(r"(\d+):(\d\d):(\d\d),(\d{3})")


def tokens(text):
    plain = unicodedata.normalize("NFKC", text).casefold().replace("\u2019", "'")
    return re.findall(r"[^\W_]+(?:'[^\W_]+)?", re.sub(r"\[[^\]]*\]", " ", plain))


def errors(truth, words):
    """Levenshtein's distance in words."""
    row = list(range(len(words) + 1))
    for k, one in enumerate(truth, 1):
        before, row[0] = row[0], k
        for n, other in enumerate(words, 1):
            before, row[n] = row[n], min(row[n] + 1, row[n - 1] + 1, before + (one != other))
    return row[-1]


def cues(path):
    """The cues of an SRT: the line of times, and the text."""
    blocks = re.split(r"\n\s*\n", path.read_text(encoding="utf-8-sig").strip())
    parts = [block.split("\n") for block in blocks]
    return [(lines[1], " ".join(lines[2:])) for lines in parts if len(lines) > 2]


def written(found):
    return "\n\n".join(f"{k}\n{times}\n{text}" for k, (times, text) in enumerate(found, 1)) + "\n"


def later(times, seconds):
    def moved(clock):
        h, m, s, ms = map(int, clock.groups())
        total = h * 3600_000 + m * 60_000 + s * 1000 + ms + round(seconds * 1000)
        return f"{total // 3600_000:02}:{total // 60_000 % 60:02}:{total // 1000 % 60:02},{total % 1000:03}"

    return _CLOCK.sub(moved, times)


def condensed(found):
    rng = random.Random(3)
    pool = [word for _, text in found for word in text.split()]
    result = []
    for times, text in found:
        kept = []
        for word in text.split():
            roll = rng.random()
            if roll >= 0.25:
                kept.append(word)
            elif roll < 0.1:
                kept.append(rng.choice(pool))
        result.append((times, " ".join(kept) or text))
    return result


def other_names(found):
    def changed(name):
        letters = "aeiou" if name[1].lower() in "aeiou" else "bdgkmnprst"
        new = letters[(letters.find(name[1].lower()) + 1) % len(letters)]
        return name[0] + new + name[2:-1] + ("e" if name[-1] != "e" else "a")

    result = []
    for times, text in found:
        words = text.split()
        for k in range(1, len(words)):
            if words[k][0].isupper() and len(words[k]) > 3 and words[k - 1][-1].isalpha():
                words[k] = changed(words[k])
        result.append((times, " ".join(words)))
    return result


def wrong_words(found, foreign):
    pool = [word for _, text in foreign for word in text.split()]
    result, at = [], 0
    for times, text in found:
        count = len(text.split())
        result.append((times, " ".join(pool[(at + k) % len(pool)] for k in range(count))))
        at += count
    return result


def variants(data, case):
    found = cues(data / case / "truth.srt")
    others = [other for other in CASES if other != case]
    yield "right", written(found)
    yield "late", written([(later(times, 2.3), text) for times, text in found])
    yield "condensed", written(condensed(found))
    if (data / case / "truth.en.srt").exists():
        yield "in English", (data / case / "truth.en.srt").read_text(encoding="utf-8-sig")
    yield "other names", written(other_names(found))
    yield "wrong words", written(wrong_words(found, cues(data / others[0] / "truth.srt")))
    for other in others:
        yield f"of {other}", (data / other / "truth.srt").read_text(encoding="utf-8-sig")


def ran(film, language):
    """The facts of the stage, and the text before and after it."""
    from ipc.artifacts import read
    from orchestrator.paths import home
    from orchestrator.storage.store import Store

    command = [
        ".venv/bin/orchestrator", "run", film, "--until", "existing_subtitles", "--language", language,
        "--force", "existing_subtitles",
    ]  # fmt: skip
    done = subprocess.run(list(map(str, command)), capture_output=True, text=True, check=False)
    if done.returncode:
        raise SystemExit(done.stdout[-2000:] + done.stderr[-2000:])
    store, texts, facts = Store(home() / "store"), [], {}
    for stage in ("asr", "existing_subtitles"):
        key, manifest = store.last(film, stage)
        facts = manifest.facts
        rows = read(store.find(key).path("segments"), "segments").rows()
        texts.append(" ".join(row["text"] for row in rows))
    return facts, *texts


def main():
    data, out = Path(sys.argv[1]).resolve(), Path(sys.argv[2]).resolve()
    for case in sys.argv[3:] or CASES:
        film = next((data / case).glob("movie.*"))
        language = json.loads((data / case / "truth.json").read_text())["language"]
        truth = tokens((data / case / "truth.txt").read_text())
        for what, text in variants(data, case):
            folder = out / case / what.replace(" ", "-")
            folder.mkdir(parents=True, exist_ok=True)
            copy = folder / film.name
            if not copy.exists():
                copy.symlink_to(film)
            tag = "en" if what == "in English" else language
            for old in folder.glob("*.srt"):
                old.unlink()
            (folder / f"{film.stem}.{tag}.srt").write_text(text, encoding="utf-8")
            facts, before, after = ran(copy, language)
            one = facts["sources"][0]
            print(
                f"{case:15} {what:20} {one['verdict']:8} {one['confidence']:.2f} "
                f"{'same language' if one['words'] else 'other':14} errors {errors(truth, tokens(before)):4} "
                f"-> {errors(truth, tokens(after)):4}  of {len(truth)}  "
                f"{'; '.join(facts['corrections'])[:150]}",
                flush=True,
            )


if __name__ == "__main__":
    main()

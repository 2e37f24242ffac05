"""Counts the requests and tokens that each `--translation-context` takes for an hour of film.

usage: .venv/bin/python benchmarks/endpoint_cost.py MOVIE.srt LANGUAGE [SPEAKERS.rttm]

The cues of MOVIE.srt are the dialogue, repeated until they last an hour. The stages run as processes against
a local stand-in that answers at once: a translation as long as its source, and of each part of the film a
summary of 600 characters with six terms and two forms of address; a proposal for every tenth line. So times
are those of the program alone, without a model. Tokens are counted by Whisper's multilingual vocabulary
(51,865 tokens), which is embedded; those of other models differ. Nothing here measures how good a translation
is.
"""

from __future__ import annotations

import json
import re
import subprocess
import sys
import tempfile
import time
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))

from ipc.artifacts import write
from stage_runners.proofreading.stage import PROOFREADING, TRANSLATION_REVIEW
from stage_runners.translation.stage import BRIEFING, TRANSLATORS
from tests.stage_runners.rows import said, segment
from tests.stage_runners.spec import run_stage
from tests.stage_runners.translation.chat_server import ChatServer
from tests.stage_runners.translation.test_stage import columns

ROOT = Path(__file__).resolve().parent.parent
HOUR = 3600.0


def cues(path):
    """(start, end, text) of an SRT."""
    found = []
    for block in re.split(r"\n\s*\n", path.read_text(encoding="utf-8-sig").strip()):
        times = re.search(r"(\d+):(\d+):(\d+)[,.](\d+) --> (\d+):(\d+):(\d+)[,.](\d+)", block)
        if times:
            h, m, s, ms, h2, m2, s2, ms2 = map(int, times.groups())
            text = " ".join(block[times.end() :].split())
            found.append((h * 3600 + m * 60 + s + ms / 1000, h2 * 3600 + m2 * 60 + s2 + ms2 / 1000, text))
    return [one for one in found if one[2]]


def voice_at(rttm, time_s):
    """Who speaks then."""
    for row in rttm:
        if row[0] <= time_s <= row[1]:
            return row[2]
    return None


def hour(spoken, rttm):
    """The dialogue repeated until it lasts an hour."""
    length = spoken[-1][1] + 4
    voices = [voice_at(rttm, (start + end) / 2) or "SPEAKER_00" for start, end, _ in spoken]
    found, at = [], 0.0
    while at < HOUR:
        found += [
            (start + at, end + at, text, who)
            for (start, end, text), who in zip(spoken, voices, strict=True)
            if end + at < HOUR
        ]
        at += length
    return found


def answer(lines, about):
    """What the stand-in says to a question with these lines."""
    if about == "proposals":
        row = {"before": "a word", "after": "another", "kind": "misheard", "reason": "it makes no sense here"}
        return {"proposals": [{"n": line["n"], **row} for line in lines[::10]]}
    if not about:
        return {"lines": [{"n": line["n"], "text": line["text"][::-1]} for line in lines]}
    words = [word.strip(".,?!") for line in lines for word in line["text"].split() if len(word) > 6]
    return {
        "summary": "They talk about what they see. " * 19,
        "terms": [
            {"source": w, "target": w, "kind": "term", "note": "the same each time"} for w in words[:6]
        ],
        "address": [
            {"speaker": lines[0].get("speaker", ""), "to": "everybody", "form": "du"},
            {"speaker": lines[-1].get("speaker", ""), "to": "everybody", "form": "du"},
        ],
    }


class StandIn(ChatServer):
    """Answers by what is asked."""

    def __init__(self):
        super().__init__(lambda lines: json.dumps(answer(lines, self.about)))
        self.about = False


def measured(stage, inputs, folder, server, **params):
    """Run a stage; returns its output folder, seconds, and the texts of its questions and answers."""
    first = len(server.asked)
    started = time.monotonic()
    asked = {"endpoint": server.endpoint, "translation_model": "stand-in", **params}
    done, out = run_stage(stage, inputs, folder, asked, "nlp")
    assert done.returncode == 0, done.stdout + done.stderr
    seconds = time.monotonic() - started
    bodies = [body for body, _ in server.asked[first:]]
    sent = ["\n".join(one["content"] for one in body["messages"]) for body in bodies]
    got = [
        json.dumps(answer(json.loads(body["messages"][1]["content"])["lines"], server.about))
        for body in bodies
    ]
    return out, seconds, sent, got


def main():
    spoken = cues(Path(sys.argv[1]))
    language = sys.argv[2]
    rttm = []
    if len(sys.argv) > 3:
        rows = [
            row.split() for row in Path(sys.argv[3]).read_text(encoding="utf-8").split("\n") if row.strip()
        ]
        rttm = [(float(r[3]), float(r[3]) + float(r[4]), r[7]) for r in rows]
    film = hour(spoken, rttm)
    folder = Path(tempfile.mkdtemp())
    words, segments = [], []
    for k, (start, end, text, who) in enumerate(film):
        own = said(text, start, speaker=who, segment=k)
        step = (end - start) / len(own)
        for n, word in enumerate(own):
            word.update(start=start + n * step, end=start + (n + 1) * step)
        words += own
        segments.append(segment(k, start, end, text, speaker=who, language=language))
    write(folder / "segments.parquet", "segments", columns(segments))
    write(folder / "words.parquet", "words", columns(words))
    inputs = {name: folder / f"{name}.parquet" for name in ("segments", "words")}
    server = StandIn()
    target = "en" if language != "en" else "de"
    rows = []
    for context in ("none", "lines", "scene", "film"):
        place = folder / context
        place.mkdir()
        seconds, sent, got, more = 0.0, [], [], {}
        if context == "film":
            server.about = True
            out, seconds, sent, got = measured(BRIEFING, inputs, place, server, target=target)
            more = {"terms": out / "terms.parquet"}
            rows.append(("briefing alone", seconds, sent, got))
            server.about = False
        _, took, asked, answered = measured(
            TRANSLATORS["endpoint"].stage, inputs | more, place, server, target=target, context=context
        )
        rows.append((context, seconds + took, sent + asked, got + answered))
    server.about = "proposals"
    rows.append(("--proofread", *measured(PROOFREADING, inputs, folder, server)[1:]))
    cue = {
        "index": range(1, len(film) + 1), "start": [c[0] for c in film], "end": [c[1] for c in film],
        "text": [c[2][::-1] for c in film], "speakers": [[c[3]] for c in film],
        "segments": [[k] for k in range(len(film))], "flags": [[] for _ in film],
    }  # fmt: skip
    write(folder / "cues.parquet", "cues", {k: list(v) for k, v in cue.items()}, {"language": target})
    shown = {**inputs, "cues": folder / "cues.parquet"}
    found = measured(TRANSLATION_REVIEW, shown, folder, server, target=target)
    rows.append(("--translation-review", *found[1:]))
    print(f"{len(film)} cues, {sum(len(text) for *_, text, _ in film)} characters in an hour")
    for name, seconds, sent, got in rows:
        tokens = [count(texts) for texts in (sent, got)]
        print(
            f"{name:<22}{len(sent):>5} requests{tokens[0]:>9} tokens sent{tokens[1]:>8} received"
            f"{seconds:>7.1f} s"
        )
    server.shutdown()


_COUNT = """
import json, sys
from tokenizers import Tokenizer
tokens = Tokenizer.from_file(sys.argv[1])
print(json.dumps([len(tokens.encode(text, add_special_tokens=False).ids) for text in json.load(sys.stdin)]))
"""


def count(texts):
    """The tokens of these texts together, counted in the environment that has the vocabulary's reader."""
    (vocabulary,) = ROOT.glob("envs/models/.venv/lib/python3*/site-packages/*base_part1/data/tokenizer.json")
    python = ROOT / "envs/whisperx/.venv/bin/python"
    done = subprocess.run(
        [python, "-c", _COUNT, vocabulary],
        input=json.dumps(texts),
        capture_output=True,
        text=True,
        check=True,
    )
    return sum(json.loads(done.stdout))


if __name__ == "__main__":
    main()

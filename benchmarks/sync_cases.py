"""The cases of `sync.py`; runs in the environment `nlp` and prints tables in Markdown."""

from __future__ import annotations

import json
import random
import subprocess
import sys
import time
import wave
from collections import defaultdict
from itertools import pairwise
from pathlib import Path

import numpy as np
from sync_changes import cut, moved, sdh, sloppy, with_ads
from sync_films import RATE, Cue, Film, cues_of, film_of, joined, later, turns_of

from stage_runners.sync import main as sync
from stage_runners.sync import subtitle_file, verdict
from stage_runners.sync.estimate import estimate
from stage_runners.sync.speech_text import spoken_of

NTSC = 24000 / 1001
RATIOS = {"24/23.976": 24 / NTSC, "25/23.976": 25 / NTSC, "25/24": 25 / 24}
FOR_RIVALS = {"right", "sloppy 0", "SDH", "+0.5", "-0.5", "+7.0", "-7.0", "25/24", "1/(25/23.976)",
              "24/23.976", "cut 1", "cut 4", "ads 1", "ads 4"}  # fmt: skip
"""The conditions that another program is measured in."""


def srt(cues: list[Cue]) -> bytes:
    def clock(seconds: float) -> str:
        ms = round(max(seconds, 0) * 1000)
        return f"{ms // 3600000:02}:{ms // 60000 % 60:02}:{ms // 1000 % 60:02},{ms % 1000:03}"

    return "".join(
        f"{k}\n{clock(cue.start)} --> {clock(cue.end)}\n{cue.text}\n\n" for k, cue in enumerate(cues, 1)
    ).encode()


def starts(data: bytes) -> list[float]:
    return [event.start.seconds for event in subtitle_file.read("x.srt", data).events]


def starts_of(data: bytes, cues: list[Cue]) -> list[float]:
    """When each cue starts in the file; infinity for one that is not in it any more."""
    events = list(subtitle_file.read("x.srt", data).events)
    if len(events) == len(cues):
        return [event.start.seconds for event in events]
    found = []
    for cue in cues:
        here = bool(events) and events[0].text == cue.text
        found.append(events.pop(0).start.seconds if here else np.inf)
    return found


def ours(film: Film, data: bytes, words: bool) -> tuple[bytes | None, str, float]:
    """The corrected file or None, the verdict, and the margin."""
    file = subtitle_file.read("x.srt", data)
    cues = spoken_of(file.events, file.format)
    found = estimate(cues, film.activity(), film.recognised() if words else ())
    decided = verdict.decide(found, cues)
    if decided.kind != "moved":
        return None, decided.kind, found.margin
    return file.with_times(sync.moved(file.events, decided.map)[0]), decided.kind, found.margin


def ffsubsync(film: Film, data: bytes, program: str) -> bytes | None:
    sound, given, made = Path("film.wav"), Path("given.srt"), Path("made.srt")
    with wave.open(str(sound), "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(RATE)
        out.writeframes(film.samples.tobytes())
    given.write_bytes(data)
    made.unlink(missing_ok=True)
    subprocess.run([program, str(sound), "-i", str(given), "-o", str(made)], capture_output=True, check=False)
    return made.read_bytes() if made.exists() else None


class Sources:
    """Every film with its cues, and films that were put together."""

    def __init__(self, films: dict) -> None:
        self.films = {name: film_of(entry) for name, entry in films.items()}
        folder = {name: Path(entry["folder"]) for name, entry in films.items()}
        cs, en = (cues_of(folder["fillets_cs"] / name) for name in ("truth.srt", "truth.en.srt"))
        timit, ted = (cues_of(folder[name] / "truth.srt") for name in ("timit_dialogue", "ted"))
        amis = [name for name in films if name.startswith("ami")]
        fillets, dialogue = self.films["fillets_cs"], self.films["timit_dialogue"]
        first, second = fillets.seconds, fillets.seconds + dialogue.seconds
        rest = [*later(timit, first), *later(ted, second)]
        long = joined(fillets, dialogue, self.films["ted"])
        meeting, turns, at = joined(*(self.films[name] for name in amis)), [], 0.0
        for name in amis:
            turns += later(sorted(turns_of(folder[name] / "truth.rttm")), at)
            at += self.films[name].seconds
        self.ads = [joined(self.films["ami_trn01"], self.films["ami_trn05"]), self.films["no_speech"],
                    joined(self.films["ami_trn03"], self.films["no_speech"])]  # fmt: skip
        self.cases = {
            "cartoon, 12 min": (fillets, cs, True),
            "cartoon, translated": (fillets, en, False),
            "scenes, 4 min": (dialogue, timit, True),
            "talk, 1 min": (self.films["ted"], ted, True),
            "telephone, 30 s": (self.films["phone"], cues_of(folder["phone"] / "truth.srt"), True),
            "broadcasts, 4 min": (self.films["hindi"], cues_of(folder["hindi"] / "truth.srt"), False),
            "meetings, 5 min": (meeting, turns, False),
            "three in one, 17 min": (long, [*cs, *rest], True),
            "three in one, translated": (long, [*en, *rest], False),
        }

    def conditions(self, name: str):
        """(group, what it is, film, cues) of a case."""
        film, cues, _ = self.cases[name]
        long = film.seconds > 400
        yield "right", "right", film, cues
        for seed in range(2):
            yield "right", f"sloppy {seed}", film, sloppy(cues, seed)
        yield "right", "SDH", film, sdh(cues, 1)
        for by in (0.3, 0.5, 7.0, 60.0):
            for sign in (1, -1):
                group = "shifted 0.3 s" if by == 0.3 else "shifted 0.5 to 60 s"
                yield group, f"{by * sign:+}", film, moved(cues, by * sign)
        yield "shifted 0.5 to 60 s", "sloppy +4", film, moved(sloppy(cues, 9), 4.0)
        yield "shifted 0.5 to 60 s", "SDH -3", film, moved(sdh(cues, 2), -3.0)
        for word, ratio in RATIOS.items():
            yield "stretched", word, film, moved(cues, 0, ratio)
            yield "stretched", f"1/({word})", film, moved(cues, 1.5, 1 / ratio)
        for ratio in (1.0006, 0.9995):
            yield "small drift", f"x{ratio}", film, moved(cues, 0, ratio)
        if long:
            for count in (1, 4):
                other, moved_cues = cut(film, cues, count, 60 if count < 3 else 35)
                yield "film cut", f"cut {count}", other, moved_cues
                other, moved_cues = with_ads(film, cues, count, self.ads)
                yield "advertisements", f"ads {count}", other, moved_cues
            other, moved_cues = cut(film, cues, 2, 45)
            yield "film cut", "cut 2, 25/24", other, moved(moved_cues, 2.0, 24 / 25)

    def wrong(self):
        """(what it is, film, cues) of subtitles that are of no part of the film."""
        parts = {"fillets_cs", "timit_dialogue", "ted"}
        of = {"cartoon, 12 min": {"fillets_cs"}, "cartoon, translated": {"fillets_cs"},
              "scenes, 4 min": {"timit_dialogue"}, "talk, 1 min": {"ted"}, "telephone, 30 s": {"phone"},
              "broadcasts, 4 min": {"hindi"}, "meetings, 5 min": {"ami"},
              "three in one, 17 min": parts, "three in one, translated": parts}  # fmt: skip
        for name, (film, _, _) in self.cases.items():
            for other, (_, cues, _) in self.cases.items():
                if not of[name] & of[other]:
                    yield f"{other} on {name}", film, cues
            _, cues, _ = self.cases[name]
            last = cues[-1].end
            yield (
                f"backwards on {name}",
                film,
                [Cue(last - c.end, last - c.start, c.text[::-1], None) for c in reversed(cues)],
            )
            rng = random.Random(5)
            gaps = [b.start - a.end for a, b in pairwise(cues)]
            lengths = [(c.end - c.start, c.text) for c in cues]
            rng.shuffle(gaps)
            rng.shuffle(lengths)
            at, mixed = cues[0].start, []
            for (length, text), gap in zip(lengths, [*gaps, 0.0], strict=True):
                mixed.append(Cue(at, at + length, text, None))
                at = max(at + length + gap, at + 0.05)
            yield f"mixed on {name}", film, mixed


def shares(cues: list[Cue], found: list[float]) -> tuple[float, float]:
    """The shares of cues within 100 and 300 ms of where they belong."""
    errors = np.array([abs(s - c.true) for c, s in zip(cues, found, strict=True) if c.true is not None])
    return float(np.mean(errors <= 0.1005)), float(np.mean(errors <= 0.3005))


def main() -> None:
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    sources, rows = Sources(request["films"]), []
    for name, (_, _, has_words) in sources.cases.items():
        if not any(word in name for word in request["only"].split(",")):
            continue
        for group, what, film, cues in sources.conditions(name):
            if len(cues) < len(sources.cases[name][1]) / 2:
                continue  # a short film's subtitles, of which nothing is left
            if request["rival"] and what not in FOR_RIVALS:
                continue
            if request["rival"]:
                ways = {"ffsubsync": lambda f, d: (ffsubsync(f, d, request["rival"]), "", 0.0)}
            else:
                ways = {"speech": lambda f, d: ours(f, d, words=False)}
                if has_words:
                    ways["speech and words"] = lambda f, d: ours(f, d, words=True)
            for way, function in ways.items():
                rows.append(measured(name, group, what, way, film, cues, function))
    only = request["only"].split(",")
    for what, film, cues in sources.wrong():
        if not any(what.endswith(name) for name in sources.cases if any(w in name for w in only)):
            continue
        ways = [False, True] if film.words else [False]
        for words in ways if not request["rival"] else [False]:
            data = srt(cues)
            if request["rival"]:
                made, kind, margin = ffsubsync(film, data, request["rival"]), "", 0.0
                kind = "moved" if made and starts(made) != starts(data) else "right"
            else:
                made, kind, margin = ours(film, data, words)
            rows.append({"case": what, "group": "wrong", "what": what, "way": "words" if words else "speech",
                         "verdict": kind, "margin": margin})  # fmt: skip
            print(f"{'wrong ' + what:50} {kind:8} {margin:8.1f}", file=sys.stderr, flush=True)
    if request["json"]:
        Path(request["json"]).write_text(json.dumps(rows))
    tables(rows)


def measured(name, group, what, way, film, cues, function):
    data = srt(cues)
    begin = time.process_time()
    made, kind, margin = function(film, data)
    before, after = shares(cues, starts(data)), shares(cues, starts_of(made or data, cues))
    row = {"case": name, "group": group, "what": what, "way": way, "verdict": kind, "margin": margin,
           "written": made is not None and made != data, "before": before, "after": after,
           "cpu": time.process_time() - begin, "words": "words" in way}  # fmt: skip
    text = " ".join(f"{share:.2f}" for share in (*before, *after))
    print(f"{name:26} {what:14} {way:18} {kind:8} {margin:8.1f} {text}", file=sys.stderr, flush=True)
    return row


def tables(rows) -> None:
    """Two tables in Markdown: what became of each group, and of each film."""
    told = [row for row in rows if row["group"] != "wrong"]
    for key in ("group", "case"):
        print(f"\n| {key} | files | written | within 100 ms | after | within 300 ms | after | made worse |")
        print("|---|---:|---:|---:|---:|---:|---:|---:|")
        groups = defaultdict(list)
        for row in told:
            groups[row["way"], row[key]].append(row)
        for (way, value), some in sorted(groups.items()):
            mean = [np.mean([row[when][k] for row in some]) for k in (0, 1) for when in ("before", "after")]
            worse = sum(row["after"][1] < row["before"][1] - 0.005 for row in some)
            cells = " | ".join(f"{share:.0%}" for share in mean)
            print(f"| {value}, {way} | {len(some)} | {sum(r['written'] for r in some)} | {cells} | {worse} |")
    wrong = [row for row in rows if row["group"] == "wrong"]
    written = sum(row["verdict"] == "moved" for row in wrong)
    print(f"\nof another film, or nonsense: {len(wrong)} files, {written} written; the largest margin "
          f"{max((row['margin'] for row in wrong), default=0):.1f}")  # fmt: skip
    sure = sorted(row["margin"] for row in told if row["group"] == "right" or row["written"])
    print(f"margins of right fits: smallest {sure[:8]}" if sure else "")


if __name__ == "__main__":
    main()

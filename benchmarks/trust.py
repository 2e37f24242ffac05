"""Measures hallucinated text and missed speech, and how well the stage `asr` handles them.

usage: PYTHONPATH=. envs/whisperx/.venv/bin/python benchmarks/trust.py MODEL HOME DATA TEST [SOUND|CASE ...]

MODEL is a folder with a CTranslate2 Whisper model, HOME the orchestrator's home with runs of films
DATA/<case>/movie.*, whose audio and speech regions are read from its store. SOUND are recordings without
speech; `films` and `blank` take cases instead. TEST is

films   each case unchanged: word (or character) errors before and after the check, coverage, time
splice  14 s of each SOUND, marked as speech, in every film of 30 to 60 s: hallucinated and dropped lines
raw     each SOUND alone, marked as speech, without the rule for silent windows and without a limit
blank   every fourth line of each case removed: how much of its text is recovered
"""

from __future__ import annotations

import json
import sys
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

from ipc.artifacts import open_audio, read
from stage_runners.asr import hallucination, languages, passes, segments
from stage_runners.asr.evidence import VERDICTS
from stage_runners.asr.second_pass import SecondLooks, came_again
from stage_runners.asr.segments import Line, Span
from stage_runners.recognition import windows
from stage_runners.recognition.recognizer import Settings, Sound
from stage_runners.subtitles.coverage import shares
from stage_runners.text.plain import plain
from stage_runners.whisper import decode, engine
from stage_runners.whisper.sizes import WINDOW
from stage_runners.whisper.thresholds import Decoding

RATE = 16000
SPLICED = 14.0
LENGTHS = (29.0, 8.0)
"""Lengths of windows, in seconds, in which all of a sound counts as speech."""
ALL = 1000
"""Factor on the number of windows, so that the second pass has no limit."""
SPACELESS = {"ja", "zh", "th"}


class Film(NamedTuple):
    """A case: its audio, its speech, and its true text where that is known."""

    name: str
    audio: Sound
    speech: list[Span]
    truth: str


def films(home: Path, data: Path) -> Iterator[Film]:
    """The cases that the newest runs in `home` read, in order of their names."""
    found: dict[str, Film] = {}
    for run in sorted(home.glob("runs/*/run.json")):
        for film in json.loads(run.read_text())["films"]:
            keys = {stage["stage"]: stage["key"] for stage in film["stages"]}
            folder = Path(film["path"]).parent
            places = [
                home / "store" / "results" / keys[stage][:2] / keys[stage]
                for stage in ("demux", "pyannote_vad")
            ]
            if folder.parent != data or not (places[1] / "speech.parquet").is_file():
                continue
            truth = folder / "truth.txt"
            rows = read(places[1] / "speech.parquet", "regions").rows()
            found[folder.name] = Film(
                folder.name,
                Sound(open_audio(next(places[0].glob("audio*"))).samples, RATE),
                [Span(row["start"], row["end"]) for row in rows],
                truth.read_text() if truth.is_file() else "",
            )
    return iter([found[name] for name in sorted(found)])


class Bench:
    """A model, and what it makes of sounds."""

    def __init__(self, folder: str) -> None:
        self.whisper = engine.load({"_model": {"id": folder, "path": folder}, "_threads": 0}, "cpu")
        self.settings = cache(lambda code: Settings(language=code))

    def lines(self, audio: Sound, regions: Sequence[Span]) -> tuple[list[Line], str, int]:
        """The transcripts of the regions as in the stage, the film's language, and the number of windows."""
        chunks = windows.pack(regions, audio.samples, RATE, WINDOW)
        if not chunks:
            return [], "und", 0
        found = languages.detect(self.whisper, audio, chunks)
        film = passes.Film(
            recognizer=self.whisper, sound=audio, settings=self.settings, batch_size=8, limit=WINDOW,
            encoded=found.encoded
        )  # fmt: skip
        return segments.lines(passes.read(film, chunks, found.language), 0.0), found.language, len(chunks)

    def review(
        self, audio: Sound, lines: Sequence[Line], speech: Sequence[Span], language: str, count: int
    ) -> hallucination.Reviewed:
        """As the stage does it."""
        looks = SecondLooks(self.whisper, audio, self.settings, count, 8)
        return hallucination.reviewed(lines, speech, looks, language, 0.0)


def main() -> None:
    """Run the test that was asked for."""
    folder, home, data, test, *named = sys.argv[1:]
    bench, cases = Bench(folder), films(Path(home), Path(data))
    chosen = (film for film in cases if not named or film.name in named)
    match test:
        case "films":
            whole(bench, chosen)
        case "splice":
            spliced(
                bench,
                [film for film in cases if 24 < film.audio.seconds < 70 and len(film.speech) > 2],
                named,
            )
        case "raw":
            raw(bench, named)
        case "blank":
            blanked(bench, chosen)
        case _:
            raise SystemExit(__doc__)


def whole(bench: Bench, cases: Iterator[Film]) -> None:
    """A line a case, before and after."""
    print(
        f"{'case':16} {'errors':>13} {'coverage':>13} {'unsupported':>13}  drop flag rec empty  looks "
        "(missed)  seconds"
    )
    for film in cases:
        started = time.monotonic()
        lines, language, windows = bench.lines(film.audio, film.speech)
        decoded = time.monotonic()
        done = bench.review(film.audio, lines, film.speech, language, windows)
        ended = time.monotonic()
        before, after = (_figures(film, own, language) for own in (lines, done.lines))
        told = Counter(doubt.verdict for doubt in done.doubts)
        pairs = "  ".join(f"{a:5.3f}-{b:5.3f}" for a, b in zip(before, after, strict=True))
        print(
            f"{film.name:16}  {pairs}   "
            + " ".join(f"{told[verdict]:4}" for verdict in VERDICTS)
            + f"  {done.looks:5} ({done.missed})  {decoded - started:6.1f} + {ended - decoded:.1f}",
            flush=True,
        )
        for doubt in done.doubts:
            if doubt.verdict != "empty":
                print(
                    f"    {doubt.span.start:7.1f} {doubt.verdict:9} {doubt.score:.2f} {doubt.text!r}: "
                    f"{'; '.join(doubt.reasons)}"
                )


def _figures(film: Film, lines: Sequence[Line], language: str) -> tuple[float, float, float]:
    shown = [Span(word.start - 0.2, word.end + 0.2) for line in lines for word in line.words]
    coverage, unsupported = shares(shown, film.speech)
    return _errors(film.truth, " ".join(line.text for line in lines), language), coverage, unsupported


def _errors(truth: str, text: str, language: str) -> float:
    """Word error rate, of characters where words are not parted by blanks; not a number without a truth."""
    if not truth:
        return float("nan")
    cut = (lambda t: list(plain(t))) if language in SPACELESS else _words
    a, b = cut(truth), cut(text)
    row = np.arange(len(b) + 1)
    for k, one in enumerate(a, 1):
        other = np.array([one != word for word in b], int)
        new = np.concatenate([[k], np.minimum(row[1:] + 1, row[:-1] + other)])
        row = np.minimum.accumulate(new - np.arange(len(new))) + np.arange(len(new))
    return float(row[-1]) / max(1, len(a))


def _words(text: str) -> list[str]:
    folded = text.casefold().replace("\u2019", "'")
    return "".join(char if char.isalnum() or char == "'" else " " for char in folded).split()


def spliced(bench: Bench, cases: Sequence[Film], sounds: Sequence[str]) -> None:
    """Invented lines within films; `blind`: the sound is also what the detectors take for speech."""
    counts: Counter[tuple[bool, str]] = Counter()
    for number, film in enumerate(cases):
        inside = [(a.end + b.start) / 2 for a, b in zip(film.speech, film.speech[1:], strict=False)]
        at = min(inside or [film.speech[0].start / 2], key=lambda place: abs(place - 9))
        sound = np.resize(_sound(sounds[number % len(sounds)]), round(SPLICED * RATE))
        first = round(at * RATE)
        audio = Sound(np.concatenate([film.audio.samples[:first], sound, film.audio.samples[first:]]))
        speech = [
            span if span.start < at else Span(span.start + SPLICED, span.end + SPLICED)
            for span in film.speech
        ]
        forced = sorted([*speech, Span(at + 0.2, at + SPLICED - 0.2)])
        lines, language, windows = bench.lines(audio, forced)
        place = Span(at - 0.3, at + SPLICED + 0.3)
        invented = [line for line in lines if place.shared(line.span) >= 0.99 * line.span.seconds]
        for blind in (False, True):
            done = bench.review(audio, lines, forced if blind else speech, language, windows)
            _count(
                counts,
                lines,
                invented,
                done,
                f"{film.name} + {Path(sounds[number % len(sounds)]).stem}",
                blind,
            )
    _tell(counts)


def raw(bench: Bench, sounds: Sequence[str]) -> None:
    """All hallucinations over sounds, in windows of two lengths, without the rule for silent windows."""
    decode.DECODING = Decoding(silent=())
    counts: Counter[tuple[bool, str]] = Counter()
    for name in sounds:
        audio = Sound(_sound(name)[: 60 * RATE])
        for length in LENGTHS:
            # gaps of six seconds keep the windows apart
            starts = np.arange(0.0, max(1.0, audio.seconds - length / 2), length + 6)
            regions = [Span(float(s), float(min(s + length, audio.seconds))) for s in starts]
            lines, language, windows = bench.lines(audio, regions)
            done = bench.review(audio, lines, regions, language, ALL * windows)
            _count(counts, lines, lines, done, f"{Path(name).stem} {length:.0f}", True)
    _tell(counts)


def _sound(name: str) -> Any:
    from faster_whisper import decode_audio

    return (decode_audio(name) * 32767).astype(np.int16)


def _count(
    counts: Counter[tuple[bool, str]],
    lines: Sequence[Line],
    invented: Sequence[Line],
    done: Any,
    name: str,
    blind: bool,
) -> None:
    for doubt in done.doubts:
        if doubt.verdict in ("dropped", "flagged"):
            fake = any(doubt.text == line.text and doubt.span == line.span for line in invented)
            counts[fake, doubt.verdict] += 1
            print(
                f"  {name} {'blind' if blind else ''} {'INVENTED' if fake else 'real'} {doubt.verdict} "
                f"{doubt.score:.2f} {doubt.text!r}: {'; '.join(doubt.reasons)}"
            )
        elif doubt.verdict == "recovered":
            counts[True, "recovered"] += 1
            print(f"  {name} {'blind' if blind else ''} recovered {doubt.text!r}: {'; '.join(doubt.reasons)}")
    kept = [line for line in invented if not any(d.span == line.span for d in done.doubts)]
    for line in kept:
        print(
            f"  {name} {'blind' if blind else ''} INVENTED kept {line.text!r} {line.read.avg_logprob:.2f} "
            f"{line.read.no_speech_prob:.2f} {line.probability:.2f}"
        )
    counts[True, "all"] += len(invented)
    counts[False, "all"] += len(lines) - len(invented)
    print(
        f"{name}{' blind' if blind else ''}: {len(lines)} lines, {len(invented)} invented, {done.looks} "
        f"looks, {done.missed} missed",
        flush=True,
    )


def _tell(counts: Counter[tuple[bool, str]]) -> None:
    for verdicts in (("dropped",), ("dropped", "flagged")):
        right = sum(counts[True, verdict] for verdict in verdicts)
        wrong = sum(counts[False, verdict] for verdict in verdicts)
        print(
            f"{' or '.join(verdicts)}: precision {right / max(1, right + wrong):.3f}, recall "
            f"{right / max(1, counts[True, 'all']):.3f} "
            f"({right} of {counts[True, 'all']} invented, {wrong} of {counts[False, 'all']} real)"
        )


def blanked(bench: Bench, cases: Iterator[Film]) -> None:
    """Every fourth line taken away, so that its speech has no text, with as many looks as that takes."""
    total = back = 0.0
    for film in cases:
        lines, language, windows = bench.lines(film.audio, film.speech)
        gone = [line for k, line in enumerate(lines) if k % 4 == 1 and line.span.seconds >= 1.2]
        done = bench.review(
            film.audio, [line for line in lines if line not in gone], film.speech, language, ALL * windows
        )
        new = [doubt for doubt in done.doubts if doubt.verdict == "recovered"]
        for line in gone:
            near = " ".join(doubt.text for doubt in new if doubt.span.shared(line.span) > 0)
            share = came_again(line.text, near)
            total, back = total + line.span.seconds, back + share * line.span.seconds
            print(f"  {film.name} {line.span.start:.1f} {share:.2f} {line.text!r} -> {near!r}")
        strange = [doubt for doubt in new if not any(doubt.span.shared(line.span) > 0 for line in gone)]
        print(
            f"{film.name}: {len(gone)} blanked, {len(new)} recovered, {len(strange)} of them elsewhere: "
            f"{[d.text for d in strange]}",
            flush=True,
        )
    print(f"{back / max(total, 1e-9):.3f} of {total:.0f} s came back")


if __name__ == "__main__":
    main()

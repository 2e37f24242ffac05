"""Speech whose times are known: hand-made ones, recorded lines placed on a clock, a synthesiser's own."""

from __future__ import annotations

import csv
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from pathlib import Path
from typing import Any, NamedTuple

import numpy as np

RATE = 16000
PAUSE = 0.2
"""Seconds of silence that make a pause."""
_TIGHT, _APART, _IN_A_GROUP = 0.05, 0.7, 3
"""Seconds between lines of a group, and between groups; lines of a group."""
_ECHO = 20.0
"""Decibels under the loudest at which a recorded line is cut: its last sound, or the echo of that."""
_NOISE = 20
"""Standard deviation of the noise under composed speech (-64 dB): no recording has digital silence."""
_DIALOGUE = re.compile(
    r'dialogId\("([^"]+)", *"[^"]*", *"((?:[^"\\]|\\.)*)"\)(?:\s*dialogStr\("((?:[^"\\]|\\.)*)"\))?'
)
"""A line's name, its English text, and that in another language."""


class Said(NamedTuple):
    """A word; its true start and end in seconds, None if unknown."""

    text: str
    start: float | None
    end: float | None


@dataclass(frozen=True)
class Line:
    """Words without a pause, and the seconds that they take."""

    words: tuple[Said, ...]
    start: float
    end: float


@dataclass(frozen=True)
class Speech:
    """A recording (int16 of shape (n,)) in one language, and what is said in it; `spaced` is whether its
    words are written with spaces."""

    name: str
    language: str
    samples: Any
    lines: Sequence[Line]
    spaced: bool = True


def bare(text: str) -> str:
    """Only letters and digits."""
    return "".join(char for char in text.lower() if char.isalnum())


def decoded(path: Path) -> Any:
    """The first sound of a file, as int16."""
    from faster_whisper import decode_audio

    return (decode_audio(str(path), RATE) * 32767).astype(np.int16)


def hand_made(film: Path, language: str, shift: float) -> Speech:
    """A film with words.csv (start,end,word) and truth.txt (the text, with punctuation) beside it.

    `shift` is how many seconds later the film's sound is.
    """
    with (film.parent / "words.csv").open(encoding="utf-8") as file:
        rows = [(float(row["start"]), float(row["end"]), row["word"]) for row in csv.DictReader(file)]
    texts = written((film.parent / "truth.txt").read_text(encoding="utf-8").split(), [row[2] for row in rows])
    words = [
        Said(text, start + shift, end + shift) for text, (start, end, _) in zip(texts, rows, strict=True)
    ]
    return Speech(film.parent.name, language, decoded(film), lines_of(words))


def cut(speech: Speech) -> Speech:
    """The lines of a recording, placed on a clock as `recorded_lines` are: it shows what that changes."""
    clips = []
    for line in speech.lines:
        first, last = round(line.start * RATE), round(line.end * RATE)
        said = tuple(
            Said(w.text, (w.start or 0.0) - line.start, (w.end or 0.0) - line.start) for w in line.words
        )
        clips.append((speech.samples[first:last], said))
    return composed(f"{speech.name}, cut", speech.language, clips)


def written(text: Sequence[str], words: Sequence[str]) -> list[str]:
    """`words` as `text` writes them, with punctuation; those that it joins (`semi-heights`) stay."""
    result = list(words)
    match = SequenceMatcher(None, [bare(one) for one in text], [bare(one) for one in words], autojunk=False)
    for block in match.get_matching_blocks():
        result[block.b : block.b + block.size] = text[block.a : block.a + block.size]
    return result


def lines_of(words: Sequence[Said]) -> list[Line]:
    """Words with known times, divided at pauses."""
    groups: list[list[Said]] = []
    for word in words:
        assert word.start is not None
        assert word.end is not None
        if not groups or word.start - (groups[-1][-1].end or 0.0) >= PAUSE:
            groups.append([])
        groups[-1].append(word)
    return [Line(tuple(g), g[0].start or 0.0, max(word.end or 0.0 for word in g)) for g in groups]


def sounding(clip: Any, below: float, end_below: float | None = None) -> tuple[int, int]:
    """The samples from the first to the last 5 ms that are at most `below` decibels under the loudest.

    `end_below` is another limit for the end.
    """
    step = RATE // 200
    frames = clip[: len(clip) // step * step].astype(np.float64).reshape(-1, step)
    level = np.sqrt((frames**2).mean(axis=1))
    first, last = (
        np.flatnonzero(level >= level.max() * 10 ** (-limit / 20))[at]
        for limit, at in ((below, 0), (below if end_below is None else end_below, -1))
    )
    return int(first) * step, int(last + 1) * step


def recorded_lines(data: Path, sounds: Path, language: str, count: int, below: float = 35.0) -> Speech:
    """Lines of the game Fish Fillets, placed on a clock, with the start of the first word of each.

    They have an echo of half a second, so nobody knows where they end; it is cut off, so that some lines
    follow each other without a pause. `data` and `sounds` are the unpacked Debian packages fillets-ng-data
    and its sounds of a language.
    """
    place = "usr/share/games/fillets-ng"
    found = []
    for level, name, text in dialogues(data, language):
        clip = sounds / place / "sound" / level / language / f"{name}.ogg"
        if clip.is_file() and 3 <= len(text.split()) <= 14 and not re.search(r"\d|\.\.|-", text):
            found.append((text, clip))
    clips = []
    for text, clip in random.Random(1).sample(found, min(len(found), 4 * count)):
        samples = decoded(clip)
        if len(samples) < 1.0 * RATE or len(samples) > 8 * RATE:
            continue
        first, last = sounding(samples, below, _ECHO)
        words = text.split()
        said = [Said(word, None, None) for word in words]
        said[0] = said[0]._replace(start=0.0)
        clips.append((samples[first:last], tuple(said)))
        if len(clips) == count:
            break
    return composed(f"fillets, {below:.0f} dB", language, clips)


def dialogues(data: Path, language: str) -> Iterator[tuple[str, str, str]]:
    """(level, name, text) of the game's lines, in order."""
    for file in sorted((data / "usr/share/games/fillets-ng/script").glob(f"*/dialogs_{language}.lua")):
        for name, english, other in _DIALOGUE.findall(file.read_text(encoding="utf-8", errors="replace")):
            if text := english if language == "en" else other:
                yield file.parent.name, name, " ".join(text.split())


def composed(
    name: str, language: str, clips: Iterable[tuple[Any, tuple[Said, ...]]], *, spaced: bool = True
) -> Speech:
    """Clips placed on a clock in groups, with noise below them."""
    parts, lines, clock = [np.zeros(RATE, np.int16)], [], RATE
    for number, (samples, said) in enumerate(clips):
        at = clock / RATE
        moved = tuple(
            Said(w.text, None if w.start is None else at + w.start, None if w.end is None else at + w.end)
            for w in said
        )
        lines.append(Line(moved, at, at + len(samples) / RATE))
        gap = round((_TIGHT if (number + 1) % _IN_A_GROUP else _APART) * RATE)
        parts += [samples, np.zeros(gap, np.int16)]
        clock += len(samples) + gap
    samples = np.concatenate(parts).astype(np.float64)
    samples += np.random.default_rng(1).normal(0, _NOISE, len(samples))
    return Speech(name, language, np.clip(samples, -32768, 32767).astype(np.int16), lines, spaced)

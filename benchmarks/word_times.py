"""Measures the word times of each aligner against known ones. The text is given, so only times are judged.

    PYTHONPATH=. envs/whisperx/.venv/bin/python benchmarks/word_times.py --model FOLDER[:NAME] \
        hand:LANGUAGE:FILM[:SHIFT]  lines:LANGUAGE:DATA:SOUNDS[:COUNT]  espeak:LANGUAGE:VOICE:DATA[:COUNT]

FOLDER is a Whisper model in CTranslate2's layout; NAME (`base`) tells its known bias. `hand` is a film with
words.csv and truth.txt beside it; SHIFT is how many seconds late its sound is (an encoder's priming). `lines`
are recorded lines of the game Fish Fillets (the unpacked Debian packages fillets-ng-data and
fillets-ng-data-cs or -nl), of which the first word's start and the last one's end are known. `espeak` is the
game's text in LANGUAGE, said by espeak-ng's VOICE; `espeak-apart` says it word by word.

`--align-model FOLDER` also measures a wav2vec2 model. Errors are found minus true, in ms: the median of the
signed error, and median and 90th percentile of its size.
"""

from __future__ import annotations

import argparse
import random
import re
from collections.abc import Iterable, Iterator, Sequence
from pathlib import Path
from typing import Any

import numpy as np
from known_times import PAUSE, RATE, Line, Speech, bare, composed, cut, dialogues, hand_made, recorded_lines

from ipc.artifacts import Audio
from stage_runners.alignment import leading_silence, pieces
from stage_runners.alignment.aligner import Word
from stage_runners.alignment.aligners import ALIGNERS
from stage_runners.asr import words as asr_words
from stage_runners.recognition import windows as packed
from stage_runners.recognition.recognizer import Sound, Transcript
from stage_runners.recognition.windows import Chunk
from stage_runners.whisper import decode, engine
from stage_runners.whisper.model import tokenizer_of
from stage_runners.whisper.sizes import WINDOW

UNSPACED = {"zh", "ja"}
_WITHIN, _JOINED, _PAUSED = "start within a line", "of a line without a pause", "of a line after a pause"
_ENDS, _LAST = "end within a line", "of a line"
_CLASSES = (_WITHIN, _JOINED, _PAUSED, _ENDS, _LAST)


def main() -> None:
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--model", required=True, metavar="FOLDER[:NAME]")
    parser.add_argument("--align-model", metavar="FOLDER")
    parser.add_argument(
        "--below", type=float, default=35.0, help="decibels under the loudest that end a line"
    )
    parser.add_argument("speech", nargs="+")
    arguments = parser.parse_args()
    folder, _, name = arguments.model.partition(":")
    whisper = engine.load({"_model": {"id": name or folder, "path": folder}, "_threads": 1}, "cpu")
    print(
        "| speech | language | times of | " + " | ".join(f"{one}: n, bias, median, p90" for one in _CLASSES)
    )
    print("|---" * (3 + len(_CLASSES)) + "|")
    for item in arguments.speech:
        speech = _speech(item, arguments.below)
        known = read(whisper, speech)
        rough = attention(known)
        _row(speech, f"{name or 'Whisper'}, raw", rough)
        if whisper.time_bias:
            rough = attention(read(whisper, speech, after_mark=True), whisper.time_bias)
            _row(speech, f"{name}, less its bias", rough)
        _row(speech, "attention, past silence", past_silence(speech, rough))
        for method, model in _aligners(speech.language, arguments.align_model):
            _row(speech, method, aligned(method, model, speech, rough))


def _speech(item: str, below: float) -> Speech:
    kind, language, *rest = item.split(":")
    if kind in {"hand", "cut"}:
        speech = hand_made(Path(rest[0]), language, float(rest[1]) if len(rest) > 1 else 0.0)
        return speech if kind == "hand" else cut(speech)
    if kind == "lines":
        count = int(rest[2]) if len(rest) > 2 else 120
        return recorded_lines(Path(rest[0]), Path(rest[1]), language, count, below)
    import espeak_speech

    espeak, spaced = espeak_speech.Espeak(rest[0]), language not in UNSPACED
    texts = sentences(rest[1], language, int(rest[2]) if len(rest) > 2 else 90)
    if kind == "espeak-apart":
        clips = [espeak_speech.apart(espeak, text) for text in texts]
    else:
        made = (espeak_speech.sentence(espeak, text, spaced=spaced) for text in texts)
        clips = [clip for clip in made if clip is not None]
    return composed(f"{kind} {rest[0]}, {len(clips)}", language, clips, spaced=spaced)


def sentences(place: str, language: str, count: int) -> list[str]:
    """Sentences of 4 to 14 words from the game, or the lines of a text file."""
    if Path(place).is_file():
        return Path(place).read_text(encoding="utf-8").split("\n")[:count]
    texts = dict.fromkeys(text for *_, text in dialogues(Path(place), language))
    fit = [
        text
        for text in texts
        if 4 <= len(text.split()) <= 14 and not re.search(r"[^\w\s,.?!'’]|\d|\.\.", text)  # noqa: RUF001
    ]
    return random.Random(1).sample(fit, min(len(fit), count))


def read(whisper: Any, speech: Speech, *, after_mark: bool = False) -> list[Transcript]:
    """The known text of each window, aligned by Whisper's cross-attention; without its delay `after_mark`."""
    model, sound = whisper._model, Sound(speech.samples, RATE)
    late = whisper.after_mark if after_mark else 0.0
    options = decode.Options(tokenizer=tokenizer_of(model, speech.language), after_mark=late)
    space = " " if speech.spaced else ""
    result = []
    for chunk, lines in windows(speech):
        text = space.join(word.text for line in lines for word in line.words)
        tokens = options.tokenizer.encode(space + text)
        known = Transcript(chunk=chunk, text=text, language=speech.language, tokens=tokens)
        result += decode.align(model, decode.encode(model, sound, [chunk]), [known], options)
    return result


def attention(known: Sequence[Transcript], bias: float = 0.0) -> list[asr_words.Word]:
    """The words, as the stage `asr` makes them."""
    return [word for one in known for word in asr_words.words(one.words, one.chunk, bias, one.language)]


def windows(speech: Speech) -> Iterator[tuple[Chunk, list[Line]]]:
    """The windows of the stage `asr`, cut at pauses, and their lines."""
    regions: list[tuple[float, float]] = []
    for line in speech.lines:
        if regions and line.start - regions[-1][1] < PAUSE:
            regions[-1] = (regions[-1][0], line.end)
        else:
            regions.append((line.start, line.end))
    for chunk in packed.pack(regions, speech.samples, RATE, WINDOW):
        yield chunk, [line for line in speech.lines if chunk.start <= line.start < chunk.end]


def _aligners(language: str, folder: str | None) -> Iterator[tuple[str, dict[str, str]]]:
    for name, module in ALIGNERS.items():
        if module.LANGUAGES is not None and language in module.LANGUAGES and not module.missing():
            yield name, {}
    if folder:
        yield "wav2vec2", {"id": folder, "path": folder}


def past_silence(speech: Speech, rough: Sequence[asr_words.Word]) -> list[asr_words.Word]:
    """The words' times in a language without an aligner, as the stage `alignment` leaves them."""
    audio = Audio(speech.samples, RATE, "")
    moved = [leading_silence.passed(audio, pieces.Span(word.start, word.end)) for word in rough]
    return [word._replace(start=one.start) for word, one in zip(rough, moved, strict=True)]


def aligned(
    method: str, model: dict[str, str], speech: Speech, rough: Sequence[asr_words.Word]
) -> list[asr_words.Word]:
    """The words' times by an aligner, as the stage `alignment` makes them."""
    aligner = ALIGNERS[method].load({"_model": model, "_threads": 1}, "cpu")
    texts = [Word(word.text, word.space, word.start, word.end) for word in rough]
    spans = [pieces.Span(word.start, word.end) for word in rough]
    found: list[Any] = [None] * len(rough)
    audio = Audio(speech.samples, RATE, "")
    for piece in pieces.pieces(spans, audio.seconds):
        own = texts[piece.first : piece.last]
        found[piece.first : piece.last] = aligner.align(audio, piece, own, speech.language)
    placed = pieces.place(spans, found, [method] * len(rough), ["attention"] * len(rough))
    return [word._replace(start=one.start, end=one.end) for word, one in zip(rough, placed, strict=True)]


def errors(speech: Speech, found: Iterable[asr_words.Word]) -> dict[str, list[float]]:
    """Found minus true, in ms, by where in its line a word is, and what is before the line.

    A word that the recogniser's tokens divide otherwise is left out.
    """
    places, at = {}, 0
    for word in found:
        places[at, at + len(bare(word.text))] = word
        at += len(bare(word.text))
    result: dict[str, list[float]] = {name: [] for name in _CLASSES}
    at = 0
    for number, line in enumerate(speech.lines):
        before = line.start - speech.lines[number - 1].end if number else PAUSE
        for index, true in enumerate(line.words):
            ours = places.get((at, at + len(bare(true.text))))
            at += len(bare(true.text))
            if ours is None:
                continue
            if true.start is not None:
                kind = _WITHIN if index else _PAUSED if before >= PAUSE else _JOINED
                result[kind].append((ours.start - true.start) * 1000)
            if true.end is not None:
                kind = _LAST if index == len(line.words) - 1 else _ENDS
                result[kind].append((ours.end - true.end) * 1000)
    return result


def _row(speech: Speech, method: str, found: Iterable[asr_words.Word]) -> None:
    cells = []
    for values in errors(speech, found).values():
        size = np.abs(values)
        cells.append(
            f"{len(values)} {np.median(values):+.0f} {np.median(size):.0f} {np.percentile(size, 90):.0f}"
            if values
            else "-"
        )
    print(f"| {speech.name} | {speech.language} | {method} | " + " | ".join(cells) + " |", flush=True)


if __name__ == "__main__":
    main()

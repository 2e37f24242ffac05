"""The stage known_text: finds the words of a given text in the film, by those that were recognised."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.errors import StageError
from ipc.intervals import union
from ipc.rows import SegmentRow, WordRow, read_rows
from ipc.time_range import clip_of
from ipc.wording import plural
from stage_runners.known_text import film_order, kept_cues, matching, placing, tables, text_file, trust
from stage_runners.known_text import words as known_words
from stage_runners.known_text.letters import Heard, Matched
from stage_runners.known_text.lines import KnownText, WrittenCue
from stage_runners.known_text.placing import Extra, Placed
from stage_runners.known_text.stage import KNOWN_TEXT
from stage_runners.known_text.tables import Source
from stage_runners.known_text.thresholds import MATCHING, PLACING
from stage_runners.known_text.words import Word
from stage_runners.text.scripts import share_written_in
from stage_runners.text.word_times import places

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = KNOWN_TEXT


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Write the text's segments and words with times, what was not found on either side, and the lines.

    `StageError("input")` if the file cannot be read, or if too little of it is in the film.
    """
    del model
    segments, spoken = read_rows(inputs["segments"], "segments"), read_rows(inputs["words"], "words")
    speech = union((row["start"], row["end"]) for row in read_rows(inputs["speech"], "regions"))
    language = _language(segments, spoken, context)
    path = Path(str(context.params["text"]))
    known = text_file.read(path, language)
    lines, goes_on = known_words.divided(known.lines, language)
    words = known_words.words_of(lines, language)
    spans = [(place.start, place.end) for place in places(spoken, segments)]
    heard = [
        Heard(
            row["text"], known_words.letters(row["text"], language), *span, row["space"], row["probability"]
        )
        for row, span in zip(spoken, spans, strict=True)
    ]
    context.progress(0, len(words), unit="words", phase="matching")
    compared = _comparable(words, heard, language, context)
    result = matching.matched(*compared)
    _check_share(path, known, result, heard, context)
    context.check()
    # in another alphabet, and where much was misheard, a text that differs is no news
    trusted = compared[0] is words and trust.trusted(words, result)
    if trusted:
        trust.without_stray(words, result)
    order = film_order.in_film_order(words, result)
    times = film_order.times(order, heard, result)
    seconds = max([0.0, *(end for _, end in spans), *(end for _, end in speech)])
    placed = placing.placed(compared[0], order, times, compared[1], result, speech, seconds, trusted=trusted)
    placed = _without_songs(placed, words, [line.optional for line in lines])
    by_segment = {segment["id"]: segment["language"] for segment in segments}
    source = Source(
        words, lines, goes_on, spoken, spans, [by_segment[row["segment"]] for row in spoken], language
    )
    extra = _kept(placed, context)
    to_keep = _cues_to_keep(path, known, context)
    whole = kept_cues.kept(source, placed, extra, to_keep)
    placed, kept = whole.placed, whole.extra
    made, rows = tables.tables(whole.pieces, _probability(segments))
    context.method = "letters, unique runs first" if compared[0] is words else "consonants, unique runs first"
    _report(known, result, placed, kept, source, context)
    clip = clip_of(context.params.get("clip"))
    silent = kept_cues.silent_cues(whole, to_keep, source, clip[1] - clip[0] if clip else math.inf)
    if to_keep:
        context.fact("cues", {"kept": whole.cues, "silent": len(silent), "of": len(to_keep)})
    context.progress(len(words), len(words), unit="words")
    context.save("segments", tables.columns(made, tables.SEGMENT_COLUMNS))
    context.save("words", tables.columns(rows, tables.WORD_COLUMNS))
    before = read_rows(inputs["doubts"], "doubts")
    doubted = tables.doubts(source, placed, kept, before, made)
    context.save("doubts", tables.columns(doubted, tables.DOUBT_COLUMNS))
    of_cues = kept_cues.rows(whole, to_keep, source, silent)
    context.save("cues", tables.columns(of_cues, kept_cues.COLUMNS))
    context.save("lines", tables.columns(tables.line_rows(source, placed), tables.LINE_COLUMNS))


def _cues_to_keep(path: Path, known: KnownText, context: Context) -> Mapping[int, WrittenCue]:
    """The cues that --keep-cues keeps; `StageError("input")` if the file has none."""
    if not context.params["keep_cues"]:
        return {}
    text_file.check_cues(path, known)
    return known.cues or {}


def _language(segments: Sequence[SegmentRow], spoken: Sequence[WordRow], context: Context) -> str:
    """The language of the text: that of --language, else of most of the recognised words."""
    if not spoken:
        raise StageError(
            "input",
            "no speech was recognised in this film, so there is nothing to find the text in",
            "choose its audio track with --audio-track, or run it without --text",
        )
    if given := str(context.params.get("language") or ""):
        return given.partition("-")[0]
    of_segment = {segment["id"]: segment["language"] for segment in segments}
    return Counter(of_segment[row["segment"]] for row in spoken).most_common(1)[0][0]


def _comparable(
    words: Sequence[Word], heard: Sequence[Heard], language: str, context: Context
) -> tuple[Sequence[Word], Sequence[Heard]]:
    """The words to compare: by their consonants if they were recognised in another alphabet."""
    text = " ".join(one.text for one in heard)
    share, count = share_written_in(text, language)
    if not count or share >= MATCHING.in_script:
        return words, heard
    context.log("the recognised words are in another alphabet than the text: consonants are compared")
    return (
        [replace(word, letters=known_words.consonants(word.letters)) for word in words],
        [replace(one, letters=known_words.consonants(one.letters)) for one in heard],
    )


def _check_share(
    path: Path, known: KnownText, result: Matched, heard: Sequence[Heard], context: Context
) -> None:
    """Raise `StageError("input")` if the text is not of this film."""
    found = sum(one is not None for one in result.matches)
    context.log(
        f"{path.name}, read as {known.form}: {found} of {plural(len(result.matches), 'word')} found among "
        f"{len(heard)} recognised"
    )
    theirs = sum(result.heard) / max(1, len(heard))
    if max(result.share, theirs) >= MATCHING.least_share and found >= MATCHING.least_words:
        return
    raise StageError(
        "input",
        f"the text {path.name} is not of this film, or in another language than it is spoken in: "
        f"{result.share:.0%} of its words were recognised",
        "check the file, and set the spoken language with --language; a larger --model recognises more",
    )


def _without_songs(placed: Placed, words: Sequence[Word], optional: Sequence[bool]) -> Placed:
    """Lines that nobody has to speak, such as songs, are not missed."""
    return Placed(
        spots=placed.spots,
        missing=[one for one in placed.missing if one.kept or not optional[words[one.word].line]],
        extra=placed.extra,
    )


def _kept(placed: Placed, context: Context) -> list[Extra]:
    """Extra speech that stays in the subtitles: some words between two lines."""
    if not context.params["extra_speech"]:
        return []
    return [one for one in placed.extra if one.between and one.last + 1 - one.first >= PLACING.extra_words]


def _probability(segments: Sequence[SegmentRow]) -> float | None:
    return next((segment["language_probability"] for segment in segments), None)


def _outside(unspoken: Collection[int], placed: Placed, source: Source) -> dict[str, int]:
    """The lines before the first spoken one, and after the last: they are of other parts of the film."""
    spoken = [source.words[spot.word].line for spot in placed.spots]
    first, last = min(spoken, default=0), max(spoken, default=0)
    lines = {line for line in unspoken if line < first or line > last}
    words = sum(source.words[one.word].line in lines for one in placed.missing if not one.kept)
    return {"words": words, "lines": len(lines)}


def _report(
    known: KnownText, result: Matched, placed: Placed, kept: Sequence[Extra], source: Source, context: Context
) -> None:
    def seconds(extras: Sequence[Extra]) -> float:
        return sum(source.spans[one.last][1] - source.spans[one.first][0] for one in extras)

    lost = [one for one in placed.missing if not one.kept]
    lines = {source.words[one.word].line for one in lost}
    context.fact("form", known.form)
    context.fact("words", len(source.words))
    context.fact("found", round(result.share, 4))
    context.fact("placed", sum(spot.method == placing.PLACED for spot in placed.spots))
    context.fact("unspoken", {"words": len(lost), "lines": len(lines)})
    if context.params.get("clip"):
        context.fact("outside_clip", _outside(lines, placed, source))
    context.fact("perhaps_unspoken", len(placed.missing) - len(lost))
    spoken = sum(one.last + 1 - one.first for one in placed.extra)
    context.fact("extra", {"words": spoken, "kept": len(kept), "seconds": round(seconds(placed.extra), 1)})
    context.fact("moved", len(result.moved))
    context.fact("speakers", list(known.speakers))

"""The stage existing_subtitles: corrects unsure words and names by subtitles that fit the film."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.rows import WordRow, read_rows
from ipc.time_range import clip_of
from stage_runners.existing_subtitles import said_names, same_words, sources
from stage_runners.existing_subtitles.fitting import Comparison, Fitted, Line
from stage_runners.existing_subtitles.passages import Passage, passages, share_recognised
from stage_runners.existing_subtitles.same_words import Change
from stage_runners.existing_subtitles.sources import Source
from stage_runners.existing_subtitles.stage import EXISTING_SUBTITLES
from stage_runners.existing_subtitles.thresholds import AGREEMENT, SAME_WORDS
from stage_runners.names.transliteration import script
from stage_runners.sync.words import words_of
from stage_runners.text.iso639 import same_language
from stage_runners.text.replaced_words import replaced

if TYPE_CHECKING:
    from ipc.context import Context
    from stage_runners.sync.activity import Activity

STAGE = EXISTING_SUBTITLES


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Compare every file and track with the speech; write the corrected transcript, and the lines that fit.

    Subtitles that do not fit change nothing.
    """
    del model
    from ipc.artifacts import read
    from stage_runners.sync.activity import read_activity

    transcript = {name: read(inputs[name], name) for name in ("segments", "words")}
    segments, words = read_rows(inputs["segments"], "segments"), read_rows(inputs["words"], "words")
    activity = read_activity(inputs["audio"], inputs["speech"])
    clip = clip_of(context.params.get("clip"))
    found = list(sources.files(context.params, clip[0] if clip else 0.0, activity.seconds))
    if "texts" in inputs:
        found += sources.tracks(read(inputs["texts"], "film_texts").rows(), activity.seconds)
    languages = {segment["id"]: segment["language"] or "" for segment in segments}
    spoken = Counter(languages.values()).most_common(1)[0][0] if languages else ""
    found.sort(key=lambda one: not same_language(one.language, spoken))  # their words help to place them
    compared = list(_compared(found, activity, words, context))
    judged = [_judged(one, words, spoken) for one in compared]
    made = _without_overlaps(change for one in judged for change in _changes(one, words, languages, spoken))
    undone = {str(pair).casefold() for pair in context.params["undone"]}
    kept = [one for one in made if f"{one.before}>{one.after}".casefold() not in undone]
    new_words, new_segments, places = replaced(words, segments, [one.replacement for one in kept])
    context.method = "speech, words and names"
    context.fact("sources", [one.fact() for one in judged])
    context.fact("corrected", len(kept))
    context.fact("undone", len(made) - len(kept))
    context.fact("corrections", [f"{one.before} > {one.after}" for one in kept])
    context.save("segments", _columns(new_segments, transcript["segments"].table.column_names))
    context.save("words", _columns(new_words, transcript["words"].table.column_names))
    context.save("corrections", _corrections(made, kept, words, places))
    context.save("lines", _lines(judged, words))


@dataclass(frozen=True, kw_only=True)
class Judged:
    """Subtitles that were compared: `language` is theirs, if it is known, and `spoken` whether it is the
    film's; `passages` are their cues beside the recognised words.
    """

    fitted: Fitted
    language: str
    spoken: bool
    passages: Sequence[Passage]

    def fact(self) -> dict[str, Any]:
        """What the summary tells of them."""
        one = self.fitted
        return {
            "name": one.source.name, "language": self.language, "verdict": one.source.why or one.verdict,
            "confidence": round(one.confidence, 3), "cues": len(one.source.cues), "lines": len(one.lines),
            "words": self.spoken,
        }  # fmt: skip


def _compared(
    found: Sequence[Source], activity: Activity, words: Sequence[WordRow], context: Context
) -> Iterator[Fitted]:
    timed = [(row["text"], row["start"], row["end"]) for row in words]
    recognised = words_of([(text, a, b) for text, a, b in timed if a is not None and b is not None])
    comparison = Comparison(activity, recognised)
    for k, source in enumerate(found):
        context.check()
        context.progress(k, len(found), unit="subtitles", phase="comparing")
        one = comparison.fitted(source)
        context.log(
            f"{source.name}: {source.why or one.verdict} ({one.confidence:.0%}), {len(one.lines)} lines used"
        )
        yield one
    context.progress(len(found), len(found), unit="subtitles")


def _judged(one: Fitted, words: Sequence[WordRow], language: str) -> Judged:
    beside = list(passages(one.lines, words))
    share, count = share_recognised(beside)
    spoken = share >= AGREEMENT.least_share and count >= AGREEMENT.least_words
    return Judged(
        fitted=one, language=language if spoken else one.source.language, spoken=spoken, passages=beside
    )


def _changes(
    one: Judged, words: Sequence[WordRow], languages: Mapping[int, str], spoken: str
) -> Iterator[Change]:
    name, lines = one.fitted.source.name, one.fitted.lines
    if one.spoken:
        yield from same_words.changes(one.passages, words, name, capitals=_in_capitals(lines))
    elif same_language(one.language, spoken):
        return  # it says to be in the spoken language, and does not say what is spoken
    names = said_names.times(lines, one.language, spoken=one.spoken)
    yield from said_names.changes(names, words, languages, name)


def _in_capitals(lines: Sequence[Line]) -> bool:
    letters = [char for line in lines for char in line.text if char.isalpha()]
    return sum(char.isupper() for char in letters) > SAME_WORDS.capitals * max(len(letters), 1)


def _without_overlaps(found: Iterable[Change]) -> list[Change]:
    """The changes in the order of words; of two for one word, that of the subtitles that were read first."""
    taken: set[int] = set()
    kept = []
    for one in found:
        rows = range(one.replacement.first, one.replacement.last)
        if taken.isdisjoint(rows):
            taken.update(rows)
            kept.append(one)
    return sorted(kept, key=lambda one: one.replacement.first)


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}


def _corrections(
    made: Sequence[Change], kept: Sequence[Change], words: Sequence[WordRow], places: Sequence[int]
) -> dict[str, list[Any]]:
    """The table `corrections`; its `word` is the row in the corrected table."""
    applied = {one.replacement.first for one in kept}
    spans = [(one.replacement.first, one.replacement.last - 1) for one in made]
    return {
        "start": [words[first]["start"] for first, _ in spans],
        "end": [words[last]["end"] for _, last in spans],
        "segment": [words[first]["segment"] for first, _ in spans],
        "word": [places[first] for first, _ in spans],
        "before": [one.before for one in made],
        "after": [one.after for one in made],
        "term": [one.after for one in made],
        "score": [one.likeness for one in made],
        "evidence": [list(one.evidence) for one in made],
        "applied": [first in applied for first, _ in spans],
    }


def _naming(judged: Sequence[Judged], words: Sequence[WordRow]) -> Judged | None:
    """The subtitles whose speakers count: those with the most, in the spoken language if there are some.

    Names in other letters than the film's would be another spelling of them.
    """
    letters = Counter(script(row["text"]) for row in words).most_common(1)
    best, most = None, (False, 0)
    for one in judged:
        named = [line.speaker for line in one.fitted.lines if line.speaker]
        fitting = sum(script(name) == letters[0][0] for name in named) if letters else 0
        if 2 * fitting > len(named) and (one.spoken, fitting) > most:
            best, most = one, (one.spoken, fitting)
    return best


def _lines(judged: Sequence[Judged], words: Sequence[WordRow]) -> dict[str, list[Any]]:
    naming = _naming(judged, words)
    rows = sorted(
        (
            line.start,
            line.end,
            line.text,
            (line.speaker or "") if one is naming else "",
            one.language,
            one.fitted.source.name,
        )
        for one in judged
        for line in one.fitted.lines
    )
    columns = ("start", "end", "text", "speaker", "language", "source")
    return {name: [row[k] for row in rows] for k, name in enumerate(columns)}

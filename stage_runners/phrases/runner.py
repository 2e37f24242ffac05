"""The stage phrases: the cost of a line break before each word, by the parse of its sentence.

Languages without spaces between words are divided into words instead.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple, Protocol

from ipc.rows import SegmentRow, WordRow, read_rows
from stage_runners.phrases import segmentation
from stage_runners.phrases.cost import Parsed, costs
from stage_runners.phrases.stage import PARSED, PHRASES
from stage_runners.phrases.thresholds import PARSING
from stage_runners.subtitles.languages import language_of
from stage_runners.text import english
from stage_runners.text.grammar import ending
from stage_runners.text.han import CHINESE

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = PHRASES
ENGLISH = "en"
"""The language of the embedded parser; for others, the rules of the stage subtitles decide."""
_UNUSED = ("ner", "attribute_ruler")
"""The parts of spaCy's pipeline that break no line."""


class Unit(NamedTuple):
    """Text that is parsed at once: `words` are rows of the table of words with their character ranges."""

    language: str
    text: str
    words: tuple[tuple[int, int, int], ...]


class Parser(Protocol):
    """The part of spaCy's `Language` that this stage uses."""

    def pipe(
        self, texts: Iterable[tuple[str, Unit]], *, as_tuples: bool, batch_size: int, disable: Sequence[str]
    ) -> Iterator[tuple[Iterable[Parsed], Unit]]:
        """Yield the parse of each text, with the context passed with it."""


def load(params: Mapping[str, Any], device: str) -> Parser:
    """Load spaCy's English model as a tagger and parser."""
    del params, device
    parser: Parser = english.load().pipeline
    return parser


def run(model: Parser, inputs: Mapping[str, Path], context: Context) -> None:
    """Write the cost of a break before each parsed word; the first word of a text has none."""
    segments = read_rows(inputs["segments"], "segments")
    words = read_rows(inputs["words"], "words")
    found = list(units(segments, words))
    total = sum(len(unit.words) for unit in found)
    rows: list[int] = []
    values: list[float] = []
    for unit, before in _costs(model, found):
        context.check()
        rows += [row for row, _, _ in unit.words[1:]]
        values += before[1:]
        context.progress(len(rows), total, unit="words", phase="parse")
    context.method = _method({unit.language for unit in found})
    context.fact("parsed", round(total / len(words), 2) if words else 0.0)
    context.save("phrases", {"word": rows, "cost": values}, content={"language": language_of(segments)})


def _costs(model: Parser, found: Sequence[Unit]) -> Iterator[tuple[Unit, list[float]]]:
    """Each unit with the cost of a break before each of its words, ordered by language."""
    spoken = ((unit.text, unit) for unit in found if unit.language == ENGLISH)
    for parsed, unit in model.pipe(spoken, as_tuples=True, batch_size=PARSING.batch, disable=_UNUSED):
        yield unit, costs(parsed, [start for _, start, _ in unit.words])
    for unit in found:
        if unit.language != ENGLISH:
            yield unit, segmentation.costs(unit.text, [start for _, start, _ in unit.words], unit.language)


def _method(languages: AbstractSet[str]) -> str:
    """The programs that judged the text."""
    used = {
        "spaCy": languages & {ENGLISH},
        "BudouX": languages & {"ja", "th"},
        "jieba": languages & CHINESE,
    }
    return ", ".join(name for name, codes in used.items() if codes) or "rules only"


def units(segments: Sequence[SegmentRow], words: Sequence[WordRow]) -> Iterator[Unit]:
    """The texts to parse: adjacent segments in a supported language, joined up to the end of a sentence."""
    spoken = {segment["id"]: segment["language"] for segment in segments}
    text = language = ""
    members: list[tuple[int, int, int]] = []
    for row, word in enumerate(words):
        if spoken[word["segment"]] != language:
            if members:
                yield Unit(language, text, tuple(members))
            text, members, language = "", [], spoken[word["segment"]]
        if language not in PARSED:
            continue
        said = " ".join(word["text"].split())
        text += " " if word["space"] and text else ""
        members.append((row, len(text), len(text) + len(said)))
        text += said
        follows = words[row + 1]["text"] if row + 1 < len(words) else ""
        if len(members) >= PARSING.longest or ending(said, follows, language) == "sentence":
            yield Unit(language, text, tuple(members))
            text, members = "", []
    if members:
        yield Unit(language, text, tuple(members))

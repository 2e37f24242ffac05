"""Praat's TextGrid, in its long text form: interval tiers for phonetics and conversation analysis.

The form is described in Praat's manual, "TextGrid file formats". All tiers cover the same time without gaps:
what nobody says is an interval with an empty text.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

from stage_runners.subtitles.output_format import Beside, Document, Format
from stage_runners.subtitles.tiers import CUES, Interval, cues_of, tiers_of


def write(document: Document) -> str:
    """The file: for each speaker a tier of utterances and one of words, then the cues."""
    tiers: list[tuple[str, Sequence[Interval]]] = []
    for tier in tiers_of(document):
        tiers += [(tier.name, tier.utterances), (tier.words_name, tier.words)]
    tiers.append((CUES, cues_of(document)))
    end = max((one.end for _, intervals in tiers for one in intervals), default=1000)
    head = (
        'File type = "ooTextFile"\nObject class = "TextGrid"\n\n'
        f"xmin = 0 \nxmax = {_seconds(end)} \ntiers? <exists> \nsize = {len(tiers)} \nitem []: \n"
    )
    parts = (
        "".join(_tier(k, name, list(_filled(intervals, end)), end))
        for k, (name, intervals) in enumerate(tiers, 1)
    )
    return head + "".join(parts)


_TIER, _INTERVAL = "\n    item [", "\n        intervals ["
"""What a tier and an interval begin with; no text has a line end, so neither lies in one."""
_MAXIMUM = re.compile(r"^( *xmax = )(\S+) $", re.MULTILINE)
_SIZE = re.compile(r"^( *intervals: size = )\d+ $", re.MULTILINE)


def for_film(text: str, film: Beside) -> str:
    """The file with tiers that last as long as the film's sound; never shorter than to its last interval."""
    end = round(film.seconds * 1000)
    if end <= round(float(_MAXIMUM.findall(text)[0][1]) * 1000):
        return text
    head, *tiers = text.split(_TIER)
    return _TIER.join([_until(head, end), *(_longer(tier, end) for tier in tiers)])


def _until(text: str, end: int) -> str:
    return _MAXIMUM.sub(rf"\g<1>{_seconds(end)} ", text, count=1)


def _longer(tier: str, end: int) -> str:
    """A tier that is filled up to `end`: by its last interval if that has no text, or else by another one."""
    head, *intervals = tier.removesuffix("\n").split(_INTERVAL)
    if intervals and intervals[-1].endswith('\n            text = "" '):
        intervals[-1] = _until(intervals[-1], end)
    else:
        begins = _MAXIMUM.findall(intervals[-1])[0][1] if intervals else "0"
        intervals.append(
            f"{len(intervals) + 1}]:\n            xmin = {begins} \n            xmax = {_seconds(end)} \n"
            '            text = "" '
        )
    head = _SIZE.sub(rf"\g<1>{len(intervals)} ", _until(head, end))
    return _INTERVAL.join([head, *intervals]) + ("\n" if tier.endswith("\n") else "")


def _tier(number: int, name: str, intervals: Sequence[Interval], end: int) -> Iterator[str]:
    yield f'    item [{number}]:\n        class = "IntervalTier" \n        name = "{_quoted(name)}" \n'
    yield f"        xmin = 0 \n        xmax = {_seconds(end)} \n"
    yield f"        intervals: size = {len(intervals)} \n"
    for k, one in enumerate(intervals, 1):
        yield (
            f"        intervals [{k}]:\n            xmin = {_seconds(one.start)} \n"
            f'            xmax = {_seconds(one.end)} \n            text = "{_quoted(one.text)}" \n'
        )


def _filled(intervals: Sequence[Interval], end: int) -> Iterator[Interval]:
    """The intervals with empty ones between them, from 0 to `end`."""
    at = 0
    for one in intervals:
        if one.start > at:
            yield Interval(at, one.start, "")
        yield one
        at = one.end
    if at < end:
        yield Interval(at, end, "")


def _seconds(milliseconds: int) -> str:
    """`12.34`, without zeros at the end, as Praat writes numbers."""
    return f"{milliseconds / 1000:.3f}".rstrip("0").rstrip(".")


def _quoted(text: str) -> str:
    return text.replace('"', '""')


FORMAT = Format(
    name="textgrid",
    extension="TextGrid",
    content="transcript",
    media_type="text/plain",
    description="Praat's TextGrid: a tier of utterances and one of words for each speaker, one of cues",
    write=write,
    for_film=for_film,
    language_tag="translations",
)

"""ELAN's annotation format (EAF 3.0): tiers for linguists.

A speaker's words are annotations inside the speaker's utterances (the constraint `Included_In`). Times are
milliseconds. The schema is http://www.mpi.nl/tools/elan/EAFv3.0.xsd.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from urllib.parse import quote

from stage_runners.subtitles.output_format import Beside, Document, Format
from stage_runners.subtitles.tiers import CUES, Interval, cues_of, tiers_of
from stage_runners.subtitles.xml_text import escaped

_HEADER = '<HEADER MEDIA_FILE="" TIME_UNITS="milliseconds">'
_TYPES = """\
<LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="utterance" TIME_ALIGNABLE="true"/>
<LINGUISTIC_TYPE CONSTRAINTS="Included_In" GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="word" \
TIME_ALIGNABLE="true"/>
<LINGUISTIC_TYPE GRAPHIC_REFERENCES="false" LINGUISTIC_TYPE_ID="cue" TIME_ALIGNABLE="true"/>
"""
_CONSTRAINTS = """\
<CONSTRAINT DESCRIPTION="Time subdivision of parent annotation's time interval, no time gaps allowed within \
this interval" STEREOTYPE="Time_Subdivision"/>
<CONSTRAINT DESCRIPTION="Symbolic subdivision of a parent annotation. Annotations refering to the same \
parent are ordered" STEREOTYPE="Symbolic_Subdivision"/>
<CONSTRAINT DESCRIPTION="1-1 association with a parent annotation" STEREOTYPE="Symbolic_Association"/>
<CONSTRAINT DESCRIPTION="Time alignable annotations within the parent annotation's time interval, gaps are \
allowed" STEREOTYPE="Included_In"/>
"""
"""The four constraints that ELAN writes into every file, in its words."""
_MIME = {
    "mp4": "video/mp4", "m4v": "video/mp4", "wav": "audio/x-wav", "mov": "video/quicktime",
    "mkv": "video/x-matroska", "webm": "video/webm",
}  # fmt: skip


class _Slots:
    """The time slots: every annotation has two of its own, numbered in order of time."""

    def __init__(self, tiers: Sequence[Sequence[Interval]]) -> None:
        ends = sorted(
            (time, tier, place, side)
            for tier, intervals in enumerate(tiers)
            for place, one in enumerate(intervals)
            for side, time in enumerate((one.start, one.end))
        )
        self._number = {end[1:]: k for k, end in enumerate(ends, 1)}
        self.order = "".join(
            f'<TIME_SLOT TIME_SLOT_ID="ts{k}" TIME_VALUE="{end[0]}"/>\n' for k, end in enumerate(ends, 1)
        )

    def refs(self, tier: int, place: int) -> str:
        first, second = (self._number[tier, place, side] for side in (0, 1))
        return f'TIME_SLOT_REF1="ts{first}" TIME_SLOT_REF2="ts{second}"'


def write(document: Document) -> str:
    """The file, without the film's name."""
    tiers: list[tuple[str, str, Sequence[Interval]]] = []  # attributes, type, annotations
    language = escaped(document.tag)
    for tier in tiers_of(document):
        more = f'LANG_REF="{language}"' + (f' PARTICIPANT="{escaped(tier.speaker)}"' if tier.speaker else "")
        tiers.append((f'TIER_ID="{escaped(tier.name)}" {more}', "utterance", tier.utterances))
        names = f'TIER_ID="{escaped(tier.words_name)}" PARENT_REF="{escaped(tier.name)}"'
        tiers.append((f"{names} {more}", "word", tier.words))
    tiers.append((f'TIER_ID="{CUES}" LANG_REF="{language}"', "cue", cues_of(document)))
    slots = _Slots([intervals for *_, intervals in tiers])
    body = "".join(_tiers(tiers, slots))
    count = sum(len(intervals) for *_, intervals in tiers)
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n'
        '<ANNOTATION_DOCUMENT AUTHOR="" DATE="1970-01-01T00:00:00Z" FORMAT="3.0" VERSION="3.0"\n'
        '    xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance"\n'
        '    xsi:noNamespaceSchemaLocation="http://www.mpi.nl/tools/elan/EAFv3.0.xsd">\n'
        f'{_HEADER}\n<PROPERTY NAME="lastUsedAnnotationId">{count}</PROPERTY>\n</HEADER>\n'
        f"<TIME_ORDER>\n{slots.order}</TIME_ORDER>\n{body}{_TYPES}"
        f'<LANGUAGE LANG_DEF="" LANG_ID="{language}" LANG_LABEL="{language}"/>\n{_CONSTRAINTS}'
        "</ANNOTATION_DOCUMENT>\n"
    )


def _tiers(tiers: Sequence[tuple[str, str, Sequence[Interval]]], slots: _Slots) -> Iterator[str]:
    number = 0
    for k, (attributes, kind, intervals) in enumerate(tiers):
        yield f'<TIER LINGUISTIC_TYPE_REF="{kind}" {attributes}>\n'
        for place, one in enumerate(intervals):
            number += 1
            yield (
                f'<ANNOTATION><ALIGNABLE_ANNOTATION ANNOTATION_ID="a{number}" {slots.refs(k, place)}>'
                f"<ANNOTATION_VALUE>{escaped(one.text)}</ANNOTATION_VALUE>"
                "</ALIGNABLE_ANNOTATION></ANNOTATION>\n"
            )
        yield "</TIER>\n"


def for_film(text: str, film: Beside) -> str:
    """The file with a link to the film, which ELAN looks for next to it."""
    extension = film.name.rpartition(".")[2].lower()
    name = escaped(quote(film.name, errors="surrogateescape"))
    origin = f' TIME_ORIGIN="{round(film.begins * 1000)}"' if film.begins else ""
    link = (
        f'<MEDIA_DESCRIPTOR MEDIA_URL="file:///{name}" MIME_TYPE="{_MIME.get(extension, "unknown")}" '
        f'RELATIVE_MEDIA_URL="./{name}"{origin}/>'
    )
    return text.replace(_HEADER, f"{_HEADER}\n{link}", 1)


FORMAT = Format(
    name="eaf",
    extension="eaf",
    content="transcript",
    media_type="application/xml",
    description="ELAN's annotations: the same tiers, words inside utterances; it opens the film beside it",
    write=write,
    language_tag="translations",
    for_film=for_film,
)

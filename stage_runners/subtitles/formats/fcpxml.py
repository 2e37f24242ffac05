"""Markers for film editors: FCPXML 1.9, which Final Cut Pro and DaVinci Resolve import.

The film is one clip of a timeline, with a marker at the start of each cue. Times are whole frames, in
rational seconds. Apple: Final Cut Pro XML Reference.
"""

from __future__ import annotations

import re
from fractions import Fraction
from urllib.parse import quote

from stage_runners.subtitles.output_format import Beside, Document, Format, UnwritableError
from stage_runners.subtitles.tiers import cues_of
from stage_runners.subtitles.xml_text import escaped

_DEFAULT = Fraction(25)
"""Frames per second of a film without a picture, or whose shots were not looked for."""
_NAME, _SOURCE = "FILM-NAME", "FILM-SOURCE"
"""What the name of the film and its address take the place of; no text comes before them."""


def write(document: Document) -> str:
    """The file, without the film's name. A marker has the text of its cue."""
    cues = cues_of(document)
    if not cues:
        raise UnwritableError("it would have no marker")
    rate = exact_rate(document.frame_rate)
    length = _seconds(cues[-1].end, rate, up=True)
    markers = "".join(
        f'<marker start="{_seconds(one.start, rate)}" duration="{_written(1 / rate)}" '
        f'value="{escaped(one.text)}"/>\n'
        for one in cues
    )
    return (
        '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE fcpxml>\n<fcpxml version="1.9">\n<resources>\n'
        f'<format id="r1" frameDuration="{_written(1 / rate)}"/>\n'
        f'<asset id="r2" name="{_NAME}" src="{_SOURCE}" start="0s" duration="{length}" format="r1" '
        'hasVideo="1" hasAudio="1" audioSources="1" audioChannels="2"/>\n</resources>\n<library>\n'
        f'<event name="{_NAME}">\n<project name="{_NAME}">\n'
        f'<sequence format="r1" duration="{length}" tcStart="0s" tcFormat="NDF">\n<spine>\n'
        f'<asset-clip ref="r2" offset="0s" name="{_NAME}" start="0s" duration="{length}" format="r1" '
        f'tcFormat="NDF">\n{markers}</asset-clip>\n</spine>\n</sequence>\n</project>\n</event>\n</library>\n'
        "</fcpxml>\n"
    )


def for_film(text: str, film: Beside) -> str:
    """The file with the film's name; its address is relative, and an editor may ask where the film is.

    Of a clip, the part of the film from `film.begins` on is in the timeline.
    """
    text = _as_long(film.seconds, text)
    text = _begun_at(film.begins, text) if film.begins else text
    head, mark, markers = text.partition("<marker ")
    source = escaped("./" + quote(film.name, errors="surrogateescape"))
    name = escaped(film.stem.encode("utf-8", "replace").decode())
    put = {_NAME: name, _SOURCE: source}
    return re.sub("|".join(put), lambda found: put[found[0]], head) + mark + markers


def _as_long(seconds: float, text: str) -> str:
    """The file for a film of so many seconds, in whole frames; never shorter than to its last cue."""
    frame = Fraction(re.findall(r'frameDuration="([\d/]+)s"', text)[0])
    length = int(Fraction(seconds).limit_denominator(1000) / frame) * frame

    def longer(found: re.Match[str]) -> str:
        return f'{found[1]}{_written(max(length, Fraction(found[2])))}"'

    return re.sub(r'(<(?:asset|sequence|asset-clip) [^>]*?duration=")([\d/]+)s"', longer, text, count=3)


def _begun_at(begins: float, text: str) -> str:
    """The file for a film whose times count from the second `begins`: whole frames are added."""
    frame = Fraction(re.findall(r'frameDuration="([\d/]+)s"', text)[0])
    offset = round(begins / frame) * frame

    def later(found: re.Match[str]) -> str:
        return f'{found[1]}{_written(Fraction(found[2]) + offset)}"'

    text = re.sub(r'(<marker start=")([\d/]+)s"', later, text)
    text = re.sub(r'(<asset-clip [^>]*? start=")([\d/]+)s"', later, text, count=1)
    return re.sub(r'(<asset [^>]*? duration=")([\d/]+)s"', later, text, count=1)


def exact_rate(rate: float) -> Fraction:
    """The exact rate of a measured one: 24000/1001 for 23.976; 25 without one."""
    if rate <= 0:
        return _DEFAULT
    whole = round(rate)
    exact = min((Fraction(whole), Fraction(whole * 1000, 1001)), key=lambda one: abs(float(one) - rate))
    return exact if whole and abs(float(exact) - rate) < 0.005 else Fraction(rate).limit_denominator(1001)


def _seconds(milliseconds: int, rate: Fraction, *, up: bool = False) -> str:
    """The start of the frame that is nearest to a time; `up`: of the first that is not before it."""
    frames = milliseconds * rate / 1000
    return _written(Fraction(-int(-frames // 1) if up else round(frames)) / rate)


def _written(seconds: Fraction) -> str:
    return (
        f"{seconds.numerator}/{seconds.denominator}s" if seconds.denominator > 1 else f"{seconds.numerator}s"
    )


FORMAT = Format(
    name="fcpxml",
    extension="fcpxml",
    content="cues",
    media_type="application/xml",
    description="FCPXML for Final Cut Pro and DaVinci Resolve: the film as a clip with a marker for each cue",
    write=write,
    for_film=for_film,
)

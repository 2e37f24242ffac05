"""Writes the override codes of edited cues into formats: as tags of SubRip and WebVTT, or as they are."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence

from ipc.override_codes import switch, written
from stage_runners.subtitles.cues import Line

_PLACE = re.compile(r"\\an([1-9])$")
_COLOUR = re.compile(r"\\1?c(?:&H([0-9A-Fa-f]{1,6})&?)?$")
_LINES = {"7": "5%", "8": "5%", "9": "5%", "4": "50%", "5": "50%", "6": "50%"}
_SIDES = {"1": "start", "4": "start", "7": "start", "3": "end", "6": "end", "9": "end"}


def place_of(lines: Sequence[Line]) -> str:
    r"""The digit of the place of a cue (`\an8` is above, in the middle); empty if it has none of its own."""
    found = (_PLACE.match(one.code) for line in lines for one in line.codes)
    return next((place[1] for place in found if place), "")


def vtt_settings(place: str) -> str:
    """The settings of a WebVTT cue at this place, with a blank in front."""
    line, side = _LINES.get(place), _SIDES.get(place)
    return (f" line:{line}" if line else "") + (f" align:{side}" if side else "")


def coded(lines: Sequence[Line], escape: Callable[[str], str]) -> list[str]:
    """The text of each line of a cue in ASS, with its codes; what is on in the line before stays on."""
    texts = []
    on: dict[str, bool] = {}
    speaker: str | None = None
    for k, line in enumerate(lines):
        if k and (line.dash or line.speaker != speaker):
            on = {}  # the next speaker's style begins
        speaker = line.speaker
        own = []
        for one in line.codes:
            found = switch(one.code)
            if not found or one.at or not found[1] or not on.get(found[0]):
                own.append(one)
            if found:
                on[found[0]] = found[1]
        texts.append(written(line.text, own, escape, lambda code: f"{{{code}}}"))
    return texts


def tagged(line: Line, escape: Callable[[str], str], *, colours: bool = False) -> str:
    """The text of a line in SubRip or WebVTT, with tags that are closed at its end.

    Tags are those of both formats for italics, bold and underline, and with `colours` SubRip's for
    strike-through and colours. Other codes are for ASS alone.
    """
    kinds = "ibus" if colours else "ibu"
    open_tags: list[str] = []

    def closed(tag: str) -> str:
        if tag not in open_tags:
            return ""
        inner = open_tags[open_tags.index(tag) + 1 :]
        open_tags.remove(tag)
        again = "".join(f"<{name}>" for name in inner if name != "font")
        return "".join(f"</{name}>" for name in [*reversed(inner), tag]) + again

    def as_tag(code: str) -> str:
        if (found := switch(code)) and found[0] in kinds:
            letter, on = found
            if not on:
                return closed(letter)
            open_tags.append(letter)
            return f"<{letter}>"
        if colours and (colour := _COLOUR.match(code)):
            ended = closed("font")
            if not colour[1]:
                return ended
            open_tags.append("font")
            value = colour[1].rjust(6, "0").upper()
            return f'{ended}<font color="#{value[4:6]}{value[2:4]}{value[0:2]}">'
        return ""

    text = written(line.text, line.codes, escape, as_tag)
    return text + "".join(f"</{tag}>" for tag in reversed(open_tags))

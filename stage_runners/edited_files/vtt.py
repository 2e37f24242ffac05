"""WebVTT as editors save it: cues with voices, the tags that an edit can keep, and the place by settings."""

from __future__ import annotations

import html
import re

from stage_runners.edited_files.read_cue import Builder, ReadCue, ReadFile, UnreadableError

_TIME = r"((?:\d{1,4}:)?\d\d:\d\d[.,]\d{3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s+-->\s+{_TIME}(?:\s+(.*))?$")
_TAG = re.compile(r"<(/?)(v|c|i|b|u|lang|ruby|rt)\b((?:\.[^\s<>]*)?)([^<>]*)>|<[\d:.]+>", re.IGNORECASE)
_NOT_CUES = {"STYLE": "style sheet", "REGION": "region"}
_MIDDLE, _LOW = 34.0, 67.0
"""Per cent of the picture's height at which its middle and its lowest third begin."""


def read(text: str) -> ReadFile:
    """The cues of a WebVTT file; `UnreadableError` if it is none, or has none."""
    if not text.startswith("WEBVTT"):
        raise UnreadableError("it does not start with WEBVTT")
    cues, unkept = [], []
    for block in re.split(r"\n[ \t]*\n", text):
        lines = block.strip("\n").split("\n")
        at = next((k for k, line in enumerate(lines[:2]) if "-->" in line), None)
        if at is None or lines[0].startswith("NOTE"):
            if (word := lines[0].strip()) in _NOT_CUES:
                unkept.append(_NOT_CUES[word])
            continue
        if not (times := _TIMES.match(lines[at])):
            raise UnreadableError(f"not times of WebVTT: {lines[at].strip()[:60]}")
        cues.append(_cue(times, "\n".join(lines[at + 1 :])))
    if not cues:
        raise UnreadableError("no line has times such as 00:00:01.500 --> 00:00:03.000")
    return ReadFile(cues=cues, unkept=unkept)


def _cue(times: re.Match[str], payload: str) -> ReadCue:
    builder = Builder()
    unkept: list[str] = []
    names: list[str] = []
    if (place := _place(times[3] or "", unkept)) != "2":
        builder.code(f"\\an{place}")
    done = 0
    for tag in _TAG.finditer(payload):
        builder.add(html.unescape(payload[done : tag.start()]))
        done = tag.end()
        kind = (tag[2] or "").lower()
        if kind == "v":
            name = " ".join(html.unescape(tag[4]).split())
            if not tag[1] and name:
                names.append(name)
        elif kind in {"i", "b", "u"}:
            builder.code(f"\\{kind}{0 if tag[1] else 1}")
        elif not tag[1]:
            unkept.append(f"tag <{kind}>" if kind else "time inside a cue")
    builder.add(html.unescape(payload[done:]))
    text, codes = builder.done()
    return ReadCue(
        start=_seconds(times[1]),
        end=_seconds(times[2]),
        text=text,
        codes=codes,
        names=tuple(names),
        unkept=tuple(dict.fromkeys(unkept)),
    )


def _place(settings: str, unkept: list[str]) -> str:
    r"""The digit of `\an` for the settings of a cue; those that it cannot say go to `unkept`."""
    row, column = 0, 1
    for setting in settings.split():
        name, _, value = setting.partition(":")
        value = value.partition(",")[0]
        if name == "line":
            row = _row(value)
        elif name == "align" and value in {"start", "left"}:
            column = 0
        elif name == "align" and value in {"end", "right"}:
            column = 2
        elif name not in {"align", "position", "size"} or (name != "align" and value not in {"50%", "100%"}):
            unkept.append(f"setting {name}")
    return str(1 + 3 * row + column)


def _row(value: str) -> int:
    """0 below, 1 in the middle, 2 above."""
    try:
        number = float(value.removesuffix("%"))
    except ValueError:
        return 0
    if not value.endswith("%"):
        return 2 if number >= 0 else 0  # lines count from above, and from below if negative
    return 2 if number < _MIDDLE else 1 if number < _LOW else 0


def _seconds(time: str) -> float:
    seconds = 0.0
    for part in time.replace(",", ".").split(":"):
        seconds = seconds * 60 + float(part)
    return round(seconds, 3)

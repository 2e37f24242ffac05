r"""SubRip as editors save it: any numbers and spelling of times, tags `<i>`, `<font color>` and `{\an8}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipc import override_codes
from stage_runners.edited_files.read_cue import Builder, ReadCue, ReadFile, UnreadableError

_TIME = r"(-?\s*(?:\d{1,3}\s*:\s*)?\d{1,2}\s*:\s*\d{1,2}\s*[,.:]\s*\d{1,3})"
_TIMES = re.compile(rf"^\s*{_TIME}\s*-+\s*>\s*{_TIME}(?!\d)")
_LIKE_TIMES = re.compile(r"^[\s\d:,.-]*\d\s*:\s*\d[\s\d:,.-]*-\s*>[\s\d]")
_TAG = re.compile(r"<(/?)([ibus]|font)\b([^<>]*)>|\{(\\[^{}]*)\}", re.IGNORECASE)
_COLOUR = re.compile(r"""color\s*=\s*["']?#?([0-9a-f]{6})\b""", re.IGNORECASE)
_OURS = re.compile("(?<=[<\\\\{-])\u2060")
"""The word joiner that our own files put behind the start of a code, to make it text."""


def read(text: str) -> ReadFile:
    """The cues of a SubRip file; `UnreadableError` if it has none, or times that are none."""
    lines = text.split("\n")
    places = [k for k, line in enumerate(lines) if _timed(k, line)]
    if not places:
        raise UnreadableError("no line has times such as 00:00:01,500 --> 00:00:03,000")
    numbered = any(line.strip().isdigit() for line in lines[: places[0]])
    cues = []
    for at, following in zip(places, [*places[1:], len(lines)], strict=True):
        body = lines[at + 1 : following]
        if numbered and following < len(lines) and body and body[-1].strip().isdigit():
            body = body[:-1]
        cues.append(_cue(lines[at], "\n".join(body)))
    return ReadFile(cues=cues)


def _timed(at: int, line: str) -> bool:
    if _TIMES.match(line):
        return True
    if _LIKE_TIMES.match(line):
        raise UnreadableError(f"line {at + 1} has no times of SubRip: {line.strip()[:60]}")
    return False


def _cue(times: str, body: str) -> ReadCue:
    found = _TIMES.match(times)
    start, end = (_seconds(part) for part in found.groups()) if found else (0.0, 0.0)
    builder = Builder()
    unkept: list[str] = []
    done = 0
    for tag in _TAG.finditer(body):
        builder.add(_OURS.sub("", body[done : tag.start()]))
        done = tag.end()
        for code in _codes(tag, unkept):
            builder.code(code)
    builder.add(_OURS.sub("", body[done:]))
    shown, codes = builder.done()
    return ReadCue(start=start, end=end, text=shown, codes=codes, unkept=tuple(dict.fromkeys(unkept)))


def _codes(tag: re.Match[str], unkept: list[str]) -> Iterator[str]:
    """The override codes of a tag."""
    if tag[4] is not None:
        codes, rest = override_codes.split(tag[4])
        if rest:
            unkept.append("comment in braces")
        yield from codes
    elif tag[2].lower() != "font":
        yield f"\\{tag[2].lower()}{0 if tag[1] else 1}"
    elif tag[1]:
        yield "\\c"
    elif colour := _COLOUR.search(tag[3]):
        value = colour[1].upper()
        yield f"\\c&H{value[4:6]}{value[2:4]}{value[0:2]}&"
    else:
        unkept.append("font tag other than a colour in hexadecimal")


def _seconds(time: str) -> float:
    """Seconds of a time in any spelling; below zero it is zero."""
    parts = re.split(r"[:,.]", "".join(time.split()))
    if parts[0].startswith("-"):
        return 0.0
    seconds = 0
    for part in parts[:-1]:
        seconds = seconds * 60 + int(part)
    return seconds + int(f"{parts[-1]:0<3}") / 1000

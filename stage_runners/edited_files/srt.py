r"""SubRip as editors save it: any numbers and spelling of times, tags `<i>`, `<font color>` and `{\an8}`."""

from __future__ import annotations

import re
from collections.abc import Iterator

from ipc import override_codes
from stage_runners.edited_files.read_cue import Builder, ReadCue, ReadFile, timed, times_of
from stage_runners.subtitle_files import entries, markup
from stage_runners.subtitle_files.entry import Entry

_TAGS = {"i", "b", "u", "s", "font"}
"""Tags that are codes; others are text, as players show it."""
_COLOUR = re.compile(r"""color\s*=\s*["']?#?([0-9a-f]{6})\b""", re.IGNORECASE)
_OURS = re.compile("(?<=[<\\\\{-])\u2060")
"""The word joiner that our own files put behind the start of a code, to make it text."""


def read(text: str) -> ReadFile:
    """The cues of a SubRip file; `UnreadableError` if it has none, or times that are none."""
    events = timed(entries.read(text, "srt"), "00:00:01,500 --> 00:00:03,000")
    return ReadFile(cues=[cue_of(event) for event in events])


def cue_of(event: Entry) -> ReadCue:
    """A cue of SubRip."""
    start, end = times_of(event)
    builder = Builder()
    unkept: list[str] = []
    for token in markup.tokens(event.text, "srt"):
        if isinstance(token, str):
            builder.add(_OURS.sub("", token))
        elif isinstance(token, markup.Tag) and token.name not in _TAGS:
            builder.add(token.written)
        else:
            for code in _codes(token, unkept):
                builder.code(code)
    shown, codes = builder.done()
    return ReadCue(
        start=start,
        end=end,
        text=shown,
        codes=codes,
        unkept=tuple(dict.fromkeys(unkept)),
    )


def _codes(token: markup.Tag | markup.Override, unkept: list[str]) -> Iterator[str]:
    """The override codes of a tag."""
    if isinstance(token, markup.Override):
        codes, rest = override_codes.split(token.block)
        if rest:
            unkept.append("comment in braces")
        yield from codes
    elif token.name != "font":
        yield f"\\{token.name}{0 if token.closing else 1}"
    elif token.closing:
        yield "\\c"
    elif colour := _COLOUR.search(token.rest):
        value = colour[1].upper()
        yield f"\\c&H{value[4:6]}{value[2:4]}{value[0:2]}&"
    else:
        unkept.append("font tag other than a colour in hexadecimal")

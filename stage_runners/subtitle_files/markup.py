r"""The text of an entry, taken apart: tags of SubRip and WebVTT, and ASS's overrides in braces.

`{\an8}` is an override in all kinds; ASS takes all braces for one, and in SubRip and WebVTT `{so}` is text.
Everything takes time in proportion to the text, also if it opens many braces.
"""

from __future__ import annotations

import html
import re
from collections.abc import Iterator
from typing import NamedTuple

from stage_runners.subtitle_files.entry import Entry

_MARKS = re.compile(
    r"<[ ]{0,3}(?P<closing>/?)[ ]{0,3}(?P<name>[A-Za-z][A-Za-z0-9]{0,20}+)(?P<classes>(?:\.[^\s<>]*+)?+)"
    r"(?P<rest>[^<>]*+)>|<[\d:.]{1,20}>|</?>|\{(?P<block>\\[^{}]*+)\}"
)
"""Repeats are possessive: a tag that nobody closes is not tried with each division of its parts."""
_ASS = r"\\(?P<brace>[{}])|\\(?P<break>[Nn])|\\(?P<hard>h)"
_ASS_MARKS = re.compile(rf"{_ASS}|\{{(?P<block>[^}}]*)\}}")
_ASS_END = re.compile(_ASS)
_PEN = re.compile(r"\\p(\d)")
"""Whether what follows are the points of a drawing, which none of the text is."""
_SIGN = re.compile(r"\\(?:pos|move|org|clip|iclip|k|K|kf|ko)[\d(]")
_BREAKS = re.compile(r"\\[Nn]")
_ENTITY = re.compile(r"&(?:#\d{1,7}|#[xX][\da-fA-F]{1,6}|[A-Za-z][A-Za-z\d]{1,30});")


class Tag(NamedTuple):
    """`</name.classes rest>`; a time inside a cue of WebVTT has no name."""

    written: str
    name: str = ""
    closing: bool = False
    classes: str = ""
    rest: str = ""


class Override(NamedTuple):
    """What stands between braces."""

    block: str

    @property
    def draws(self) -> bool | None:
        """Whether a drawing begins (true) or ends (false) here; None if it says nothing of it."""
        pens = _PEN.findall(self.block)
        return pens[-1] != "0" if pens else None

    @property
    def is_sign(self) -> bool:
        """Whether it puts the text at a place in the picture, or highlights the syllables of a song."""
        return bool(_SIGN.search(self.block))


def tokens(text: str, kind: str) -> Iterator[str | Tag | Override]:
    """The text with its tags and overrides. In ASS, breaks and escaped braces are characters already."""
    if kind == "ass":
        yield from _ass_tokens(text)
        return
    done = 0
    for found in _MARKS.finditer(text):
        yield text[done : found.start()]
        done = found.end()
        if found["block"] is not None:
            yield Override(found["block"])
        else:
            name = (found["name"] or "").lower()
            yield Tag(found[0], name, bool(found["closing"]), found["classes"] or "", found["rest"] or "")
    yield text[done:]


def _ass_tokens(text: str) -> Iterator[str | Override]:
    closed = text.rfind("}") + 1  # behind it no brace is closed, so none is looked for
    done = 0
    for form, part in ((_ASS_MARKS, (0, closed)), (_ASS_END, (closed, len(text)))):
        for found in form.finditer(text, *part):
            yield text[done : found.start()]
            done = found.end()
            if form is _ASS_MARKS and found["block"] is not None:
                yield Override(found["block"])
            else:
                yield found["brace"] or ("\n" if found["break"] else " ")
    yield text[done:]


def plain(text: str, kind: str) -> str:
    """What players show: the text with line feeds, without markup and drawings, entities as characters."""
    return "".join(part for _, part in _voiced(text, kind))


def spans(entry: Entry, kind: str) -> list[tuple[str | None, str]]:
    """The plain text by the speaker whom the format names; None where it names nobody.

    The names are those of a voice span (WebVTT) and of the column Name or Actor (ASS).
    """
    if kind == "ass":
        return [(entry.fields.get("name") or None, plain(entry.text, kind))]
    return [(voice, part.strip("\n")) for voice, part in _voiced(entry.text, kind) if part.strip()]


def overrides(text: str, kind: str) -> Iterator[Override]:
    """The overrides of a text."""
    return (token for token in tokens(text, kind) if isinstance(token, Override))


def unescaped(text: str) -> str:
    """The text with HTML's entities as characters, as players show them: `&amp;` is `&`."""
    return _ENTITY.sub(lambda found: html.unescape(found[0]), text)


def _voiced(text: str, kind: str) -> Iterator[tuple[str | None, str]]:
    """The text shown, by voice span."""
    voice: str | None = None
    parts: list[str] = []
    drawing = False
    for token in tokens(text, kind):
        if isinstance(token, Override):
            drawing = drawing if token.draws is None else token.draws
        elif isinstance(token, str):
            parts += [] if drawing else [token]
        elif token.name == "v":
            yield voice, _as_shown("".join(parts), kind)
            parts = []
            voice = None if token.closing else " ".join(unescaped(token.rest).split()) or None
    yield voice, _as_shown("".join(parts), kind)


def _as_shown(text: str, kind: str) -> str:
    if kind == "ass":
        return text
    if kind == "srt":  # converters leave the breaks of ASS
        text = _BREAKS.sub("\n", text).replace("\\h", " ")
    return unescaped(text)

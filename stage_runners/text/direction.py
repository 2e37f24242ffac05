"""The direction of lines in Arabic, Hebrew and other scripts that are written from right to left.

Players take a line's direction from its first strong letter (Unicode Bidirectional Algorithm, rule P2). A
line of Arabic that begins with a Latin label or a Latin word is then laid out from left to right, with its
full stop at the wrong end.
"""

from __future__ import annotations

import unicodedata

from stage_runners.text.scripts import scripts

MARK = "\u200f"
"""The right-to-left mark: an invisible strong letter."""
_OPEN, _CLOSE = "\u202b", "\u202c"
"""A right-to-left embedding, for renderers whose lines always begin from the left."""
_RIGHT_TO_LEFT = frozenset({"ARABIC", "HEBREW", "SYRIAC", "THAANA", "NKO"})


def right_to_left(language: str) -> bool:
    """Whether the language is written from right to left."""
    return bool(scripts(language) & _RIGHT_TO_LEFT)


def of_line(text: str, *, film: bool) -> bool:
    """Whether a line with this text, without a label, is laid out from right to left.

    In a `film` of such a language that is every line with such a letter, elsewhere a line with mostly such
    letters.
    """
    right, left = _letters(text)
    return right > 0 and (film or right > left)


def marked(line: str, text: str, *, film: bool) -> str:
    """The line as shown, with a mark in front if a player would lay it out in the wrong direction.

    `line` holds `text` and perhaps a label and a dash.
    """
    if _begins(line) or not of_line(text, film=film):
        return line
    return MARK + _apart(line, text)


def embedded(line: str, text: str, *, film: bool) -> str:
    """The line in an embedding if it is laid out from right to left."""
    return f"{_OPEN}{_apart(line, text)}{_CLOSE}" if of_line(text, film=film) else line


def _apart(line: str, text: str) -> str:
    """The line with a mark between a Latin label and Latin text, which would run into each other."""
    label = line.removesuffix(text)
    return line if label == line or not label or _begins(text) else f"{label}{MARK}{text}"


def _begins(text: str) -> bool:
    return unicodedata.bidirectional(text[:1]) in {"R", "AL"}


def _letters(text: str) -> tuple[int, int]:
    """The number of strong letters from right to left, and from left to right."""
    classes = [unicodedata.bidirectional(char) for char in text]
    return sum(one in {"R", "AL"} for one in classes), classes.count("L")

r"""Shows texts from outside without letting them act: on a terminal, and in JSON that is printed.

File names, titles, tags, subtitles and messages of libraries may hold escape sequences (which colour, move
the cursor, set the clipboard), line ends, direction overrides and characters without a width. They are shown
as Python writes them: `\x1b`, `\n`, `\u202e`. The characters are those of Unicode's categories Cc, Cf, Cs, Zl
and Zp, in ranges (Unicode 15.1); visible ones among them, such as Arabic number signs, stay as they are.
"""

from __future__ import annotations

import json
import re
import unicodedata

_HIDDEN = re.compile(
    "[\x00-\x1f\x7f-\x9f\u00ad\u061c\u180e\u200b-\u200f\u2028-\u202e\u2060-\u206f\ud800-\udfff\ufeff\ufff9-\ufffb"
    "\U000e0000-\U000e007f]"
)
_JOINERS = "\u200c\u200d"
"""Persian, Indian scripts and emoji spell with them."""
_MARKS = "\u061c\u200e\u200f"
"""Direction marks, invisible: they order punctuation beside right-to-left letters."""
_BYTES = range(0xDC80, 0xDD00)
"""Surrogates that stand for bytes which are not UTF-8, in names of files."""


def legible(text: str, keep: str = "") -> str:
    r"""`text` with hidden characters written out, on one line unless `keep` has `\n`."""
    if not _HIDDEN.search(text):
        return text
    right_to_left = any(unicodedata.bidirectional(char) in {"R", "AL"} for char in text if char not in _MARKS)

    def shown(found: re.Match[str]) -> str:
        char = found.group()
        if char in keep or (char in _MARKS and right_to_left):
            return char
        if char in _JOINERS and found.start() and text[found.start() - 1] > "\u02ff":
            return char
        if ord(char) in _BYTES:
            return f"\\x{ord(char) - 0xDC00:02x}"
        return ascii(char)[1:-1]

    return _HIDDEN.sub(shown, text)


def legible_json(text: str) -> str:
    r"""JSON from `json.dumps` without `ensure_ascii`, its hidden characters as `\uXXXX`: the same data."""

    def escaped(found: re.Match[str]) -> str:
        char = found.group()
        return char if char == "\n" else json.dumps(char)[1:-1]  # line ends are those of its indentation

    return _HIDDEN.sub(escaped, text)

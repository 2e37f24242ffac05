"""Full-width punctuation and brackets of Chinese and Japanese, as print has them.

Whisper mixes them with those of Latin text. A mark changes if it stands beside Chinese or Japanese letters,
never inside a number, a Latin word or an address: `3,000`, `GPT-4, v1.2` and `https://a.b/c?d` stay.
"""
# ruff: noqa: RUF001 - full-width punctuation looks like Latin punctuation

from __future__ import annotations

import re

LANGUAGES = frozenset({"zh", "yue", "ja"})
_LETTER = (
    "\u3005-\u3007\u3041-\u309f\u30a0-\u30ff"
    "\u31f0-\u31ff\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff\U00020000-\U0003ffff"
)
_WIDE = _LETTER + "\u3000-\u3004\u3008-\u3020\uff01-\uff60\u2018-\u201d\u2026"
"""Letters, and the punctuation that stands between them."""
_CHINESE = dict(zip(",.?!:;｡､", "，。？！：；。、", strict=True))
_JAPANESE = {**_CHINESE, ",": "、"}
_MARK = re.compile(
    rf"(?<=[{_WIDE}])(?:[,?!:;｡､]|\.(?![A-Za-z0-9]))+"
    rf"|[,?!;｡､]+(?=\s*[{_LETTER}])"
    rf"|(?<=[A-Za-z0-9%+])[.?!]+(?=[\"'”’)\]]*\s*$)"
)
_PAIR = re.compile(rf"\(([^()]*[{_LETTER}][^()]*)\)|(?<=[{_LETTER}])\(([^()]*)\)")
_DOTS = re.compile(r"\.{3,}|。{2,}")


def full_width(text: str, language: str) -> str:
    """The text with full-width punctuation if its language has it; its length stays the same.

    A text without Chinese or Japanese letters is foreign, and stays as it is.
    """
    if language not in LANGUAGES or not re.search(f"[{_LETTER}]", text):
        return text
    marks = _JAPANESE if language == "ja" else _CHINESE
    text = _PAIR.sub(lambda found: f"（{found[0][1:-1]}）", text)
    return _MARK.sub(lambda found: _marks(found, marks), text)


def _marks(found: re.Match[str], marks: dict[str, str]) -> str:
    """The marks in full width; dots stay an ellipsis."""
    if _DOTS.fullmatch(found[0]):
        return found[0]
    return "".join(marks[char] for char in found[0])


def without_spaces(text: str) -> str:
    """The text without spaces after full-width marks."""
    return re.sub("(?<=[，。？！：；、）」』】》〉]) +", "", text)


def closes(char: str) -> bool:
    """Whether a mark has the room of a space after it, so that none follows."""
    return char in "，。？！：；、）」』】》〉"

"""Styles of ASS as override codes: how a cue in another style differs from the one that it had."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

Style = Mapping[str, Any]
_SWITCHES = {"bold": "b", "italic": "i", "underline": "u", "strikeout": "s"}
_VALUES = {
    "fontname": "fn", "fontsize": "fs", "primarycolor": "c", "secondarycolor": "2c", "outlinecolor": "3c",
    "backcolor": "4c", "primarycolor_alpha": "1a", "secondarycolor_alpha": "2a", "outlinecolor_alpha": "3a",
    "backcolor_alpha": "4a", "scalex": "fscx", "scaley": "fscy", "spacing": "fsp", "angle": "frz",
    "outline": "bord", "shadow": "shad", "alignment": "an",
}  # fmt: skip
_LEFT = {"marginl": "margin", "marginr": "margin", "marginv": "margin", "borderstyle": "border style"}


def as_codes(style: Style, instead: Style) -> list[str]:
    """The codes that make a cue in the style `instead` look as in `style`."""
    codes = [
        f"\\{letter}{int(bool(style[name]))}"
        for name, letter in _SWITCHES.items()
        if bool(style[name]) != bool(instead[name])
    ]
    return codes + [
        f"\\{code}{_written(style[name])}" for name, code in _VALUES.items() if style[name] != instead[name]
    ]


def lost(style: Style, instead: Style) -> Iterator[str]:
    """Words for what of the style no code can say."""
    for name, word in _LEFT.items():
        if style[name] != instead[name]:
            yield word


def changed(before: Mapping[str, Style], after: Mapping[str, Style]) -> list[str]:
    """The names of styles that look otherwise in the other file."""
    return [name for name, style in before.items() if name in after and dict(after[name]) != dict(style)]


def _written(value: Any) -> str:
    return f"{value:g}" if isinstance(value, float) else str(value)

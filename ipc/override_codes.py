r"""Override codes of Advanced SubStation Alpha in the text of a cue: italics, colours, positions.

A code is kept as it stands between braces (`\i1`, `\an8`), with its place in the text, which itself has no
codes. Italics, bold, underline and strike-through (`\i1` ... `\i0`) are written in one way however another
program writes them, so that equal looks are equal codes. Standard library only.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Sequence
from typing import NamedTuple

LONGEST = 200
"""Maximum characters of one code."""
MOST = 64
"""Maximum codes of one cue."""
_CODE = re.compile(r"\\t\([^{}\x00-\x1f]*\)|\\[1-4]?[A-Za-z]+(?:\([^(){}\\\x00-\x1f]*\)|[^\\(){}\x00-\x1f]*)")
_SWITCH = re.compile(r"\\([ibus])([01]?)")
_OF_CUE = re.compile(r"\\(an?\d|pos\b|move\b|org\b|fade?\b|i?clip\b|q\d)")
"""Codes that hold for the whole cue, wherever they stand."""
_RESET = re.compile(r"\\r")
SWITCHES = "ibus"


class Code(NamedTuple):
    """A code before the character `at` of a text."""

    at: int
    code: str


def split(block: str) -> tuple[list[str], str]:
    """The codes of a block, without its braces, and what is none, such as a comment."""
    codes = [found for found in _CODE.findall(block) if len(found) <= LONGEST]
    return codes, " ".join(_CODE.sub(" ", block).split())


def valid(code: str) -> bool:
    """Whether it is one code that can be written between braces."""
    return len(code) <= LONGEST and bool(_CODE.fullmatch(code))


def switch(code: str) -> tuple[str, bool] | None:
    r"""The letter and state of a switch: `("i", True)` for `\i1`; None for another code."""
    found = _SWITCH.fullmatch(code)
    return (found[1], found[2] == "1") if found else None


def canonical(text: str, codes: Iterable[Code]) -> tuple[Code, ...]:
    """The codes in one form: those of the cue at its start, switches where they change what is seen."""
    given = sorted(codes, key=lambda one: one.at)
    seen = [k for k, char in enumerate(text) if not char.isspace()]
    end = seen[-1] + 1 if seen else 0
    of_cue = [Code(0, one.code) for one in given if _OF_CUE.match(one.code)]
    rest = [one for one in given if not _OF_CUE.match(one.code) and one.at < end]
    if any(_RESET.match(one.code) for one in rest):
        return (*dict.fromkeys(of_cue), *rest)[:MOST]
    others = [one for one in rest if switch(one.code) is None]
    found = [*dict.fromkeys(of_cue), *others, *_switched(text, rest, seen)]
    return tuple(sorted(found, key=lambda one: one.at))[:MOST]


def _switched(text: str, codes: Sequence[Code], seen: Sequence[int]) -> Iterator[Code]:
    """The switches that change a visible character: on before it, off behind the last one before it."""
    del text
    wanted = dict.fromkeys(SWITCHES, False)
    state = dict(wanted)
    left = [one for one in codes if switch(one.code)]
    behind = 0
    for k in seen:
        while left and left[0].at <= k:
            letter, on = switch(left.pop(0).code) or ("", False)
            wanted[letter] = on
        for letter in SWITCHES:
            if wanted[letter] != state[letter]:
                state[letter] = wanted[letter]
                yield Code(k if wanted[letter] else behind, f"\\{letter}{int(wanted[letter])}")
        behind = k + 1


def of_lines(text: str, codes: Iterable[Code]) -> list[tuple[Code, ...]]:
    """The codes of each line of a text, at places in that line; what is on stays on in the next line."""
    left = sorted(codes, key=lambda one: one.at)
    result: list[tuple[Code, ...]] = []
    on: dict[str, bool] = {}
    start = 0
    for line in text.split("\n"):
        own = [Code(0, f"\\{letter}1") for letter, state in on.items() if state]
        while left and left[0].at <= start + len(line):
            one = left.pop(0)
            own.append(Code(max(0, one.at - start), one.code))
            if found := switch(one.code):
                on[found[0]] = found[1]
        result.append(tuple(own))
        start += len(line) + 1
    return result


def written(
    text: str, codes: Iterable[Code], escape: Callable[[str], str], as_tag: Callable[[str], str]
) -> str:
    """The text with each code as a tag at its place; all else is escaped."""
    parts = []
    done = 0
    for at, code in sorted(codes, key=lambda one: one.at):
        parts += [escape(text[done:at]), as_tag(code)]
        done = max(done, min(at, len(text)))
    return "".join([*parts, escape(text[done:])])

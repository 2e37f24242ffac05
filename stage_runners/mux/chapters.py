"""Chapters of a Matroska film as a tree: editions, nested and hidden chapters, names in several languages.

ffmpeg copies a flat list of times and names, without languages. So the tree is moved to the clock of the new
film here, and written into the room of a list that ffmpeg wrote (`reserve`). See RFC 9559, 5.1.7.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from stage_runners.mux import ebml
from stage_runners.mux.ebml import CHAPTERS, CRC, VOID, Element

EDITION, ATOM, DISPLAY = 0x45B9, 0xB6, 0x80
UID, START, END, HIDDEN, ENABLED, TRACK = 0x73C4, 0x91, 0x92, 0x98, 0x4598, 0x8F
STRING, LANGUAGE, LANGUAGE_BCP47 = 0x85, 0x437C, 0x437D
SEGMENT_UID = 0x6E67
EDITION_UID, EDITION_HIDDEN, EDITION_DEFAULT, EDITION_ORDERED = 0x45BC, 0x45BD, 0x45DB, 0x45DD
_FFMPEG_EDITION = {EDITION_UID: None, EDITION_HIDDEN: 0, EDITION_DEFAULT: None, EDITION_ORDERED: 0}
_FFMPEG_ATOM = {UID: None, START: None, END: None, HIDDEN: 0, ENABLED: 1}
"""What ffmpeg writes itself, with the only value that it writes; None: any."""
_DEEPEST = 32
"""Players show two or three levels of chapters; a file may pretend to have thousands."""
_SEAM_NS = 100_000_000
"""Nanoseconds between two ordered chapters that count as none."""
_TITLE = 400
"""Bytes of a title in `reserve`: some versions of ffmpeg read no longer lines than 1024."""


class Moved(NamedTuple):
    """Chapters on another clock, and the names of those that lie wholly before it."""

    element: Element
    before: tuple[str, ...]


def of(film: Path) -> Element | None:
    """The chapters of a Matroska film; None without any, or if they cannot be read to their last element."""
    placed = ebml.top_level(film, [CHAPTERS]).get(CHAPTERS)
    try:
        editions = placed.element.of(EDITION) if placed else []
        tree = ebml.master(CHAPTERS, editions)
        return tree if _read(tree) else None
    except ValueError:
        return None


def _read(tree: Element) -> int:
    """The number of chapters; `ValueError` if one is damaged, so that nobody who reads them needs to ask."""
    for edition in tree.of(EDITION):
        edition.number(EDITION_ORDERED, 0)
    found = list(atoms(tree))
    for atom in found:
        for id_ in (START, END, HIDDEN, ENABLED):
            atom.number(id_, 0)
        for shown in atom.of(DISPLAY):
            shown.children()
    return len(found)


def atoms(parent: Element, depth: int = 0) -> Iterator[Element]:
    """Every chapter in an element, in order; `ValueError` if they are nested more than `_DEEPEST` times."""
    if depth > _DEEPEST:
        raise ValueError("the chapters are nested too deeply")
    for child in parent.children():
        if child.id == ATOM:
            yield child
        if child.id in {EDITION, ATOM}:
            yield from atoms(child, depth + 1)


def title(atom: Element) -> str:
    """The first name of a chapter, or what there is instead."""
    return next((f"'{shown.text(STRING)}'" for shown in atom.of(DISPLAY)), "without a name")


def seconds(atom: Element) -> float:
    """The start of a chapter, in seconds."""
    return atom.number(START, 0) / 1e9


def beyond_a_list(chapters: Element) -> list[str]:
    """What a flat list of times and names does not hold, in words; empty for such a list."""
    editions, found = chapters.of(EDITION), list(atoms(chapters))
    nested = len(found) - sum(len(edition.of(ATOM)) for edition in editions)
    several = any(len(atom.of(DISPLAY)) > 1 for atom in found)
    hidden = [a for a in found if a.number(HIDDEN, 0) or not a.number(ENABLED, 1)]
    beyond = [
        (len(editions) > 1, f"{len(editions)} editions"),
        (nested, f"{nested} nested chapters" if nested > 1 else "a nested chapter"),
        (any(edition.number(EDITION_ORDERED, 0) for edition in editions), "the order of an ordered edition"),
        (several, "chapter names in several languages"),
        (hidden, "hidden or disabled chapters"),
    ]
    return [words for there, words in beyond if there]


def played_otherwise(chapters: Element) -> str:
    """How players that follow ordered chapters play the film, where that is not from start to end; else
    empty.

    Only the edition that is played by default counts (RFC 9559, 20.1.3 and 17.2).
    """
    editions = chapters.of(EDITION)
    first = next((one for one in editions if one.number(EDITION_DEFAULT, 0)), *editions[:1])
    if not first.number(EDITION_ORDERED, 0):
        return ""
    played = [atom for atom in first.of(ATOM) if atom.number(ENABLED, 1)]
    elsewhere = [atom for atom in played if atom.of(SEGMENT_UID)]
    if elsewhere:
        return f"with parts of other files ({', '.join(map(title, elsewhere[:5]))})"
    end = 0
    for atom in played:
        if abs(atom.number(START, 0) - end) > _SEAM_NS:
            return "in another order, or not all of it"
        end = atom.number(END, 0)
    return ""


def as_ffmpeg(chapters: Element) -> bool:
    """Whether ffmpeg writes these chapters as they are: one edition, no nesting, no languages."""
    editions = chapters.of(EDITION)
    return len(editions) == 1 and all(
        _plain(child) if child.id == ATOM else _known(child, _FFMPEG_EDITION)
        for child in editions[0].children()
    )


def _plain(atom: Element) -> bool:
    shown = atom.of(DISPLAY)
    return (
        all(child.id == DISPLAY or _known(child, _FFMPEG_ATOM) for child in atom.children())
        and len(shown) <= 1
        and all(
            {c.id for c in s.children()} <= {STRING, LANGUAGE} and s.text(LANGUAGE) == "und" for s in shown
        )
    )


def _known(child: Element, table: dict[int, int | None]) -> bool:
    if child.id in {CRC, VOID}:
        return True
    value = table.get(child.id, -1)
    return value is None or value == int.from_bytes(child.content, "big")


def moved(chapters: Element, begin: float, end: float | None) -> Moved:
    """The chapters between two times of the old film in seconds, on a clock that starts at `begin`."""
    first, last = round(begin * 1e9), None if end is None else round(end * 1e9)
    before: list[str] = []
    editions = [_edition(edition, first, last, before) for edition in chapters.of(EDITION)]
    return Moved(ebml.master(CHAPTERS, [one for one in editions if one.of(ATOM)]), tuple(before))


def _edition(parent: Element, first: int, last: int | None, before: list[str]) -> Element:
    """An edition or a chapter whose chapters are moved; the names of those that ended before are added."""
    children: list[Element] = []
    starts = sorted(child.number(START, 0) for child in parent.of(ATOM))
    for child in parent.children():
        if child.id in {CRC, VOID}:
            continue
        if child.id != ATOM:
            children.append(child)
            continue
        start, ends = child.number(START, 0), child.of(END)
        following = next((later for later in starts if later > start), None)
        stop = int.from_bytes(ends[0].content, "big") if ends else following
        if start < first and stop is not None and stop <= first:
            before += [title(child), *map(title, atoms(child))]
        elif last is None or start < last:
            children.append(_atom(_edition(child, first, last, before), first, last))
    return ebml.master(parent.id, children)


def _atom(atom: Element, first: int, last: int | None) -> Element:
    """A chapter with its own times moved. Numbers of tracks go: those of the new film are others."""

    def on_the_clock(child: Element) -> Element:
        time = int.from_bytes(child.content, "big")
        return ebml.number(child.id, max(0, (time if last is None else min(time, last)) - first))

    return ebml.master(
        ATOM, [on_the_clock(c) if c.id in {START, END} else c for c in atom.children() if c.id != TRACK]
    )


def reserve(chapters: Element) -> str:
    """Chapters for ffmpeg's metadata file that take at least as much room as these."""
    count = len(chapters.written()) // _TITLE + 2
    return ";FFMETADATA1\n" + "".join(
        f"[CHAPTER]\nTIMEBASE=1/1000\nSTART={k}\nEND={k + 1}\ntitle={'x' * _TITLE}\n" for k in range(count)
    )

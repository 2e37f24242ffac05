"""From the role that a database or an .nfo gives an actor to a character with a name: 'Aditi "Addy" Sharma
(voice)'.

A role is free text. What cannot be a name in the dialogue is left out: notes in brackets, people who play
themselves, and roles without a name ("Bartender", "Man #2"; see `nameless_roles`).
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import replace

from stage_runners.tmdb.film_facts import Row, clean, folded
from stage_runners.tmdb.nameless_roles import nameless
from stage_runners.tmdb.thresholds import CAST

_SELF = re.compile(
    r"^(self|him ?self|her ?self|them ?sel(?:f|ves)|it ?self|selbst|(er|sie) selbst|(lui|elle)[ -]m[eê]me|"
    r"(él|ella) mism[oa]|s[eé] stess[oa]|archive footage)\b",
    re.IGNORECASE,
)
_APPEARANCE = re.compile(
    r"^(special|friendly|guest|extended|cameo)\b.*\bappearance\b|^cameo\b|^item (number|song|girl)\b",
    re.IGNORECASE,
)
_AKA = re.compile(r"\s+(?:a\.?\s?k\.?\s?a\.?|alias|also known as|also called)\s+", re.IGNORECASE)
_PARTS = re.compile(
    r"\s*[/|;]\s*|\s+&\s+|\s+[-\u2013\u2014]\s+|,\s+(?!(?:jr|sr|esq)\b\.?|I{1,3}\b)", re.IGNORECASE
)
_QUOTED = re.compile(
    r"[\"\u201c\u201d«»\u201e]\s*([^\"\u201c\u201d«»\u201e]+?)\s*[\"\u201c\u201d«»\u201e]|"
    r"(?<!\w)['\u2018\u2019]([^'\u2018\u2019]+)['\u2018\u2019](?!\w)"
)
_BRACKETS = re.compile(r"\s*[(\[]([^()\[\]]*)[)\]]\s*")
_AGE = re.compile(
    r"^(?:(?:very )?young(?:er)?|old(?:er)?|teen(?:age[dr]?)?|adult|child|kid|middle[- ]aged|elderly|"
    r"adolescent)\s+",
    re.IGNORECASE,
)
_ROLES = 1000
"""Roles of a film that are read; most of them are left out in the end (`CAST.rows`)."""
_SMALL = re.compile(r"^(?:little|baby|big|infant|toddler|future|past)\s+", re.IGNORECASE)
_TITLE = re.compile(
    r"^(?:dr|doctor|mrs?|ms|miss|prof|professor|sir|lady|lord|captain|inspector|father|sister|brother|uncle|"
    r"aunt|aunty)$"
)


def people(billed: Iterable[tuple[str, str]]) -> tuple[tuple[Row, ...], int]:
    """Characters from (role, actor) in the order of billing, and how many roles were left out: those that
    have no name, and those beyond the first `_ROLES`.

    A role that several actors play (young and adult) becomes one row, with the first of them.
    """
    found: list[Row] = []
    aged: list[bool] = []
    dropped = 0
    for number, (role, actor) in enumerate(billed):
        if number >= _ROLES:  # to compare each with each would take hours
            dropped += 1
            continue
        named = characters(role, clean(actor))
        for row, by_age in named:
            found.append(row)
            aged.append(by_age)
        dropped += not named
    # A character played at several ages is the one without an age in the role, wherever that one is billed.
    rows = [row for row, by_age in zip(found, aged, strict=True) if not by_age]
    for row, by_age in zip(found, aged, strict=True):
        if by_age and not any(_is_of(row.name, other) for other in rows):
            rows.append(row)
    by_order = {id(row): place for place, row in enumerate(found)}
    rows.sort(key=lambda row: by_order[id(row)])
    return tuple(_small_ones(_once(rows))), dropped


def characters(role: str, actor: str = "") -> list[tuple[Row, bool]]:
    """The character of one role, and whether the role has an age; empty if it has no name.

    Several names in a role ("Neo / Thomas Anderson") belong to one character, with one voice.
    """
    text = clean(role[: CAST.role])
    if _SELF.match(text) or _APPEARANCE.match(text):
        return []
    names: list[str] = []
    by_age = False
    for part in _PARTS.split(_AKA.sub(" / ", text)):
        for name in _names(part):
            grown = _AGE.sub("", name)
            aged = grown != name and grown[:1].isupper()
            by_age = by_age or (aged and not names)
            if not nameless(grown if aged else name):
                names.append(grown if aged else name)
    unique = list({folded(name): name for name in reversed(names)}.values())[::-1]
    if not unique:
        return []
    return [(Row(name=unique[0], actor=actor, aliases=tuple(unique[1:])), by_age)]


def _names(part: str) -> list[str]:
    """The name in one part of a role, then its nicknames."""
    nicknames: list[str] = []

    def bracket(found: re.Match[str]) -> str:
        inner = found[1].strip()
        before, after = part[: found.start()].strip(), part[found.end() :].strip()
        if before and after and not nameless(inner) and not _note(inner):
            nicknames.append(inner)
        return " "

    def quoted(found: re.Match[str]) -> str:
        nicknames.append((found[1] or found[2]).strip())
        return " "

    without = clean(_QUOTED.sub(quoted, _BRACKETS.sub(bracket, part)))
    without = (
        re.sub(r"\s*[(\[].*$", "", without).strip(" ,.:;-")
        if without.endswith(("(", "[")) or "(" in without
        else without
    )
    without = without.strip(' ,:;-"')
    if not without or (nicknames and _TITLE.match(folded(without))):
        joined = f"{without} {nicknames[0]}".strip() if nicknames else ""
        return [joined, *nicknames[1:]] if joined else []
    return [without, *(name for name in nicknames if not nameless(name))]


def _note(inner: str) -> bool:
    """Whether brackets hold a note on the part, such as (voice) or (as a child), and not a name."""
    return not inner[:1].isupper() or bool(
        re.search(r"\d|voice|footage|uncredited|credit|version", inner, re.IGNORECASE)
    )


def _is_of(name: str, other: Row) -> bool:
    """Whether `name` is one of `other`'s names, or the given name."""
    wanted = folded(name)
    names = [folded(known) for known in (other.name, *other.aliases)]
    return any(wanted == known or (" " not in wanted and wanted in known.split()) for known in names)


def _small_ones(rows: list[Row]) -> list[Row]:
    """The rows without "Little Raj" if there is a Raj; if there is not, it may be a nickname."""
    kept = []
    for row in rows:
        bare = _SMALL.sub("", row.name)
        if bare != row.name and any(_is_of(bare, other) for other in rows if other is not row):
            continue
        kept.append(row)
    return kept


def _once(rows: list[Row]) -> list[Row]:
    """Rows of one name merged into one, at the place of the first, with the aliases of all."""
    by_name: dict[str, Row] = {}
    for row in rows:
        key = folded(row.name)
        if key not in by_name:
            by_name[key] = row
            continue
        first = by_name[key]
        aliases = {folded(a): a for a in (*row.aliases, *first.aliases)}
        ordered = [a for a in dict.fromkeys((*first.aliases, *row.aliases)) if aliases.get(folded(a)) == a]
        by_name[key] = replace(first, aliases=tuple(ordered), actor=first.actor or row.actor)
    return list(by_name.values())

"""Terms of a film and forms of address, in the source and the target language: the user's, and a model's.

A form of address is a term whose source is `SPEAKER > LISTENER`, such as `Anna > Tom` with the target `du`.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import NamedTuple

from stage_runners.text.grammar import spaceless
from stage_runners.translation.placeholders import fold, missing
from stage_runners.translation.thresholds import NAME_FORMS

ADDRESS = "address"
KINDS = ("name", "place", "term", ADDRESS)
USER, MODEL = "user", "model"
TO = ">"
"""Stands between the two people of a form of address."""
LONGEST = 80
"""Characters of a term, in either language."""
LONGEST_NOTE = 160
MOST_IN_A_QUESTION = 40
"""Terms that a question holds."""


class Term(NamedTuple):
    """A term: how it is said in the film, and how it is to be written. `origin` is `user` or `model`."""

    source: str
    target: str
    note: str = ""
    kind: str = "term"
    origin: str = MODEL


def cleaned(value: object, longest: int) -> str:
    """A text from outside on one line, without control characters; empty if it is none or is too long."""
    if not isinstance(value, str):
        return ""
    text = " ".join("".join(map(_plain, value)).split())
    return text if len(text) <= longest else ""


def _plain(char: str) -> str:
    """The character; a space for one that breaks lines or controls a device, nothing for one that turns the
    direction of what follows.
    """
    if "\u202a" <= char <= "\u202e" or "\u2066" <= char <= "\u2069":
        return ""
    return " " if unicodedata.category(char) in {"Cc", "Cs", "Co", "Cn", "Zl", "Zp"} else char


def address(speaker: str, listener: str) -> str:
    """The source of a form of address."""
    return f"{speaker} {TO} {listener}"


def merged(user: Sequence[Term], model: Iterable[Term]) -> tuple[Term, ...]:
    """The user's terms, then those of the model with another source."""
    taken = {term.source.casefold() for term in user}
    return (*user, *(term for term in model if term.source.casefold() not in taken))


def is_said(source: str, folded: str) -> bool:
    """Whether the term is said in a text (see `placeholders.fold`), also with an ending."""
    form = fold(source)
    if any(map(spaceless, form)):
        return form in folded
    stem = re.escape(form[: max(2, len(form) - (1 if len(form) < 6 else 2))])
    return (
        re.search(rf"(?<!\w)(?:{re.escape(form)}|{stem}\w{{0,{NAME_FORMS.ending}}})(?!\w)", folded)
        is not None
    )


def lost(terms: Iterable[Term], source: str, translation: str) -> bool:
    """Whether `source` says a term of the user, in just this form, that its translation lacks.

    A target may be several forms with a slash between them. A form of address shows in verbs too, so it is
    not searched for.
    """
    text = fold(source)
    for term in terms:
        if term.kind == ADDRESS or term.origin != USER:
            continue
        form = fold(term.source)
        dense = any(map(spaceless, form))
        if form in text if dense else re.search(rf"(?<!\w){re.escape(form)}(?!\w)", text):
            written = tuple(one.strip() for one in term.target.split("/") if one.strip())
            if missing(translation, [written]):
                return True
    return False


def relevant(terms: Iterable[Term], texts: Sequence[str], speakers: Iterable[str]) -> list[Term]:
    """The terms that the lines `texts` of these speakers need, the user's first."""
    text, there = fold("\n".join(texts)), {speaker.casefold() for speaker in speakers if speaker}
    found = []
    for term in terms:
        if term.kind == ADDRESS:
            speaker = term.source.partition(TO)[0].strip().casefold()
            if speaker in there:
                found.append(term)
        elif is_said(term.source, text):
            found.append(term)
    return sorted(found, key=lambda term: term.origin != USER)[:MOST_IN_A_QUESTION]


def read_terms(path: Path) -> tuple[str, tuple[Term, ...]]:
    """The summary and the terms of a table `terms`."""
    from ipc.artifacts import read

    table = read(path, "terms")
    rows = [Term(r["source"], r["target"], r["note"], r["kind"], r["origin"]) for r in table.rows()]
    return str(table.content["summary"]), tuple(rows)

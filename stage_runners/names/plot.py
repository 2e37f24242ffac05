"""Names in a plot: mentions of the cast, and further names by spaCy's named entities."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from typing import Any, NamedTuple

from stage_runners.names.thresholds import WEIGHTS

_PERSONS = frozenset({"PERSON"})
_PLACES = frozenset({"GPE", "LOC", "FAC"})
_ACTOR = re.compile(r"\([^)]*\)")
"""A plot often has the actor after the character, in brackets."""


class Entity(NamedTuple):
    """A name in the plot: `kind` is character or place, `times` how often it is there."""

    name: str
    kind: str
    times: int


def is_english(plot: str) -> bool:
    """Whether most words are English, by simplemma's dictionary."""
    from simplemma import in_target_language

    return bool(plot.strip()) and float(in_target_language(plot, lang="en")) > WEIGHTS.english


def mentions(plot: str, term: str) -> int:
    """How often a term is in the plot as a whole word."""
    return len(re.findall(rf"(?<!\w){re.escape(term)}(?!\w)", plot, re.IGNORECASE))


def entities(plot: str, actors: Sequence[str], model: Any) -> list[Entity]:
    """Persons and places of an English plot that spaCy's `model` finds, the most frequent first, without
    `actors`.
    """
    known = {actor.casefold() for actor in actors if actor}
    counts: Counter[tuple[str, str]] = Counter()
    for entity in model(_ACTOR.sub(" ", plot)).ents:
        kind = "character" if entity.label_ in _PERSONS else "place" if entity.label_ in _PLACES else ""
        name = re.sub(r"(?:['’]s)$", "", entity.text.strip())  # noqa: RUF001
        name = re.sub(r"^the\s+", "", name, flags=re.IGNORECASE)
        if kind and name and name[0].isupper() and name.casefold() not in known:
            counts[(name, kind)] += 1
    return [Entity(name, kind, count) for (name, kind), count in counts.most_common()]

"""What a line break costs by a dependency parse: what it tears apart, in the words of Netflix's general requirements.

A break between two words is crossed by arcs of the parse. What the worst of them ties together says how bad the break is: an article, an
adjective or a first name and its noun, an auxiliary and its verb, a preposition and its object belong together; a clause or a
prepositional phrase and what it hangs on may stand in two lines. A line that ends with a conjunction ends too late by a word, whatever crosses.
The labels are those of spaCy's English models (ClearNLP's).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Protocol

from stage_runners.phrases.thresholds import BREAK_COSTS as COSTS

_TIES: dict[str, float] = {
    **dict.fromkeys(
        ("det", "predet", "poss", "case", "nummod", "quantmod", "amod", "compound", "nmod"), COSTS.never
    ),
    **dict.fromkeys(("aux", "auxpass", "neg", "pobj", "pcomp", "prt", "expl"), COSTS.never),
    **dict.fromkeys(("nsubj", "nsubjpass", "attr", "acomp", "oprd", "intj", "csubj"), COSTS.subject),
    **dict.fromkeys(("dobj", "dative", "advmod", "xcomp"), COSTS.verb_object),
    **dict.fromkeys(("prep", "agent", "conj", "cc", "acl", "npadvmod"), COSTS.preposition),
    **dict.fromkeys(
        ("relcl", "advcl", "ccomp", "appos", "parataxis", "mark", "preconj", "dep", "meta"), COSTS.clause
    ),
    "punct": COSTS.punctuation,
}
"""The cost of tearing a word from its head, by the label of the arc between them."""
_PRONOUNS: frozenset[str] = frozenset({"PRP", "WP", "WDT", "EX"})
"""Tags of words that lean on their verb: `he | went` tears what is spoken as one."""
_OPENING = frozenset({"mark", "cc", "preconj"})
_OPENING_TAGS = frozenset({"WRB", "WDT", "WP", "TO", "IN", "CC", "DT", "PRP$", "PDT"})


class Parsed(Protocol):
    """A word of a parsed text, as spaCy's `Token`: `i` counts words, `idx` characters, `dep_` is the label of the arc to `head`."""

    i: int
    idx: int
    dep_: str
    tag_: str
    is_punct: bool

    @property
    def head(self) -> Parsed:
        """The word that it depends on; itself for the root."""


def costs(parsed: Iterable[Parsed], starts: Sequence[int]) -> list[float]:
    """Cost of a break before the character at each of `starts`, ascending; `parsed` is spaCy's `Doc`."""
    tokens = list(parsed)
    crossing = [0.0] * (len(tokens) + 1)
    for token in tokens:
        if token.head is token or token.head.i == token.i:
            continue
        tie = _tie(token)
        low, high = sorted((token.i, token.head.i))
        for place in range(low + 1, high + 1):
            crossing[place] = max(crossing[place], tie)
    places = {token.idx: token.i for token in tokens}
    found = []
    for start in starts:
        word = places.get(start)
        if not word:
            # None: the parser took the word for a part of another.
            found.append(0.0 if word == 0 else COSTS.never)
            continue
        before = _word_before(tokens, word)
        opens = before is not None and (before.dep_ in _OPENING or before.tag_ in _OPENING_TAGS)
        cost = crossing[word]
        found.append(max(cost, COSTS.opening_last) if opens and cost else cost)
    return found


def _tie(token: Parsed) -> float:
    """How firmly a word is tied to its head."""
    label = token.dep_
    if label in {"nsubj", "nsubjpass", "dobj", "dative", "expl"} and token.tag_ in _PRONOUNS:
        return COSTS.pronoun
    if label in {"conj", "cc"} and token.head.tag_[:1] in {"V", "M"}:
        return COSTS.joined_clauses  # clauses rather than things
    if label == "advmod" and token.head.tag_[:1] in {"J", "R", "C"}:
        return COSTS.never
    return _TIES.get(label, COSTS.unknown)


def _word_before(tokens: Sequence[Parsed], place: int) -> Parsed | None:
    """The last word before `place`; None where punctuation stands between."""
    return None if tokens[place - 1].is_punct else tokens[place - 1]

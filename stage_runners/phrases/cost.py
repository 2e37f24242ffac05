"""The cost of a line break by a dependency parse, after Netflix's general requirements.

A break between two words crosses arcs of the parse, and the strongest of these ties decides the cost. An
article, an adjective or a first name belongs to its noun, an auxiliary to its verb, a preposition to its
object; a clause or a prepositional phrase may be on another line than its head. A line that ends with a
conjunction ends one word too late. The labels are those of spaCy's English models (ClearNLP).
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
"""The cost of separating a word from its head, by the label of their arc."""
_PRONOUNS: frozenset[str] = frozenset({"PRP", "WP", "WDT", "EX"})
"""Tags of pronouns that belong to their verb: `he | went` separates what is spoken as one unit."""
_OPENING = frozenset({"mark", "cc", "preconj"})
_OPENING_TAGS = frozenset({"WRB", "WDT", "WP", "TO", "IN", "CC", "DT", "PRP$", "PDT"})


class Parsed(Protocol):
    """A word of a parsed text, like spaCy's `Token`.

    `i` counts words, `idx` characters; `dep_` labels the arc to `head`.
    """

    i: int
    idx: int
    dep_: str
    tag_: str
    is_punct: bool

    @property
    def head(self) -> Parsed:
        """The word that it depends on; itself for the root."""


def costs(parsed: Iterable[Parsed], starts: Sequence[int]) -> list[float]:
    """The cost of a break before each character index in `starts`, ascending; `parsed` is spaCy's `Doc`."""
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
            # None: the parser treats the word as part of another
            found.append(0.0 if word == 0 else COSTS.never)
            continue
        before = _word_before(tokens, word)
        opens = before is not None and (before.dep_ in _OPENING or before.tag_ in _OPENING_TAGS)
        cost = crossing[word]
        found.append(max(cost, COSTS.opening_last) if opens and cost else cost)
    return found


def _tie(token: Parsed) -> float:
    """The strength of the tie between a word and its head."""
    label = token.dep_
    if label in {"nsubj", "nsubjpass", "dobj", "dative", "expl"} and token.tag_ in _PRONOUNS:
        return COSTS.pronoun
    if label in {"conj", "cc"} and token.head.tag_[:1] in {"V", "M"}:
        return COSTS.joined_clauses  # clauses rather than things
    if label == "advmod" and token.head.tag_[:1] in {"J", "R", "C"}:
        return COSTS.never
    return _TIES.get(label, COSTS.unknown)


def _word_before(tokens: Sequence[Parsed], place: int) -> Parsed | None:
    """The last word before `place`; None if punctuation is between."""
    return None if tokens[place - 1].is_punct else tokens[place - 1]

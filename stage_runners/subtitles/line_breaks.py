"""Finds the best line breaks of a span of tokens, and their cost."""

from __future__ import annotations

from collections.abc import Sequence

from ipc.cue_rules import size
from stage_runners.subtitles.thresholds import LINE_BREAKS as COST
from stage_runners.subtitles.tokens import Token
from stage_runners.text.grammar import (
    CLOSING,
    NEVER_FIRST,
    NEVER_LAST,
    bare,
    clings,
    ending,
    grammar,
    script,
    spaceless,
)


class Lines:
    """Line breaks for any span `first`..`last` of `tokens`: `count` lines of `width` characters at most.

    `ends[k]` is what ends before token k (`sentence`, `clause` or nothing), `breaks[k]` the cost of a line
    break there, by the sentence's parse if the token has one. Lines of similar length are preferred, with the
    lower one longer.
    """

    def __init__(self, tokens: Sequence[Token], language: str, width: int, count: int) -> None:
        self.tokens = tokens
        self.width = width
        self.count = count
        self.ends = [""] * (len(tokens) + 1)
        self.breaks = [0.0] * (len(tokens) + 1)
        self._begin, self._end = _columns(tokens)
        words = grammar(language)
        for k in range(1, len(tokens)):
            a, b = tokens[k - 1], tokens[k]
            self.ends[k] = "" if b.inside else ending(a.text, b.text, language)
            self.breaks[k] = _cost(a, b, self.ends[k], words.bound, words.joints, language)
        if tokens:
            self.ends[-1] = "sentence"

    def length(self, first: int, last: int) -> int:
        """Characters of the tokens `first`..`last` (exclusive) on one line."""
        return self._end[last - 1] - self._begin[first]

    def text(self, first: int, last: int) -> str:
        """The tokens `first`..`last` (exclusive) on one line."""
        return "".join(
            (" " if token.space and k else "") + token.text for k, token in enumerate(self.tokens[first:last])
        )

    def best(self, first: int, last: int, lead: int = 0) -> tuple[float, tuple[int, ...]] | None:
        """Cost and positions of the cheapest line breaks, or None if the span does not fit.

        A speaker's label and its space take `lead` characters of the first line; a break at `first` itself
        puts the label on a separate line.
        """
        return self._best(first, last, lead, self.count)

    def _best(self, first: int, last: int, lead: int, count: int) -> tuple[float, tuple[int, ...]] | None:
        if lead + self.length(first, last) <= self.width:
            return 0.0, ()
        if count == 1:
            return None
        found: tuple[float, tuple[int, ...]] | None = None
        if lead:
            rest = self._best(first, last, 0, count - 1)
            if rest is not None:
                found = (COST.label_line + rest[0], (first, *rest[1]))
        for k in range(last - 1, first, -1):
            below = self.length(k, last)
            if below > self.width * (count - 1):
                break
            above = lead + self.length(first, k)
            if above > self.width:
                continue
            rest = self._best(k, last, 0, count - 1)
            if rest is None:
                continue
            uneven = above - below / (count - 1)
            ragged = COST.uneven * (abs(uneven) + max(uneven, 0) * COST.upper_longer) / self.width
            cost = COST.line + self.breaks[k] + rest[0] + ragged
            if found is None or cost < found[0]:
                found = (cost, (k, *rest[1]))
        return found


def _columns(tokens: Sequence[Token]) -> tuple[list[int], list[int]]:
    """First and last column of every token, were all of them on one line."""
    begin, end = [], []
    column = 0
    for token in tokens:
        column += token.space
        begin.append(column)
        column += size(token.text)
        end.append(column)
    return begin, end


def _cost(
    a: Token, b: Token, ended: str, bound: frozenset[str], joints: frozenset[str], language: str
) -> float:
    """Cost of a line break between `a` and `b`."""
    left, right = a.text[-1], b.text[0]
    if clings(right) or right in NEVER_FIRST or left in NEVER_LAST:
        return COST.forbidden
    if not b.space:
        if not spaceless(left) and not spaceless(right):
            return COST.inside_word if b.inside else COST.forbidden
        if b.cost is not None and not ended:
            return b.cost + COST.inside_run * b.inside
        return _cost_spaceless(left, right, ended, inside=b.inside)
    if ended:
        # A comma between words that belong together ("a large, old house") is no place to breathe.
        return 0.0 if ended == "sentence" else COST.clause + (b.cost or 0.0) * COST.clause_parse_share
    if b.cost is not None:
        return b.cost
    before, after = bare(a.text), bare(b.text)
    if before in bound:
        return COST.bound
    if before in joints or (language != "de" and _name(a.text, b.text)):
        return COST.joint
    return COST.before_joint if after in joints else COST.plain


def _name(a: str, b: str) -> bool:
    """Whether two words look like parts of one name."""
    return a[:1].isupper() and b[:1].isupper() and a[-1:] not in CLOSING


def _cost_spaceless(left: str, right: str, ended: str, *, inside: bool) -> float:
    """Cost between two characters of which one is of a script without spaces.

    Phrases of Japanese end in hiragana; a run of katakana is one word, and one of kanji often is.
    """
    if ended:
        return 0.0 if ended == "sentence" else COST.clause
    a, b = script(left), script(right)
    if a == "hiragana" and b != "hiragana":
        return COST.after_hiragana
    if a == b:
        run = {"katakana": COST.katakana, "kanji": COST.kanji}.get(a, COST.same_script)
        return run + COST.inside_run * inside
    return COST.before_hiragana if b == "hiragana" else COST.other_script

"""Finds the misheard names in a transcript, and corrects them."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stage_runners.names import evidence
from stage_runners.names.evidence import Heard
from stage_runners.names.terms import Term, capitalised, starts, support, written_in
from stage_runners.names.thresholds import CORRECTIONS, SCORE
from stage_runners.names.transliteration import script
from stage_runners.text.phonetics import core, folded
from stage_runners.text.replaced_words import Replacement, replaced

Row = Mapping[str, Any]


@dataclass(frozen=True, kw_only=True)
class Correction:
    """`first` to `last` (not included) are rows of words; `before` and `after` are without the marks around
    them.
    """

    first: int
    last: int
    before: str
    after: str
    term: Term
    score: float
    evidence: tuple[str, ...]


class Film:
    """A transcript and its glossary.

    `proper(row)` is whether a tagger marks a word as a name; None for a language without a tagger.
    """

    def __init__(
        self,
        words: Sequence[Row],
        languages: Mapping[int, str],
        known: Sequence[Term],
        proper: Callable[[int], bool | None] | None = None,
    ) -> None:
        self.words, self.languages, self.known = words, languages, known
        self._proper = proper
        self.first = starts(words)
        self.support = support(words, known, languages, evidence.ordinary)
        self._believed = {
            folded(core(word["text"])[1])
            for word in words
            if word["probability"] is not None and word["probability"] >= CORRECTIONS.believed
        }
        # One name of the cast is not another one misheard.
        self._believed |= {form for term in known for form in term.forms}

    def corrections(self, threshold: float) -> list[Correction]:
        """Corrections whose score reaches `threshold`, in the order of words, without overlaps."""
        found = sorted(self._candidates(threshold), key=lambda one: (-one.score, one.first, one.last))
        taken: set[int] = set()
        kept = []
        for one in found:
            rows = range(one.first, one.last)
            if taken.isdisjoint(rows):
                taken.update(rows)
                kept.append(one)
        return sorted(kept, key=lambda one: one.first)

    def _candidates(self, threshold: float) -> Iterator[Correction]:
        counts = Counter(folded(core(word["text"])[1]) for word in self.words)
        for first in range(len(self.words)):
            for length in (1, 2):
                if (heard := self._heard(first, length)) is None:
                    continue
                ranked = sorted(self._judged(heard, first, length), key=lambda one: -one.score)
                if not ranked or ranked[0].score < threshold:
                    continue
                if len(ranked) > 1 and ranked[0].score - ranked[1].score < CORRECTIONS.lead:
                    continue
                best = ranked[0]
                # If the name itself is in the transcript, another spelling that comes more than once is
                # another name.
                if self.support[best.term.text] and counts[folded(heard.text)] > 1 and length == 1:
                    continue
                yield best

    def _heard(self, first: int, length: int) -> Heard | None:
        """One or two words that may be a name, without regard to the rest of the film."""
        run = self.words[first : first + length]
        if len(run) < length or any(word["segment"] != run[0]["segment"] for word in run):
            return None
        texts = [core(word["text"])[1] for word in run]
        if not all(texts) or (length > 1 and not _adjoining(run)):
            return None
        known = [1.0 if word["probability"] is None else float(word["probability"]) for word in run]
        language = self.languages.get(run[0]["segment"], "")
        if min(known) > CORRECTIONS.most_sure:
            return None
        if length == 1 and folded(texts[0]) in self._believed:
            return None
        return Heard("".join(texts), min(known), self._name(first, texts[0], language), language)

    def _name(self, row: int, text: str, language: str) -> str:
        """Why a word may be a name; empty if it cannot be."""
        capital = capitalised(text)
        tagged = self._proper(row) if self._proper and capital is not False else None
        if tagged:
            return "tagged as a name"
        if capital is None:
            return "no word of the language" if evidence.has_dictionary(language) else ""
        if capital and not self.first[row] and language != "de":
            return "capitalised"
        if capital and evidence.has_dictionary(language) and tagged is None:
            return "no word of the language"
        return ""

    def _judged(self, heard: Heard, first: int, length: int) -> Iterator[Correction]:
        for term in self.known:
            if (" " in term.text) or not written_in(term, script(heard.text)):
                continue
            if (film := self._film(term)) is None or (found := evidence.close(heard, term)) is None:
                continue
            if evidence.forbidden(heard, term, evidence.ordinary):
                continue
            run = self.words[first : first + length]
            if length > 1 and not self._one_name(run, found, heard.language):
                continue
            if self._beside(first, first + length, term):
                continue
            before, after = _texts(run, term.text)
            told = (
                "sounds the same" if found.sound == 1 else f"sounds alike {found.sound:.2f}",
                f"spelt alike {found.spelling:.2f}",
                f"probability {heard.probability:.2f}",
                heard.name,
                self._told(term),
            )
            yield Correction(
                first=first, last=first + length, before=before, after=after, term=term,
                score=evidence.score(heard, found, film), evidence=told,
            )  # fmt: skip

    def _film(self, term: Term) -> float | None:
        """The film's support for this name, from 0 to 1; None without any."""
        own = self.support[term.text]
        others = sum(1 for text in self.support if text != term.text)
        if not own and others < SCORE.others_least:
            return None
        return min(1.0, SCORE.own * min(own, SCORE.own_times) + SCORE.others * others)

    def _told(self, term: Term) -> str:
        if own := self.support[term.text]:
            return f"heard right {own} times" if own > 1 else "heard right once"
        return f"{len(self.support)} other names of the cast heard"

    def _one_name(self, run: Sequence[Row], found: evidence.Likeness, language: str) -> bool:
        """Whether two words are one name cut in two: very alike together, and not both words of the
        language.
        """
        texts = [core(word["text"])[1] for word in run]
        strange = [text for text in texts if not evidence.ordinary(text, language)]
        whole = any(folded(text) in term.forms for text in texts for term in self.known)
        return bool(strange) and not whole and found.sound == 1 and found.spelling >= CORRECTIONS.merged

    def _beside(self, first: int, last: int, term: Term) -> bool:
        """Whether the name is in the same segment already: then the word is another person, or it would be a
        repeat.
        """
        segment = self.words[first]["segment"]
        near = [
            word
            for k in (
                *range(max(0, first - CORRECTIONS.near), first),
                *range(last, min(len(self.words), last + CORRECTIONS.near)),
            )
            if (word := self.words[k])["segment"] == segment
        ]
        return any(folded(core(word["text"])[1]) in term.forms for word in near)


def applied(
    words: Sequence[Row], segments: Sequence[Row], corrections: Sequence[Correction]
) -> tuple[list[dict[str, Any]], list[dict[str, Any]], list[int]]:
    """Rows of words and segments with the corrections made, and the new row of every old word.

    No time changes; a name that was cut in two becomes one word, from the start of the first to the end of
    the last.
    """
    return replaced(
        words,
        segments,
        [
            Replacement(
                first=one.first, last=one.last, texts=(_replaced(words[one.first : one.last], one.after),)
            )
            for one in corrections
        ],
    )


def refused(one: Correction, undone: Collection[str]) -> bool:
    """Whether the user has undone this correction: `from>to`, regardless of case."""
    return f"{one.before}>{one.after}".casefold() in undone


def _texts(run: Sequence[Row], term: str) -> tuple[str, str]:
    """The words without punctuation around them, and the name in their case."""
    before = " ".join(core(word["text"])[1] for word in run)
    loud = len(before) > 1 and before.isupper()
    return before, term.upper() if loud else term


def _replaced(run: Sequence[Row], name: str) -> str:
    """The words' text with the name in it: punctuation around it and a possessive stay."""
    opening, closing = core(run[0]["text"])[0], core(run[-1]["text"])[2]
    return opening + name + closing


def _adjoining(run: Sequence[Row]) -> bool:
    """Whether the words are next to each other: no punctuation, pause or change of speaker between them."""
    one, other = run
    if core(one["text"])[2] or core(other["text"])[0] or one["speaker"] != other["speaker"]:
        return False
    if one["end"] is None or other["start"] is None:
        return True
    return bool(other["start"] - one["end"] <= CORRECTIONS.gap_s)

"""Finds words that may be misheard names, and their replacements in the text decoded with hotwords."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from dataclasses import dataclass
from difflib import SequenceMatcher
from typing import Any, NamedTuple

from stage_runners.asr.thresholds import NAMES
from stage_runners.recognition.recognizer import Token, Transcript
from stage_runners.text.grammar import ending
from stage_runners.text.phonetics import alike, core, folded


@dataclass(frozen=True, kw_only=True)
class Name:
    """An expected name; `forms` are its folded spellings."""

    text: str
    weight: float
    forms: frozenset[str]


class Right(NamedTuple):
    """Folded words that are not misheard names.

    `believed` were recognised with confidence somewhere, `names` are the glossary's spellings.
    """

    believed: AbstractSet[str]
    names: AbstractSet[str]


class Proposal(NamedTuple):
    """A replacement of the words `first` to `last` (exclusive) of a window by `text`, for a name."""

    first: int
    last: int
    text: str
    name: Name


def names(rows: Sequence[Mapping[str, Any]]) -> list[Name]:
    """The glossary's terms by descending weight, without full names, whose parts are separate terms."""
    terms = [
        Name(text=row["term"], weight=row["weight"], forms=_forms(row))
        for row in rows
        if row["kind"] != "full" and len(folded(row["term"])) > 1
    ]
    return sorted(terms, key=lambda name: -name.weight)


def _forms(row: Mapping[str, Any]) -> frozenset[str]:
    return frozenset(map(folded, (row["term"], *row["variants"]))) - {""}


def recognised(decoded: Sequence[Transcript], terms: Sequence[Name]) -> Counter[str]:
    """How often each name was recognised without hotwords, with confidence and capitalised.

    Capitals matter only in scripts that have them. At the start of a sentence, only words that are always
    capitalised in the film count.
    """
    small = {_form([word]) for window in decoded for word in window.words if word.text.strip().islower()}
    forms = {form: name.text for name in terms for form in name.forms}
    counts: Counter[str] = Counter()
    for window in decoded:
        for k in range(len(window.words)):
            for run in _runs(window.words, k):
                form = _form(run)
                if (
                    form in forms
                    and _least_probability(run) >= NAMES.present
                    and _as_name(window.words, k, small)
                ):
                    counts[forms[form]] += 1
    return counts


def trusted(decoded: Sequence[Transcript], terms: Sequence[Name]) -> Right:
    """The words recognised with confidence anywhere in the film, and the glossary's spellings."""
    sure = {
        _form([word]) for window in decoded for word in window.words if _probability(word) >= NAMES.believed
    }
    own = frozenset(form for name in terms for form in name.forms)
    return Right(frozenset(sure) | own, own)


def resembling(window: Transcript, terms: Sequence[Name], right: Right) -> list[Name]:
    """The names similar to one or more unsure words of the window, the most similar and heaviest first."""
    best: dict[str, tuple[float, Name]] = {}
    for first, last, form in _unsure(window.words, right):
        for name in terms:
            if form in name.forms:
                continue
            like = max(alike(form, own) for own in name.forms)
            if (
                like >= _least(name, last - first)
                and like + name.weight > best.get(name.text, (0.0, name))[0]
            ):
                best[name.text] = (like + name.weight, name)
    return [name for _, name in sorted(best.values(), key=lambda pair: -pair[0])]


def proposals(
    old: Sequence[Token], new: Sequence[Token], wanted: Sequence[Name], right: Right
) -> Iterator[Proposal]:
    """The places where the text with hotwords has a name, and the text without has something similar."""
    forms = {form: name for name in wanted for form in name.forms}
    mine = [folded(core(word.text)[1]) for word in old]
    other = [folded(core(word.text)[1]) for word in new]
    for op, a, b, c, d in SequenceMatcher(None, mine, other, autojunk=False).get_opcodes():
        if op != "replace":
            continue
        for k in range(c, d):
            run = next((run for run in _runs(new[:d], k) if _form(run) in forms), None)
            if run is None:
                continue
            name = forms[_form(run)]
            spans = [
                (max(alike(form, own) for own in name.forms), first, last)
                for first, last, form in _unsure(old[a:b], right)
            ]
            if not spans:
                continue
            like, first, last = max(spans, key=lambda span: (span[0], span[1] - span[2]))
            if like >= _least(name, last - first):
                yield Proposal(a + first, a + last, _written(old[a + first : a + last], run), name)
                break


def _written(old: Sequence[Token], new: Sequence[Token]) -> str:
    """The name as the new text spells it, with the punctuation of the old text."""
    blank = " " if old[0].text.startswith(" ") else ""
    opening, closing = core(old[0].text.strip())[0], core(old[-1].text.strip())[2]
    _, name, behind = core(text_of(new).strip())
    possessive = behind[: len(behind) - len(behind.lstrip("'’sS"))] if behind[:1] in "'’" else ""  # noqa: RUF001
    marks = closing.lstrip("'’sS") if closing[:1] in "'’" else closing  # noqa: RUF001
    return blank + opening + name + possessive + marks


def _least(name: Name, length: int) -> float:
    """The required similarity, which is higher for short names and for several words together."""
    short = NAMES.short_more if min(map(len, name.forms)) <= NAMES.short else 0.0
    return NAMES.resembles + short + (NAMES.run_more if length > 1 else 0.0)


def _unsure(words: Sequence[Token], right: Right) -> Iterator[tuple[int, int, str]]:
    """First and last (exclusive) index of each word or run that may be misheard, and its folded text."""
    for k in range(len(words)):
        for run in _runs(words, k):
            if _probability(run[-1]) >= NAMES.believed or _form(run[-1:]) in right.names:
                break
            form = _form(run)
            unsure = _least_probability(run) < NAMES.unsure
            if len(form) > 1 and unsure and not (len(run) == 1 and form in right.believed):
                yield k, k + len(run), form


def _runs(words: Sequence[Token], k: int) -> Iterator[Sequence[Token]]:
    """The word `k` alone, and together with the following words up to the next punctuation mark."""
    for length in range(1, NAMES.longest + 1):
        run = words[k : k + length]
        if len(run) < length or not _form(run[-1:]):
            return
        yield run
        if core(run[-1].text.strip())[2]:
            return


def _form(run: Sequence[Token]) -> str:
    return folded(core(text_of(run))[1])


def _as_name(words: Sequence[Token], k: int, small: AbstractSet[str]) -> bool:
    word = core(words[k].text.strip())[1]
    if not word or word[0].lower() == word[0].upper():
        return len(word) > 3
    begins = k == 0 or ending(words[k - 1].text, words[k].text) == "sentence"
    return word[0].isupper() and not (begins and folded(word) in small)


def _probability(word: Token) -> float:
    """The word's probability; 1 if the engine does not measure it, so that no word counts as misheard."""
    return 1.0 if word.probability is None else word.probability


def _least_probability(run: Sequence[Token]) -> float:
    return min(map(_probability, run))


def text_of(words: Sequence[Token]) -> str:
    """The words as the engine wrote them, including spaces."""
    return "".join(word.text for word in words)

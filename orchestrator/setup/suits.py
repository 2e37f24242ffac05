"""What suits a machine and the languages of its user's films: the items that setup offers.

The choices are those of planning: the table of recommendations, and the table of aligners by language.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import replace
from itertools import takewhile

from orchestrator.machine.profile import Machine
from orchestrator.models import aligners_by_language, aligners_here, families
from orchestrator.models.pyannote import COMMUNITY
from orchestrator.planning import devices, engine_choice
from orchestrator.planning.engine_choice import Candidate
from orchestrator.setup.item import Item
from orchestrator.stages.catalog import STAGES
from stage_runners.translation.stage import TRANSLATORS

_MUCH_SMALLER = 2 / 3
"""A model counts as a smaller one if its download is at most this part of the next larger."""
_MOST = 2
"""Smaller models that are offered: below them, the embedded model does."""
_SMALLER = "smaller and faster, with more errors"
ROLE = "recognition"
_BY_TEXT = "nllb-200-distilled-600M"


def items(machine: Machine, languages: Sequence[str], target: str = "") -> tuple[Item, ...]:
    """The models for films in `languages`, and for a translation into `target` unless that is empty."""
    aligners = filter(None, map(aligner, languages))
    found = [*recognition(machine, languages), *_once(aligners), _diarization(machine)]
    return (*found, *([_translation(languages, target)] if target else []))


def recognition(machine: Machine, languages: Sequence[str]) -> tuple[Item, ...]:
    """The model for each of `languages`, each model once."""
    return tuple(_once(_recogniser(machine, language) for language in languages))


def _recogniser(machine: Machine, language: str) -> Item:
    """The best model for a language, with the much smaller ones that need a download too."""
    found = engine_choice.ranked(STAGES["asr"], machine, language)
    if not found:
        return Item(role=ROLE, model=families.default_embedded(ROLE), languages=(language,))
    best, *others = (_recognition_item(candidate, language) for candidate in found)
    names = takewhile(lambda name: not families.embedded(ROLE, name), best.family.smaller(best.model))
    less = (
        [] if families.embedded(ROLE, best.model) else [replace(best, model=n, why=_SMALLER) for n in names]
    )
    smaller: list[Item] = []
    for item in sorted((*less, *others), key=lambda item: -item.size):
        size = min([best.size, *(one.size for one in smaller)])
        if not families.embedded(ROLE, item.model) and 0 < item.size <= size * _MUCH_SMALLER:
            smaller.append(item)
    return replace(best, smaller=tuple(smaller[:_MOST]))


def _recognition_item(candidate: Candidate, language: str) -> Item:
    return Item(
        role=ROLE,
        model=candidate.model,
        device=candidate.backend.device,
        languages=(language,),
        environments=(candidate.backend.env,),
        why=candidate.advice.why,
    )


def aligner(language: str) -> Item | None:
    """The aligner for a language; None if a packaged one does better, or none is known."""
    if language in aligners_by_language.PACKAGED:
        return None
    best = aligners_here.on_this_disk(language) or aligners_by_language.to_pull(language)
    if best is None:
        return None
    item = Item(
        role="aligner",
        model=best.id,
        languages=(language,),
        environments=(_of_aligner(best.id),),
        why="words begin and end within hundredths of a second of the sound",
    )
    others = aligners_by_language.of_language(language)
    smaller = [one for one in others if one.download_mb <= best.download_mb * _MUCH_SMALLER]
    return replace(item, smaller=tuple(replace(item, model=one.id) for one in smaller))


def _of_aligner(name: str) -> str:
    """The environment that every machine can align with this model in."""
    family = families.candidates("aligner", name)[0].name
    return [one.env for one in STAGES["alignment"].backends if one.takes(name, family)][-1]


def _diarization(machine: Machine) -> Item:
    backend = devices.choose(STAGES["diarization"], {}, machine, COMMUNITY)[0][0]
    return Item(
        role="diarization",
        model=COMMUNITY,
        device=backend.device,
        environments=(backend.env,),
        why="pyannote's own pipeline; without it, embedded voices tell the speakers apart",
    )


def _translation(languages: Sequence[str], target: str) -> Item:
    """A network for text; for films in one language, the network of that pair is a smaller one."""
    family = families.candidates("translation", _BY_TEXT)[0]
    stage = next(one.stage for one in TRANSLATORS.values() if family.name in one.families)
    item = Item(
        role="translation",
        model=_BY_TEXT,
        languages=(target,),
        environments=(stage.backends[-1].env,),
        why="translates what was said; used with --target-language",
    )
    others = [language for language in languages if language != target]
    pair = [replace(item, model=f"opus-mt-{others[0]}-{target}")] if len(others) == 1 else []
    return replace(item, smaller=tuple(pair))


def _once(found: Iterable[Item]) -> list[Item]:
    """Each model once, for all its languages."""
    by_model: dict[str, Item] = {}
    for item in found:
        before = by_model.get(item.model)
        by_model[item.model] = (
            replace(before, languages=before.languages + item.languages) if before else item
        )
    return list(by_model.values())

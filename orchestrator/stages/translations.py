"""Adds an instance of `translation` and of `subtitles` for every target language.

Each instance has its own result in the store, so that another language does not recompute the present ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipc.declaration import Input, Resources, Stage
from ipc.whisper_languages import LANGUAGES
from orchestrator.environments import registry
from orchestrator.errors import USAGE, FatalError
from orchestrator.stages import translators
from orchestrator.stages.translators import Wanted
from stage_runners.phrases.stage import PARSED
from stage_runners.text.bcp47 import canonical, is_tag
from stage_runners.text.language_guess import problem_hint
from stage_runners.translation.declared import FILM, SCENE, Translator
from stage_runners.translation.stage import BRIEFING


@dataclass(frozen=True, kw_only=True)
class Targets:
    """The stages with their instances, and the parameters and notes by stage."""

    stages: Mapping[str, Stage]
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def languages(text: str) -> tuple[str, ...]:
    """The codes in `en,de`, without repeats; `FatalError` (usage) for an invalid one."""
    found: dict[str, str] = {}
    if text and not text.replace(",", "").strip():
        raise FatalError(f"--target-language {text!r}: no language given", "write it as en,de", USAGE)
    for word in text.split(","):
        tag = word.strip().replace("_", "-")
        code = tag.lower().partition("-")[0]
        if not code:
            continue
        if "-" in tag and not is_tag(tag):
            raise FatalError(
                f"--target-language {text}: {word.strip()!r} is no language with a region",
                "write it as pt-BR, zh-Hant or es-419",
                USAGE,
            )
        if code in found and tag.lower() != found[code]:
            raise FatalError(
                f"--target-language {text}: {code} twice, and a film has one track of a language",
                "name one of them",
                USAGE,
            )
        if code not in LANGUAGES and not (len(code) in {2, 3} and code.isalpha()):
            raise FatalError(
                f"--target-language {text}: unknown language {word.strip()!r}",
                problem_hint(word, "use codes separated by commas, such as en,de,hi"),
                USAGE,
            )
        found[code] = tag.lower()
    return tuple(found)


def tags(text: str) -> dict[str, str]:
    """The words of `en,pt-BR` that say more than a language, by its code: `{"pt": "pt-BR"}`."""
    words = [word.strip().replace("_", "-") for word in text.split(",")]
    return {word.lower().partition("-")[0]: canonical(word) for word in reversed(words) if "-" in word}


def added(stages: Mapping[str, Stage], wanted: Wanted) -> Targets:
    """`stages` with the instances for `wanted`; `FatalError` if no translator can do it."""
    if not wanted.languages:
        return Targets(stages=stages)
    params: dict[str, Mapping[str, Any]] = {}
    notes: dict[str, tuple[str, ...]] = {}
    translations, subtitles, phrases = [], [], []
    for language in wanted.languages:
        translator, why = translators.chosen(language, wanted)
        name = f"translation-{language}"
        stage = dataclasses.replace(
            translator.stage,
            name=name,
            off="",
            resources=_resources(stages, translator, wanted.model),
            secrets=() if wanted.withheld else translator.stage.secrets,
        )
        params[name] = translators.params(translator, language, wanted)
        if translator.takes_endpoint:
            stage, *before = _in_view(stage, language, wanted.context)
            for one in before:
                translations.append(one)
                params[one.name] = {k: v for k, v in params[name].items() if k in one.defaults()}
        translations.append(stage)
        notes[name] = (why, *filter(None, [wanted.withheld]), *_missing(stage))
        if language in PARSED and "phrases" in stages:
            phrases.append(_of_translation(stages["phrases"], language))
        subtitles.append(_beside_source(_of_translation(stages["subtitles"], language), stages["subtitles"]))
        region = wanted.tags.get(language)
        params[f"subtitles-{language}"] = {"track": language, **({"region": region} if region else {})}
    found: dict[str, Stage] = {}
    for stage in stages.values():
        if stage.base == "translation":
            if any(one.source == "shots.shots" for other in translations for one in other.inputs):
                found["shots"] = stages["shots"]  # a stage comes after those that it reads from
            found |= {other.name: other for other in (*translations, *phrases)}
            continue
        found[stage.name] = _muxing(stage, wanted.languages) if stage.base == "mux" else stage
        if stage.name == "subtitles":
            found |= {other.name: other for other in subtitles}
    return Targets(stages=found, params=params, notes=notes)


def _in_view(stage: Stage, language: str, context: str) -> tuple[Stage, ...]:
    """The stage with the inputs of its context; and the one that writes the film's terms first, if so."""
    if context not in {SCENE, FILM}:
        return (stage,)
    more = [Input(name="shots", source="shots.shots", optional=True)]
    if context == SCENE:
        return (dataclasses.replace(stage, inputs=(*stage.inputs, *more)),)
    briefing = dataclasses.replace(
        BRIEFING, name=f"{BRIEFING.name}-{language}", secrets=stage.secrets, resources=stage.resources
    )
    more.append(Input(name="terms", source=f"{briefing.name}.terms"))
    return dataclasses.replace(stage, inputs=(*stage.inputs, *more)), briefing


_OF_EDITED = {"translation", "chapters"}
"""The stages that read what the user edited; `subtitles` applies the edits to cues itself."""


def reading_edits(stages: Mapping[str, Stage]) -> Mapping[str, Stage]:
    """The stages of an edited film: translations and chapters read the edited transcript."""
    found = {}
    readers = {stage.name for stage in stages.values() if stage.base in _OF_EDITED and not stage.off}
    for name, stage in stages.items():
        if name in readers:
            inputs = tuple(
                Input(name=i.name, source=f"edits.{i.name}") if i.name in {"segments", "words"} else i
                for i in stage.inputs
            )
            found[name] = dataclasses.replace(stage, inputs=inputs)
        elif name == "edits" and readers:
            found[name] = dataclasses.replace(stage, off="")
        else:
            found[name] = stage
    return found


def memories(stages: Mapping[str, Stage], folder: Path, film: str, *, edited: bool) -> dict[str, Any]:
    """The parameters by which translations keep what they translated of a film, to take it up after edits."""
    return {
        stage.name: {"memory": str(folder / f"{film}-{stage.name.partition('-')[2]}.json"), "recall": edited}
        for stage in stages.values()
        if stage.base == "translation" and {"memory", "recall"} <= stage.defaults().keys()
    }


def _missing(stage: Stage) -> tuple[str, ...]:
    """A note if the stage's optional environment is not installed."""
    env = stage.backends[-1].env
    why = registry.health(env)
    return (f"the environment {env} is not ready; run: orchestrator envs sync {env}",) if why else ()


def _resources(stages: Mapping[str, Stage], translator: Translator, model: str) -> Resources:
    """The stage's resources: at most the cores of its base (`--threads`), and the memory for this model."""
    own = translator.stage.resources
    cores = min(own.cores, stages["translation"].resources.cores)
    return dataclasses.replace(own, cores=cores, memory_mb=translators.memory_mb(translator, model))


def _of_translation(stage: Stage, language: str) -> Stage:
    """The instance of `phrases` or `subtitles` that reads a translation instead of the source text."""
    sources = {name: f"translation-{language}.{name}" for name in ("segments", "words")}
    if language in PARSED:
        sources["phrases"] = f"phrases-{language}.phrases"
    inputs = tuple(
        Input(name=i.name, source=sources[i.name], optional=i.optional) if i.name in sources else i
        for i in stage.inputs
        if i.name != "kept" and (i.name != "phrases" or language in PARSED)
    )
    return dataclasses.replace(stage, name=f"{stage.base}-{language}", inputs=inputs)


def _beside_source(stage: Stage, source: Stage) -> Stage:
    """The instance of `subtitles`, which also reads what is spoken, and the subtitles of the source language.

    Formats need them that show both languages, or only what is spoken in a foreign one.
    """
    spoken = next(i for i in source.inputs if i.name == "segments")
    more = (
        dataclasses.replace(spoken, name="spoken"),
        Input(name="source_srt", source=f"{source.name}.srt"),
        Input(name="source_ass", source=f"{source.name}.ass"),
    )
    return dataclasses.replace(stage, inputs=(*stage.inputs, *more))


def _muxing(mux: Stage, wanted: Sequence[str]) -> Stage:
    """`mux` with a further subtitle track for each language."""
    more = tuple(
        Input(name=f"{kind}-{language}", source=f"subtitles-{language}.{kind}")
        for language in wanted
        for kind in ("cues", "srt", "ass", "forced")
    )
    return dataclasses.replace(mux, inputs=(*mux.inputs, *more))

"""Adds an instance of `translation` and of `subtitles` for every target language.

This module chooses the method of translation, with the reason: the requested model, else Whisper's own
translation task, which is embedded and supports English only. Each instance has its own result in the store,
so that another language does not recompute the present ones.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ipc.declaration import Input, Resources, Stage
from ipc.whisper_languages import LANGUAGES
from orchestrator.environments import registry
from orchestrator.errors import USAGE, FatalError
from orchestrator.models import indictrans2, nllb_opus
from orchestrator.models import whisper as whisper_models
from orchestrator.models.family import ModelFamily, local_path
from orchestrator.paths import home
from stage_runners.phrases.stage import PARSED
from stage_runners.translation.stage import TRANSLATIONS

ENGLISH = "en"
METHODS: Mapping[str, ModelFamily] = {
    "indictrans2": indictrans2.FAMILY,
    "whisper": whisper_models.FAMILY,
    "ctranslate2": nllb_opus.FAMILY,
}
"""The family of models for each method; a model belongs to the first family that claims it."""


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The requested translation: languages, model, address of an endpoint, and the film's Whisper model."""

    languages: Sequence[str] = ()
    model: str = ""
    endpoint: str = ""
    whisper: str = ""


@dataclass(frozen=True, kw_only=True)
class Targets:
    """The stages with their instances, and the parameters and notes by stage."""

    stages: Mapping[str, Stage]
    params: Mapping[str, Mapping[str, Any]] = field(default_factory=dict)
    notes: Mapping[str, tuple[str, ...]] = field(default_factory=dict)


def languages(text: str) -> tuple[str, ...]:
    """The codes in `en,de`, without repeats; `FatalError` (usage) for an invalid one."""
    found: dict[str, None] = {}
    if text and not text.replace(",", "").strip():
        raise FatalError(f"--target-language {text!r}: no language given", "write it as en,de", USAGE)
    for word in text.split(","):
        code = word.strip().lower().replace("_", "-").partition("-")[0]
        if not code:
            continue
        if code not in LANGUAGES and not (len(code) in {2, 3} and code.isalpha()):
            raise FatalError(
                f"--target-language {text}: unknown language {word.strip()!r}",
                "use codes separated by commas, such as en,de,hi",
                USAGE,
            )
        found[code] = None
    return tuple(found)


def added(stages: Mapping[str, Stage], wanted: Wanted) -> Targets:
    """`stages` with the instances for `wanted`; `FatalError` if no method can do it."""
    if not wanted.languages:
        if wanted.model or wanted.endpoint:
            option = "--translation-model" if wanted.model else "--translation-endpoint"
            raise FatalError(
                f"{option} needs a target language", "add one, such as --target-language en", USAGE
            )
        return Targets(stages=stages)
    params: dict[str, Mapping[str, Any]] = {}
    notes: dict[str, tuple[str, ...]] = {}
    translations, subtitles, phrases = [], [], []
    for language in wanted.languages:
        method, why = _method(language, wanted)
        name = f"translation-{language}"
        stage = dataclasses.replace(
            TRANSLATIONS[method], name=name, off="", resources=_resources(stages, method, wanted.model)
        )
        translations.append(stage)
        params[name] = _params(method, language, wanted)
        notes[name] = (why, *_missing(stage))
        if language in PARSED and "phrases" in stages:
            phrases.append(_of_translation(stages["phrases"], language))
        subtitles.append(_of_translation(stages["subtitles"], language))
        params[f"subtitles-{language}"] = {"track": language}
    found: dict[str, Stage] = {}
    for stage in stages.values():
        if stage.base == "translation":
            found |= {other.name: other for other in (*translations, *phrases)}
            continue
        found[stage.name] = _muxing(stage, wanted.languages) if stage.base == "mux" else stage
        if stage.name == "subtitles":
            found |= {other.name: other for other in subtitles}
    return Targets(stages=found, params=params, notes=notes)


def _method(language: str, wanted: Wanted) -> tuple[str, str]:
    """The method, and why it was chosen."""
    if wanted.endpoint:
        _check_address(wanted.endpoint)
        if not wanted.model:
            raise FatalError(
                "--translation-endpoint: no model given",
                "add one, such as --translation-model qwen3:8b",
                USAGE,
            )
        return "endpoint", f"by {wanted.model} at {wanted.endpoint}, to which the film's text is sent"
    if wanted.model:
        method = method_of(wanted.model)
        if method == "whisper" and language != ENGLISH:
            raise FatalError(
                f"--target-language {language}: Whisper translates to English only", _others(), USAGE
            )
        if method == "whisper" and not whisper_models.translates(wanted.model):
            raise FatalError(
                f"--translation-model {wanted.model}: this model cannot translate",
                "use base, small, medium or large-v3",
                USAGE,
            )
        _check_language(method, language, wanted.model)
        return method, f"by {wanted.model}, as requested"
    if language == ENGLISH:
        why = "by Whisper, from the audio: it is embedded, and translates to English only"
        can_translate = not wanted.whisper or whisper_models.translates(wanted.whisper)
        return "whisper", why if can_translate else f"{why}; {wanted.whisper} cannot translate"
    raise FatalError(
        f"--target-language {language}: the embedded model translates to English only", _others(), USAGE
    )


def method_of(model: str) -> str:
    """The method for a model's name or folder; `FatalError` if its code would have to be trusted."""
    method = next((method for method, family in METHODS.items() if family.claims(model)), "ctranslate2")
    if local_path(model) is None and (error := METHODS[method].refusal(model.partition("@")[0])):
        raise error
    return method


def _missing(stage: Stage) -> tuple[str, ...]:
    """A note if the stage's optional environment is not installed."""
    env = stage.backends[-1].env
    why = registry.health(env)
    return (f"the environment {env} is not ready; run: orchestrator envs sync {env}",) if why else ()


def _check_address(endpoint: str) -> None:
    """Raise `FatalError` for an invalid address, or one with a secret, which the error does not repeat."""
    try:
        address = urlsplit(endpoint)
        usable = address.scheme in {"http", "https"} and bool(address.hostname) and address.port != 0
        address.netloc.encode("idna" if not endpoint.isascii() else "ascii")
    except ValueError:
        usable = False
    if not usable:
        raise FatalError(
            "--translation-endpoint: not a server address", "write it as http://localhost:11434/v1", USAGE
        )
    if address.username or address.password or address.query or address.fragment:
        raise FatalError(
            "--translation-endpoint: the address contains a key or a password, which would be logged",
            "remove it, and set TRANSLATION_API_KEY",
            USAGE,
        )


def _check_language(method: str, language: str, model: str) -> None:
    """Raise `FatalError` if the model is known not to support the language, before an hour of recognition."""
    if method == "whisper":
        return
    targets = METHODS[method].translates_to(model)
    if language not in LANGUAGES or (targets is not None and language not in targets):
        raise FatalError(
            f"--target-language {language}: {model} does not translate into it",
            f"use one of: {', '.join(targets)}" if targets else "use a model or an endpoint that does",
            USAGE,
        )


def _others() -> str:
    return (
        "use --translation-model nllb-200-distilled-600M (or another NLLB-200, OPUS-MT or IndicTrans2 "
        "model), or --translation-endpoint with an OpenAI-compatible server such as Ollama"
    )


def _params(method: str, language: str, wanted: Wanted) -> dict[str, Any]:
    found: dict[str, Any] = {"target": language}
    if method == "endpoint":
        kept = {"cache": str(home() / "translation")}
        return {**found, **kept, "endpoint": wanted.endpoint, "translation_model": wanted.model}
    if method != "whisper":
        return {**found, "translation_model": wanted.model}
    model = wanted.model if wanted.model not in {"", "whisper"} else wanted.whisper
    if model and whisper_models.translates(model):
        found["translation_model"] = model
    return found


def _resources(stages: Mapping[str, Stage], method: str, model: str) -> Resources:
    """The stage's resources: at most the cores of its base (`--threads`), and the memory for this model."""
    leased = TRANSLATIONS[method].resources
    memory = METHODS[method].memory_mb(model) if method in METHODS else 0
    cores = min(leased.cores, stages["translation"].resources.cores)
    return dataclasses.replace(leased, cores=cores, memory_mb=memory or leased.memory_mb)


def _of_translation(stage: Stage, language: str) -> Stage:
    """The instance of `phrases` or `subtitles` that reads a translation instead of the source text."""
    sources = {name: f"translation-{language}.{name}" for name in ("segments", "words")}
    if language in PARSED:
        sources["phrases"] = f"phrases-{language}.phrases"
    inputs = tuple(
        Input(name=i.name, source=sources[i.name], optional=i.optional) if i.name in sources else i
        for i in stage.inputs
        if i.name != "phrases" or language in PARSED
    )
    return dataclasses.replace(stage, name=f"{stage.base}-{language}", inputs=inputs)


def _muxing(mux: Stage, wanted: Sequence[str]) -> Stage:
    """`mux` with a further subtitle track for each language."""
    more = tuple(
        Input(name=f"{kind}-{language}", source=f"subtitles-{language}.{kind}")
        for language in wanted
        for kind in ("cues", "srt", "ass")
    )
    return dataclasses.replace(mux, inputs=(*mux.inputs, *more))

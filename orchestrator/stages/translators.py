"""Chooses the translator for a target language, with the reason.

The requested model or endpoint decides. Without one it is `DEFAULT`, whose model is embedded. What cannot
work is an error here, before an hour of recognition.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit

from ipc.whisper_languages import LANGUAGES
from orchestrator.errors import USAGE, FatalError
from orchestrator.models import families
from orchestrator.models import resolve as models
from orchestrator.models.family import ModelFamily, local_path
from orchestrator.paths import home
from stage_runners.translation.declared import LINES, Translator
from stage_runners.translation.stage import DEFAULT, TRANSLATORS


@dataclass(frozen=True, kw_only=True)
class Wanted:
    """The requested translation: languages, model and address of an endpoint.

    `withheld` is why the endpoint gets no key, if so: a credential goes only to a server that the user's
    own places name. `recognition_model` is the one that the user requested for the film's speech; empty if
    none. `trusted`: code in a model's folder may run. `tags` are the languages with a region, by code.
    `context` is what questions to an endpoint show of the film, `glossary` the path of the user's terms.
    `proofread` and `review`: its model proposes changes of the transcript, and of translations.
    """

    languages: Sequence[str] = ()
    model: str = ""
    endpoint: str = ""
    withheld: str = ""
    recognition_model: str = ""
    trusted: bool = False
    tags: Mapping[str, str] = field(default_factory=dict)
    context: str = LINES
    glossary: str = ""
    proofread: bool = False
    review: bool = False


def chosen(language: str, wanted: Wanted) -> tuple[Translator, str]:
    """The translator to `language`, and why it was chosen; `FatalError` (usage) if none can do it."""
    if wanted.endpoint:
        check_server(wanted)
        remote = next(one for one in TRANSLATORS.values() if one.takes_endpoint)
        return remote, f"by {wanted.model} at {wanted.endpoint}, to which the film's text is sent"
    if wanted.model:
        translator = named(wanted.model)
        family = _family_of(translator, wanted.model)
        if family.runs_code and local_path(wanted.model) is not None and not wanted.trusted:
            raise FatalError(
                f"--translation-model {wanted.model}: loading it would run the Python files in that folder",
                "if you trust its author as much as a program's, add --trust-model-code; the authors' models "
                f"({', '.join(family.short_names[:2])}, ...) need no such trust",
                USAGE,
            )
        _check_language(family, language, wanted.model)
        return translator, f"by {wanted.model}, as requested"
    return DEFAULT, _check_default(language, wanted.recognition_model)


def check_server(wanted: Wanted) -> None:
    """Raise `FatalError` (usage) if the address of the server is wrong, or its model is not named."""
    _check_address(wanted.endpoint)
    if not wanted.model:
        raise FatalError(
            "--translation-endpoint: no model given", "add one, such as --translation-model qwen3:8b", USAGE
        )


def named(model: str) -> Translator:
    """The translator for a model's name or folder; `FatalError` if its code would have to be trusted."""
    translator = next(
        (one for one in TRANSLATORS.values() if any(own.claims(model) for own in _families(one))), None
    )
    if translator is None:  # the content of the repository decides
        first = families.ROLES["translation"][0].name
        translator = next(one for one in TRANSLATORS.values() if first in one.families)
    name = model.partition("@")[0]
    if local_path(model) is None and (error := _family_of(translator, model).refusal(name)):
        raise error
    return translator


def params(translator: Translator, language: str, wanted: Wanted) -> dict[str, Any]:
    """The parameters of the translator's stage, as far as it declares them."""
    model = wanted.model
    if translator.uses_recognition_model and model in {"", translator.name}:
        model = wanted.recognition_model if _translates(translator, wanted.recognition_model) else ""
    offered = {
        "target": language,
        "endpoint": wanted.endpoint,
        "cache": str(home() / "translation"),
        "translation_model": model,
        "tag": wanted.tags.get(language, ""),
        "context": wanted.context,
        "glossary": wanted.glossary,
    }
    declared = {param.name: param.default for param in translator.stage.params}
    return {name: value for name, value in offered.items() if value and value != declared.get(name, value)}


def memory_mb(translator: Translator, model: str) -> int:
    """The memory in MB for this model as far as its name tells; else the translator's."""
    known = _family_of(translator, model).memory_mb(model) if model and translator.families else 0
    return known or translator.stage.resources.memory_mb


def _families(translator: Translator) -> list[ModelFamily]:
    role = translator.stage.model_role or "translation"
    return [families.family(role, name) for name in translator.families]


def _family_of(translator: Translator, model: str) -> ModelFamily:
    """The family of the translator that claims the model, or else its first one."""
    own = _families(translator)
    return next((family for family in own if family.claims(model)), own[0])


def _translates(translator: Translator, model: str) -> bool:
    role = translator.stage.model_role or ""
    if not model or models.family_of(role, model) not in translator.families:
        return False
    return _family_of(translator, model).translates_to(model) != frozenset()


def _check_default(language: str, recognition_model: str) -> str:
    """The reason for the default translator, with a note if the film's model has to be replaced."""
    (family,) = _families(DEFAULT)
    targets = family.translates_to(families.default_embedded(DEFAULT.stage.model_role or "")) or frozenset()
    if language not in targets:
        raise FatalError(
            f"--target-language {language}: the embedded model translates to {_listed(targets)} only",
            _others(),
            USAGE,
        )
    why = f"{DEFAULT.about}, which translates to {_listed(targets)} only"
    if recognition_model and not _translates(DEFAULT, recognition_model):
        return f"{why}; {recognition_model} cannot translate"
    return why


def _check_language(family: ModelFamily, language: str, model: str) -> None:
    """Raise `FatalError` if the model is known not to support the language."""
    targets = family.translates_to(model)
    if targets == frozenset():
        able = [name for name in family.short_names if language in (family.translates_to(name) or ())]
        hint = f"use one of: {', '.join(able)}" if able else _others()
        raise FatalError(f"--translation-model {model}: this model cannot translate", hint, USAGE)
    if language not in LANGUAGES or (targets is not None and language not in targets):
        only = f"; it translates to {_listed(targets)} only" if targets else ""
        raise FatalError(
            f"--target-language {language}: {model} does not translate into it{only}", _others(), USAGE
        )


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


def _listed(codes: frozenset[str]) -> str:
    return ", ".join(sorted(codes))


def _others() -> str:
    return (
        "use --translation-model nllb-200-distilled-600M (or another NLLB-200, OPUS-MT or IndicTrans2 "
        "model), or --translation-endpoint with an OpenAI-compatible server such as Ollama"
    )

"""The models on this disk that align the words of each language, for `--align-model auto`."""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.environments import registry
from orchestrator.models import aligners_by_language as table
from orchestrator.models import families, hub, resolve
from orchestrator.models.aligners_by_language import AlignerModel
from orchestrator.models.resolve import Model
from stage_runners.text.iso639 import language as language_called

ROLE = "aligner"


def is_packaged(language: str) -> bool:
    """Say whether the packages of the stage's environment align the language: a Python may lack them."""
    package = table.PACKAGED.get(language)
    folder = registry.get(families.ROLES[ROLE][0].environment).venv
    return package is not None and any(folder.glob(f"lib/python*/site-packages/{package}"))


def aligns(asked: str, language: str) -> bool:
    """Say whether `--align-model` with this value aligns a language, as far as its name tells."""
    if asked == "auto":
        return is_packaged(language) or bool(by_language(language))
    if families.is_packaged(ROLE, asked):
        return table.PACKAGED.get(language) == asked and is_packaged(language)
    family = families.candidates(ROLE, asked)[0]
    names = family.repositories(asked.partition("@")[0], "cpu")
    known = next((one for one in map(table.listed, names) if one), None)
    return known is None or language in known.languages


def on_this_disk(language: str) -> AlignerModel | None:
    """The model that `auto` would use for a language; None if none of its models is on this disk."""
    return next((one for one in table.of_language(language) if resolve.on_disk(ROLE, one.id)), None)


def by_language(language: str = "") -> dict[str, Model]:
    """The model of each language that has one on this disk and no packaged aligner; or of one language alone.

    One of another environment only for one language, if it is the best on this disk: a stage runs in one
    environment.
    Reads no weights: a few milliseconds.
    """
    if name := _alone(language):
        return {language: resolve.resolve(ROLE, name, offline=True)}
    cached = set(hub.repositories())
    possible = [one for one in table.MODELS if one not in table.OF_ANOTHER_ENVIRONMENT]
    here = [one for one in possible if one.id in cached and resolve.on_disk(ROLE, one.id)]
    models = {one.id: resolve.resolve(ROLE, one.id, offline=True) for one in here}
    found: dict[str, Model] = {}
    for one in here:
        for code in one.languages if not language else one.languages & {language}:
            if not is_packaged(code):
                found.setdefault(code, models[one.id])
    return dict(sorted(found.items()))


def _alone(language: str) -> str:
    """The model of another environment that aligns a film of one stated language; empty if there is none.

    A stage runs in one process, so such a model aligns a whole film or nothing of it.
    """
    if not language or is_packaged(language):
        return ""
    one = on_this_disk(language)
    if one is None or one not in table.OF_ANOTHER_ENVIRONMENT:
        return ""
    return one.id if registry.health(table.OF_ANOTHER_ENVIRONMENT[one]) is None else ""


def described(models: Mapping[str, Model]) -> list[str]:
    """A sentence for each model: the languages it aligns, its name and its licence."""
    sentences = []
    for name in dict.fromkeys(model.id for model in models.values()):
        codes = [code for code, model in models.items() if model.id == name]
        spoken = " and ".join(language_called(code).name for code in codes[:2])
        listed = spoken if len(codes) < 3 else f"{len(codes)} other languages"
        known = table.listed(name)
        terms = known.licence if known else ""
        if known and known.non_commercial:
            terms += ": not for commercial use"
        sentences.append(f"words in {listed} are aligned with {name}{f' ({terms})' if terms else ''}")
    return sentences


def refused(model: Model, language: str, why: str) -> str:
    """Why a device is not used for `model`: with the aligner of the stated language, if it is that one's."""
    own = model.by_language.get(language)
    return f"the aligner {own.id} of {language_called(language).name} is not for it: {why}" if own else why


def missing(language: str) -> AlignerModel | None:
    """The model to download for better word times in a language; None if there is nothing to do."""
    return None if on_this_disk(language) else table.to_pull(language)

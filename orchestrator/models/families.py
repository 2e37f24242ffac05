"""The registry of model families: the families of each role, and the family of a name or a folder.

A role is what a stage uses a model for (`Stage.model_role`). A new family needs its own module and a line
here.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from pathlib import Path

from orchestrator.models import (
    campplus,
    indictrans2,
    nllb_opus,
    parakeet,
    pyannote,
    qwen3,
    segmentation,
    wav2vec2,
    whisper,
)
from orchestrator.models.embedded import Embedded
from orchestrator.models.family import ModelFamily
from stage_runners.asr import engines
from stage_runners.recognition.engine import Engine
from stage_runners.translation.declared import Translator
from stage_runners.translation.stage import TRANSLATORS


def _translates(_name: str) -> frozenset[str] | None:
    """To languages that are not known."""
    return None


def _does_not(_name: str) -> frozenset[str] | None:
    return frozenset()


def _packaged(methods: Iterable[Engine | Translator]) -> Iterator[ModelFamily]:
    """The families of engines and translators whose models are part of their packages."""
    for method in methods:
        if method.packaged:
            yield ModelFamily(
                name=method.families[0],
                claims_name=method.packaged.__contains__,
                packaged=method.packaged,
                weights={},
                layout_of=lambda _folder: None,
                translates_to=_translates if isinstance(method, Translator) else _does_not,
            )


ROLES: dict[str, tuple[ModelFamily, ...]] = {
    "recognition": (whisper.FAMILY, parakeet.FAMILY, qwen3.FAMILY, *_packaged(engines.declared())),
    "segmentation": (segmentation.FAMILY,),
    "diarization": (pyannote.FAMILY, campplus.FAMILY),
    "aligner": (wav2vec2.FAMILY, qwen3.ALIGNER_FAMILY),
    "translation": (nllb_opus.FAMILY, indictrans2.FAMILY, *_packaged(TRANSLATORS.values())),
}
"""The families of each role, in order of precedence. The first gets the names that none claims."""


def family(role: str, name: str) -> ModelFamily:
    """Return the family of a role by its own name, `Model.family`."""
    return next(family for family in ROLES[role] if family.name == name)


def candidates(role: str, asked: str) -> tuple[ModelFamily, ...]:
    """Return the families that the model named `asked` can belong to, the likeliest first.

    The one that claims it. If none does, all that the name may be used with: then the content of the
    repository decides.
    """
    claiming = next((member for member in ROLES[role] if member.claims(asked)), None)
    if claiming is not None:
        return (claiming,)
    name = asked.partition("@")[0]
    return tuple(member for member in ROLES[role] if member.weights and member.refusal(name) is None)


def of_path(role: str, path: Path) -> ModelFamily | None:
    """Return the family whose model a folder holds, or that reads a single file; None if there is none."""
    return next((member for member in ROLES[role] if member.claims(str(path))), None)


def embedded(role: str, asked: str) -> Embedded | None:
    """Return the embedded model that `asked` names in `role`."""
    models = (member.embedded_model(asked) for member in ROLES.get(role, ()))
    return next((model for model in models if model), None)


def default_embedded(role: str) -> str:
    """Return the name of the embedded model that a role falls back to; empty if it has none."""
    return next((model.name for member in ROLES.get(role, ()) for model in member.embedded), "")


def is_packaged(role: str, asked: str) -> bool:
    """Say whether `asked` is a name without a file: its weights, if any, are part of its stage's packages."""
    return any(asked in member.packaged for member in ROLES.get(role, ()))


def times_words(family_name: str) -> bool:
    """Whether the engine of a family of recognition models gives the times of words."""
    own = (engine for engine in engines.declared() if family_name in engine.families)
    return any(engine.capabilities.word_times for engine in own)


def role_of(name: str) -> str:
    """Return the role of an embedded or packaged model, or else of a family that claims the name.

    The role of recognition comes last, and is the one of a name that no family claims.
    """
    exact = (role for role in ROLES if embedded(role, name) or is_packaged(role, name))
    claimed = (role for role in reversed(ROLES) if any(member.claims_name(name) for member in ROLES[role]))
    return next(exact, next(claimed, "recognition"))

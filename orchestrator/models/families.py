"""The registry of model families: the families of each role, and the family of a name or a folder.

A role is what a stage uses a model for (`Stage.model_role`). A new family needs its own module and a line
here.
"""

from __future__ import annotations

from pathlib import Path

from orchestrator.models import campplus, indictrans2, nllb_opus, pyannote, segmentation, wav2vec2, whisper
from orchestrator.models.embedded import Embedded
from orchestrator.models.family import ModelFamily
from stage_runners.asr import engines


def _packaged(engine: engines.Engine) -> ModelFamily:
    """The family of an engine of speech recognition whose models are part of its packages."""
    return ModelFamily(
        name=engine.families[0],
        claims_name=lambda name: name in engine.packaged,
        packaged=engine.packaged,
        weights={},
        layout_of=lambda _folder: None,
    )


ROLES: dict[str, tuple[ModelFamily, ...]] = {
    "whisper": (whisper.FAMILY, *(_packaged(engine) for engine in engines.declared() if engine.packaged)),
    "segmentation": (segmentation.FAMILY,),
    "diarization": (pyannote.FAMILY, campplus.FAMILY),
    "aligner": (wav2vec2.FAMILY,),
    "translation": (nllb_opus.FAMILY, indictrans2.FAMILY),
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


def role_of(name: str) -> str:
    """Return the role of an embedded or packaged model, or else of a family that claims the name.

    Whisper's role comes last, and is the one of a name that no family claims.
    """
    exact = (role for role in ROLES if embedded(role, name) or is_packaged(role, name))
    claimed = (role for role in reversed(ROLES) if any(member.claims_name(name) for member in ROLES[role]))
    return next(exact, next(claimed, "whisper"))

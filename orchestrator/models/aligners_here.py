"""The models on this disk that align the words of each language, for `--align-model auto`."""

from __future__ import annotations

from orchestrator.models import aligners_by_language as table
from orchestrator.models import resolve
from orchestrator.models.aligners_by_language import AlignerModel
from orchestrator.models.resolve import Model

ROLE = "aligner"


def on_this_disk(language: str) -> AlignerModel | None:
    """The model that `auto` would use for a language; None if none of its models is on this disk."""
    return next((one for one in table.of_language(language) if resolve.on_disk(ROLE, one.id)), None)


def by_language() -> dict[str, Model]:
    """The model of each language that has one on this disk. Reads no weights: a few milliseconds."""
    here = [one for one in table.MODELS if resolve.on_disk(ROLE, one.id)]
    models = {one.id: resolve.resolve(ROLE, one.id, offline=True) for one in here}
    found: dict[str, Model] = {}
    for one in here:
        for code in one.languages:
            found.setdefault(code, models[one.id])
    return dict(sorted(found.items()))


def missing(language: str) -> AlignerModel | None:
    """The model to download for better word times in a language; None if there is nothing to do."""
    return None if on_this_disk(language) else table.to_pull(language)

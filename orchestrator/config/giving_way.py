"""A model that is set for all films gives way where a film is in a language that it does not know.

`orchestrator setup` writes a model into the configuration file, and the best one for a language may know few
others. A model and a language of the same place, or a model of higher rank, contradict each other:
`planning.validation` refuses them.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.config.contradictions import Ranks
from orchestrator.config.values import Value

_AUTO = "auto"


def resolved(chosen: Mapping[str, Value], ranks: Ranks) -> tuple[dict[str, Value], list[str]]:
    """The options without a model of lower rank than a language that it does not know, and the notice."""
    values = dict(chosen)
    model, language = values.get("model"), values.get("language")
    if model is None or language is None or not language.value or model.value in (None, "", _AUTO):
        return values, []
    if ranks["model"] <= ranks["language"] or _knows(str(model.value), str(language.value)):
        return values, []
    del values["model"]
    sentence = f"{model.stated('model')} does not know {language.value} ({language.stated('language')})"
    return values, [f"{sentence}: the model is chosen automatically"]


def _knows(model: str, language: str) -> bool:
    """Whether a model knows a language as far as its name, or the folder that it names, tells."""
    from pathlib import Path

    from orchestrator.models import families
    from orchestrator.models.family import local_path

    folder = local_path(model) or Path()
    known = families.candidates("recognition", model)[0].languages(model.partition("@")[0], folder)
    return known is None or language.lower().replace("_", "-").partition("-")[0] in known

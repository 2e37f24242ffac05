"""The registry of aligners, and the choice of an aligner for a language.

A new aligner is a module that satisfies `stage_runners.alignment.aligner.AlignerModule`, a line in
`ALIGNERS`, and, for `auto`, a place in `AUTO` or its models in `orchestrator.models.aligners_by_language`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import Any

from ipc.errors import StageError
from stage_runners.alignment import (
    attention_aligner,
    pocketsphinx_aligner,
    qwen_aligner,
    wav2vec2_aligner,
)
from stage_runners.alignment.aligner import AlignerModule
from stage_runners.alignment.notes import NONE_HERE
from stage_runners.text.iso639 import language as language_called

_MODULES: tuple[AlignerModule, ...] = (
    pocketsphinx_aligner,
    wav2vec2_aligner,
    qwen_aligner,
    attention_aligner,
)
ALIGNERS: dict[str, AlignerModule] = {module.METHOD: module for module in _MODULES}
AUTO: dict[str, tuple[str, ...]] = {
    "en": ("pocketsphinx",),
}
"""The packaged aligners that `auto` tries first for a language. Then it takes the model that the orchestrator
found on the disk for it; else words keep the recogniser's times."""
ROUGH = attention_aligner.METHOD
_WITH_A_MODEL = wav2vec2_aligner.METHOD
"""The aligner of a model without a family."""

Model = Mapping[str, Any]


@dataclass(frozen=True)
class Choice:
    """The aligner of each language, by name, its model if any, and why some keep the recogniser's times."""

    by_language: Mapping[str, str]
    reasons: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, Model] = field(default_factory=dict)

    @property
    def described(self) -> str:
        """Such as `pocketsphinx for English, attention for the rest`."""
        names = list(dict.fromkeys(self.by_language.values()))
        if len(names) < 2:
            return names[0] if names else ROUGH
        groups = {
            name: [code for code, own in self.by_language.items() if own == name]
            for name in names
            if name != ROUGH
        }
        parts = [
            f"{name} for {' and '.join(language_called(code).name for code in codes)}"
            for name, codes in groups.items()
        ]
        return ", ".join([*parts, f"{ROUGH} for the rest"] if ROUGH in names else parts)

    def facts(self) -> dict[str, dict[str, str]]:
        """By language: the aligner, its model and licence, and why there is none; for the report."""
        return {
            code: {
                "aligner": name,
                "model": str(self.models.get(code, {}).get("id") or ""),
                "licence": str(self.models.get(code, {}).get("licence") or ""),
                "because": self.reasons.get(code, ""),
            }
            for code, name in self.by_language.items()
        }


def chosen(asked: str, model: Model, languages: Iterable[str]) -> Choice:
    """The aligner of each of `languages`; `asked` is `auto`, the name of an aligner, or a model.

    `StageError` if the requested aligner aligns none of them, or cannot run here.
    """
    codes = sorted(set(languages))
    if asked == "auto":
        return _auto(codes, model.get("by_language") or {}, model.get("unfit") or {})
    name = named(asked, model)
    its_languages = ALIGNERS[name].LANGUAGES
    models = dict.fromkeys(codes, model) if ALIGNERS[name].FAMILIES else {}
    if its_languages is None:
        return Choice(dict.fromkeys(codes, name), {}, models)
    own = [code for code in codes if code in its_languages]
    if not own:
        raise StageError(
            "config",
            f"--align-model {name}: it aligns {_listed(its_languages)} only; "
            f"the film is in {', '.join(codes)}",
            "omit --align-model, or choose a wav2vec2 model for that language",
        )
    if missing := ALIGNERS[name].missing():
        raise StageError("env", f"{name} cannot run here: {missing}", "run `orchestrator doctor`")
    others = {code: f"{name} does not align it" for code in codes if code not in its_languages}
    return Choice({code: ROUGH if code in others else name for code in codes}, others, models)


def _auto(codes: Iterable[str], here: Mapping[str, Model], unfit: Mapping[str, str]) -> Choice:
    by_language: dict[str, str] = {}
    reasons: dict[str, str] = {}
    models: dict[str, Model] = {}
    for code in codes:
        lacks = {name: ALIGNERS[name].missing() for name in AUTO.get(code, ())}
        packaged = next((name for name, lack in lacks.items() if not lack), "")
        if packaged or code not in here:
            by_language[code] = packaged or ROUGH
            if not packaged:
                reasons[code] = unfit.get(code) or "; ".join(lacks.values()) or NONE_HERE
            continue
        models[code] = here[code]
        by_language[code] = named("auto", here[code])
    return Choice(by_language, reasons, models)


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(sorted(language_called(code).name for code in codes))


def named(asked: str, model: Model) -> str:
    """The name of the requested aligner, or of the aligner for the model's family."""
    if asked in ALIGNERS and not ALIGNERS[asked].FAMILIES:
        return asked
    family = model.get("family")
    return next((name for name, module in ALIGNERS.items() if family in module.FAMILIES), _WITH_A_MODEL)

"""The registry of aligners, and the choice of an aligner for a language.

A new aligner is a module that satisfies `stage_runners.alignment.aligner.AlignerModule`, a line in
`ALIGNERS`, and a position in `AUTO`.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from ipc.errors import StageError
from stage_runners.alignment import (
    attention_aligner,
    pocketsphinx_aligner,
    qwen_aligner,
    wav2vec2_aligner,
)
from stage_runners.alignment.aligner import Aligner, AlignerModule
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
"""The aligners that `auto` tries for a language, the best first; if none is usable, words keep the
recogniser's times."""
ROUGH = attention_aligner.METHOD
_WITH_A_MODEL = wav2vec2_aligner.METHOD
"""The aligner of a model without a family."""


@dataclass(frozen=True)
class Choice:
    """The aligner of each language, by name, and why some languages keep the recogniser's times."""

    by_language: Mapping[str, str]
    reasons: tuple[str, ...] = ()

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


def chosen(asked: str, model: Mapping[str, Any], languages: Iterable[str]) -> Choice:
    """The aligner of each of `languages`; `asked` is `auto`, the name of an aligner, or a model.

    `StageError` if the requested aligner aligns none of them, or cannot run here.
    """
    codes = sorted(set(languages))
    if asked == "auto":
        return _auto(codes)
    name = named(asked, model)
    its_languages = ALIGNERS[name].LANGUAGES
    if its_languages is None:
        return Choice(dict.fromkeys(codes, name))
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
    others = [code for code in codes if code not in its_languages]
    return Choice({code: name if code in its_languages else ROUGH for code in codes}, _without(others))


def _auto(codes: Iterable[str]) -> Choice:
    by_language: dict[str, str] = {}
    missing: list[str] = []
    without: list[str] = []
    for code in codes:
        lacks = {name: ALIGNERS[name].missing() for name in AUTO.get(code, ())}
        by_language[code] = next((name for name, lack in lacks.items() if not lack), ROUGH)
        if not lacks:
            without.append(code)
        elif by_language[code] == ROUGH:
            missing.extend(lacks.values())
    return Choice(by_language, (*dict.fromkeys(missing), *_without(without)))


def _without(codes: list[str]) -> tuple[str, ...]:
    if not codes:
        return ()
    return (f"no aligner for {', '.join(codes)} at hand; --align-model takes a wav2vec2 model of it",)


def _listed(codes: Iterable[str]) -> str:
    return ", ".join(sorted(language_called(code).name for code in codes))


def named(asked: str, model: Mapping[str, Any]) -> str:
    """The name of the requested aligner, or of the aligner for the model's family."""
    if asked in ALIGNERS and not ALIGNERS[asked].FAMILIES:
        return asked
    family = model.get("family")
    return next((name for name, module in ALIGNERS.items() if family in module.FAMILIES), _WITH_A_MODEL)


class Loaded:
    """Aligners by name, loaded when first needed, because that depends on the film's languages."""

    def __init__(self, params: Mapping[str, Any], device: str) -> None:
        self._params = params
        self._device = device
        self._loaded: dict[str, Aligner] = {}

    def get(self, name: str) -> Aligner:
        """The aligner `name`."""
        if name not in self._loaded:
            self._loaded[name] = ALIGNERS[name].load(self._params, self._device)
        return self._loaded[name]

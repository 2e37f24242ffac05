"""The registry of translators, each a stage with the same outputs.

A run has an instance of one of them for every target language: see `orchestrator.stages.translators`. A new
one is a module as `stage_runners.translation.translator` describes it, and its name in `_MODULES`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ipc.declaration import Input, Output, Resources, Stage, on_cpu
from stage_runners.translation import (
    ctranslate2_translator,
    endpoint_translator,
    indictrans2_translator,
    whisper_translator,
)
from stage_runners.translation.declared import FROM_TEXT, KEYS, SERVER, STALL_S, TAG, TARGET, Translator
from stage_runners.translation.thresholds import BRIEFINGS, NAME_FORMS, SCENES, SENTENCES

_MODULES = (indictrans2_translator, whisper_translator, ctranslate2_translator, endpoint_translator)
TRANSLATORS: Mapping[str, Translator] = {module.TRANSLATOR.name: module.TRANSLATOR for module in _MODULES}
"""The translators by name. A model belongs to the first one with a family that claims it."""

DEFAULT = whisper_translator.TRANSLATOR
"""The one without a requested model: it needs only what is embedded."""
TRANSLATION = DEFAULT.stage
"""It stands for all of them if there is no target language."""

BRIEFING = Stage(
    name="briefing",
    version=1,
    backends=on_cpu("translation.briefing_runner", "nlp"),
    inputs=(
        *(one for one in FROM_TEXT if one.name != "glossary"),
        Input(name="cast", source="tmdb.cast", optional=True),
        Input(name="shots", source="shots.shots", optional=True),
    ),
    outputs=(Output(name="terms", kind="terms"),),
    params=(TARGET, TAG, *SERVER),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=STALL_S,
    secrets=KEYS,
    thresholds=(SENTENCES, NAME_FORMS, SCENES, BRIEFINGS),
)
"""What an endpoint's model writes down of the film before it translates; an instance for each language, with
`--translation-context film`.
"""

"""The registry of translators, each a stage with the same outputs.

A run has an instance of one of them for every target language: see `orchestrator.stages.translators`. A new
one is a module as `stage_runners.translation.translator` describes it, and its name in `_MODULES`.
"""

from __future__ import annotations

from collections.abc import Mapping

from stage_runners.translation import (
    ctranslate2_translator,
    endpoint_translator,
    indictrans2_translator,
    whisper_translator,
)
from stage_runners.translation.declared import Translator

_MODULES = (indictrans2_translator, whisper_translator, ctranslate2_translator, endpoint_translator)
TRANSLATORS: Mapping[str, Translator] = {module.TRANSLATOR.name: module.TRANSLATOR for module in _MODULES}
"""The translators by name. A model belongs to the first one with a family that claims it."""

DEFAULT = whisper_translator.TRANSLATOR
"""The one without a requested model: it needs only what is embedded."""
TRANSLATION = DEFAULT.stage
"""It stands for all of them if there is no target language."""

"""The ways to translate, each a stage with the same outputs.

A run has an instance of one of them for every target language: see `orchestrator.stages.translations`. A new
one is a module with its declaration (`STAGE`), `load` and `run`, and a line in `TRANSLATIONS`.
"""

from __future__ import annotations

from collections.abc import Mapping

from ipc.declaration import Stage
from stage_runners.translation import (
    ctranslate2_translator,
    endpoint_translator,
    indictrans2_translator,
    whisper_translator,
)

TRANSLATIONS: Mapping[str, Stage] = {
    "whisper": whisper_translator.STAGE,
    "ctranslate2": ctranslate2_translator.STAGE,
    "indictrans2": indictrans2_translator.STAGE,
    "endpoint": endpoint_translator.STAGE,
}
"""The declarations by method."""

TRANSLATION = TRANSLATIONS["whisper"]
"""The one that needs only what is embedded: it stands for all if there is no target language."""

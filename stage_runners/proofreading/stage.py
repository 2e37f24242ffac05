"""Declares the stages `proofreading` and `translation_review`: a model at an endpoint proposes changes."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on_cpu
from stage_runners.names.stage import SPOKEN
from stage_runners.proofreading.thresholds import OF_TRANSCRIPT, OF_TRANSLATION
from stage_runners.subtitles.stage import SUBTITLES
from stage_runners.translation.declared import KEYS, SERVER, STALL_S, TAG, TARGET

_PROPOSALS = (Output(name="proposals", kind="proposals"),)
_LIMITS = (
    "max_line_width", "line_widths", "max_line_count", "max_cps", "reading_speeds", "min_duration",
    "max_duration", "min_gap",
)  # fmt: skip
LIMITS = tuple(param for param in SUBTITLES.params if param.name in _LIMITS)
"""The limits of cues, which are those of the stage `subtitles`."""

PROOFREADING = Stage(
    name="proofreading",
    version=1,
    backends=on_cpu("proofreading.transcript_runner", "nlp"),
    inputs=(
        *SPOKEN,
        Input(name="speakers", source="naming.speakers", optional=True),
        Input(name="glossary", source="pre_ner.glossary", optional=True),
        Input(name="cast", source="tmdb.cast", optional=True),
        Input(name="shots", source="shots.shots", optional=True),
    ),
    outputs=_PROPOSALS,
    params=SERVER,
    resources=Resources(cores=1, memory_mb=300),
    stall_s=STALL_S,
    secrets=KEYS,
    thresholds=OF_TRANSCRIPT,
)
"""With `--proofread`: corrections of misheard words, names and punctuation."""

TRANSLATION_REVIEW = Stage(
    name="translation_review",
    version=1,
    backends=on_cpu("proofreading.translation_runner", "nlp"),
    inputs=(
        *SPOKEN,
        Input(name="cues", source="subtitles.base_cues"),
        Input(name="speakers", source="naming.speakers", optional=True),
        Input(name="cast", source="tmdb.cast", optional=True),
    ),
    outputs=_PROPOSALS,
    params=(TARGET, TAG, *SERVER, Param(name="glossary", file=True, help="the user's terms"), *LIMITS),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=STALL_S,
    secrets=KEYS,
    thresholds=OF_TRANSLATION,
)
"""With `--translation-review`: an instance for each target language, which reads that language's cues as they
were made, without edits: so an edit asks no question again.
"""

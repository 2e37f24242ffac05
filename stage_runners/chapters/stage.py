"""Declares the stage `chapters`: where the film's subject changes, with titles from its own words."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, Switch, on_cpu
from ipc.reach import HARMLESS
from stage_runners.chapters.files import FORMATS
from stage_runners.chapters.thresholds import THRESHOLDS
from stage_runners.names.stage import SPOKEN
from stage_runners.shared_params import CLIP

CHAPTERS = Stage(
    name="chapters",
    version=1,
    backends=on_cpu("chapters.runner", "nlp"),
    inputs=(
        Input(name="film", source="film"),
        *SPOKEN,
        Input(name="shots", source="shots.shots", optional=True),
    ),
    outputs=(
        Output(name="chapters", kind="chapters"),
        *(Output(name=one.name, kind="file", filename=one.stored_as) for one in FORMATS),
    ),
    params=(
        Param(
            name="chapter_length",
            help="minimum length of a chapter in seconds",
            cli=Cli(
                group="chapters",
                type=float,
                metavar="S",
                least=10,  # YouTube's minimum
                most=86400,
                example=60,
                unset="a twentieth of the film, 30 s to 5 min",
                reach=HARMLESS,
            ),
        ),
        Param(
            name="chapter_titles",
            default="words",
            help="titles of chapters: their most characteristic words, or their first sentence",
            cli=Cli(group="chapters", choices=("words", "sentence"), example="words", reach=HARMLESS),
        ),
        CLIP,
    ),
    resources=Resources(cores=1, memory_mb=500),
    stall_s=120,
    packages=("spacy", "numpy", "av"),
    off="--chapters turns it on",
    switch=Switch(
        help="divide the film into chapters where its subject changes or a long pause lies, for the new film "
        "and as files",
        cli=Cli(name="chapters", group="chapters", example=True, reach=HARMLESS),
    ),
    thresholds=THRESHOLDS,
    brief=True,
)

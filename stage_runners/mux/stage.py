"""Declares the stage `mux`: a film with added subtitle tracks."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, Switch, on_cpu
from ipc.reach import HARMLESS
from stage_runners.shared_params import CLIP, CONTAINER

MUX = Stage(
    name="mux",
    version=6,
    backends=on_cpu("mux.runner", "media"),
    inputs=(
        Input(name="film", source="film"),
        Input(name="cues", source="subtitles.cues"),
        Input(name="srt", source="subtitles.srt"),
        Input(name="ass", source="subtitles.ass"),
        Input(name="chapters", source="chapters.chapters", optional=True),
    ),
    outputs=(Output(name="film", kind="file", filename="subtitled.mkv", external=True),),
    params=(
        CONTAINER,
        Param(
            name="subtitle_format",
            default="srt",
            help="format of the subtitle tracks in MKV: srt, ass (one colour per speaker) or both",
            cli=Cli(group="subtitles", choices=("srt", "ass", "both"), example="srt", reach=HARMLESS),
        ),
        Param(
            name="replace_existing",
            default=False,
            help="drop the film's own text subtitle tracks in the same languages",
            cli=Cli(group="subtitles", example=False, reach=HARMLESS),
        ),
        Param(
            name="default_subtitles",
            help="flag the added track as the default track",
            cli=Cli(
                group="subtitles",
                type=bool,
                example=True,
                unset="yes, unless another track is",
                reach=HARMLESS,
            ),
        ),
        Param(
            name="forced_track",
            default=False,
            help="also add a track of each translation, flagged as forced, with only what is not said in "
            "the film's main language",
            cli=Cli(group="subtitles", example=True, reach=HARMLESS, needs=("target_language",)),
        ),
        Param(
            name="replace_chapters",
            default=False,
            help="give the new film the chapters of --chapters also if it has chapters of its own",
            cli=Cli(group="chapters", example=True, reach=HARMLESS, needs=("chapters", "mux")),
        ),
        Param(
            name="sdh",
            default=False,
            help="mark the track as subtitles for the deaf and hard of hearing",
        ),
        Param(
            name="language_tags",
            help="BCP 47 tags of requested languages, by code, where they name a region or a script",
        ),
        CLIP,
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=180,
    switch=Switch(
        help="write a film with the subtitles as tracks",
        cli=Cli(name="mux", group="subtitles", example=True, reach=HARMLESS),
    ),
    packages=("av", "imageio-ffmpeg"),
)

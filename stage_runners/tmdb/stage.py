"""Declares the stage `tmdb`: the film's title and cast."""

from __future__ import annotations

from pathlib import Path

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, Switch, on_cpu
from ipc.reach import HARMLESS, Reach
from stage_runners.tmdb.thresholds import THRESHOLDS

NAMES = Switch(
    help="look up the characters' names, correct misheard names, and name the speakers",
    cli=Cli(
        name="names",
        group="names",
        example=True,
        reach=Reach(can="ask TMDB about the film, with your key", harmless=lambda value: not value),
    ),
)

TMDB = Stage(
    name="tmdb",
    version=3,
    backends=on_cpu("tmdb.runner", "nlp"),
    inputs=(Input(name="film", source="film"),),
    outputs=(Output(name="cast", kind="cast"),),
    params=(
        Param(name="name", default="", help="the film's file name"),
        Param(
            name="cast",
            file=True,
            help="characters and actors, as CSV or TOML",
            cli=Cli(
                group="names",
                type=Path,
                metavar="FILE",
                example="cast.csv",
                unset="the .nfo beside the film, else TMDB",
                reach=Reach(can="read a file outside the film's folder", inside=True),
            ),
        ),
        Param(name="nfo", file=True, help="the .nfo file beside the film"),
        Param(name="show_nfo", file=True, help="the tvshow.nfo of its series"),
        Param(
            name="tmdb_id",
            help="the film's id on TMDB, such as movie/603 or tv/1399, or its IMDb id",
            cli=Cli(
                name="tmdb",
                group="names",
                metavar="ID",
                example="movie/603",
                unset="searched by title",
                reach=HARMLESS,
                unless=("offline",),
            ),
        ),
        Param(name="tmdb_language", default="en-US"),
        Param(name="online", default=False, help="whether requests to TMDB are allowed"),
        Param(name="cache", default="", affects="speed", help="folder for TMDB's answers"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=180,
    switch=NAMES,
    packages=("guessit",),
    thresholds=THRESHOLDS,
    secrets=("TMDB_API_KEY",),
)

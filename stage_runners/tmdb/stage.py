"""The declaration of tmdb: which film it is, and its cast."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on_cpu

TMDB = Stage(
    name="tmdb",
    version=1,
    backends=on_cpu("tmdb.runner", "nlp"),
    inputs=(Input(name="film", source="film"),),
    outputs=(Output(name="cast", kind="cast"),),
    params=(
        Param(name="name", default="", help="the film's file name"),
        Param(name="cast", file=True, help="a CSV or TOML file of characters and actors"),
        Param(name="nfo", file=True, help="the .nfo file beside the film"),
        Param(name="show_nfo", file=True, help="the tvshow.nfo of its series"),
        Param(name="tmdb_id", help="movie/603, tv/1399 or an IMDb id: which film it is at TMDB"),
        Param(name="tmdb_language", default="en-US"),
        Param(name="online", default=False, help="whether TMDB may be asked"),
        Param(name="cache", default="", affects="speed", help="where TMDB's answers are kept"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=180,
    packages=("guessit",),
    secrets=("TMDB_API_KEY",),
)

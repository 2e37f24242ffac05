"""Declares the stages `demux`, the film's audio on its clock, and `waveform`, its picture for the report."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, on_cpu
from ipc.reach import HARMLESS
from stage_runners.media.channel_names import problem as channel_problem
from stage_runners.media.thresholds import THRESHOLDS
from stage_runners.shared_params import CLIP, LANGUAGE_OPTION


def _apart(what: str, text: str, *unless: str) -> Param:
    """The option `--speakers-by-track` or `--speakers-by-channel`."""
    return Param(
        name=f"speakers_by_{what}",
        default=False,
        help=text,
        cli=Cli(
            group="speakers",
            example=True,
            needs=("diarize",),
            unless=("audio_channel", *unless),
            reach=HARMLESS,
        ),
    )


DEMUX = Stage(
    name="demux",
    version=7,
    backends=on_cpu("media.demux", "media"),
    inputs=(Input(name="film", source="film"),),
    outputs=(
        Output(name="audio", kind="audio"),
        Output(name="voices", kind="audio"),
        Output(name="titles", kind="speakers"),
    ),
    params=(
        _apart("track", "each audio track is one speaker, as in podcasts", "audio_track"),
        _apart(
            "channel", "each channel of the audio track is one speaker, as in interviews", "speakers_by_track"
        ),
        Param(
            name="audio_track",
            help="use audio track N, counted from 0 among the audio tracks",
            cli=Cli(
                group="film",
                type=int,
                metavar="N",
                least=0,
                most=9999,
                example=0,
                unset="the track in --language, else the default one",
                reach=HARMLESS,
            ),
        ),
        Param(
            name="audio_channel",
            help="use one channel of the audio track: left, right, centre, its number from 0, or mix for all",
            cli=Cli(
                group="film",
                type=str,
                metavar="CHANNEL",
                example="left",
                unset="all, or the one that has the speech if the mix loses it",
                check=channel_problem,
                reach=HARMLESS,
            ),
        ),
        Param(name="language", help="prefer the audio track in this language", cli=LANGUAGE_OPTION),
        CLIP,
    ),
    resources=Resources(cores=1, memory_mb=400),
    stall_s=120,
    packages=("av", "imageio-ffmpeg"),
    thresholds=THRESHOLDS,
)

WAVEFORM = Stage(
    name="waveform",
    version=1,
    backends=on_cpu("media.waveform", "media"),
    inputs=(Input(name="audio", source="demux.audio"),),
    outputs=(Output(name="waveform", kind="waveform"),),
    resources=Resources(cores=1, memory_mb=200),
    stall_s=120,
)

TEXT_TRACKS = Stage(
    name="text_tracks",
    version=1,
    backends=on_cpu("media.text_tracks", "media"),
    inputs=(Input(name="film", source="film"),),
    outputs=(Output(name="texts", kind="film_texts"),),
    params=(CLIP,),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
    packages=("av", "imageio-ffmpeg"),
)
"""The text of the film's subtitle tracks, for `existing_subtitles`."""

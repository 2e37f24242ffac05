"""Declares the stage `known_text`: the words of a text that is known, in place of the recognised ones."""

from __future__ import annotations

from pathlib import Path

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, on_cpu
from ipc.reach import HARMLESS, Reach
from stage_runners.known_text.thresholds import THRESHOLDS
from stage_runners.shared_params import CLIP, LANGUAGE_OPTION

KNOWN_TEXT = Stage(
    name="known_text",
    version=7,
    backends=on_cpu("known_text.runner", "nlp"),
    inputs=(
        Input(name="segments", source="asr.segments"),
        Input(name="words", source="asr.words"),
        Input(name="doubts", source="asr.doubts"),
        Input(name="speech", source="pyannote_vad.speech"),
    ),
    outputs=(
        Output(name="segments", kind="segments"),
        Output(name="words", kind="words"),
        Output(name="doubts", kind="doubts"),
        Output(name="lines", kind="known_lines"),
        Output(name="cues", kind="kept_cues"),
    ),
    params=(
        Param(
            name="text",
            file=True,
            help="the text of the film: a script, transcript or subtitles (TXT, DOCX, "
            "Fountain, SRT, VTT, ASS)",
            cli=Cli(
                type=Path,
                metavar="FILE",
                example="script.txt",
                unset="the text is recognised",
                reach=Reach(can="read a file outside the film's folder", inside=True),
            ),
        ),
        Param(
            name="extra_speech",
            default=True,
            help="keep speech that is not in the text of --text as it was recognised, flagged for review",
            cli=Cli(example=True, reach=HARMLESS, needs=("text",)),
        ),
        Param(
            name="keep_cues",
            default=False,
            help="keep the cues and lines of the subtitle file of --text, and find only their times",
            cli=Cli(example=True, reach=HARMLESS, needs=("text",)),
        ),
        Param(name="suffix", default="", help="the extension of the text's name, which tells its form"),
        Param(name="language", help="spoken language", cli=LANGUAGE_OPTION),
        CLIP,
    ),
    resources=Resources(cores=1, memory_mb=500),
    stall_s=300,
    packages=("rapidfuzz", "anyascii", "num2words"),
    off="--text turns it on",
    thresholds=THRESHOLDS,
)

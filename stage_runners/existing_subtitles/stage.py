"""Declares the stage `existing_subtitles`: what a film's own subtitles tell about its words and names."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, Switch, on_cpu
from ipc.reach import HARMLESS
from stage_runners.existing_subtitles.thresholds import THRESHOLDS
from stage_runners.names.thresholds import CORRECTIONS, SCORE
from stage_runners.shared_params import CLIP
from stage_runners.sync.thresholds import CUES, DECIDE, EXACT, FIT, PIECES, SEARCH, SPEECH, WORDS

SUFFIXES = frozenset({".srt", ".vtt", ".ass", ".ssa"})
"""The files beside a film that the stage reads."""
LARGEST = 8 << 20
"""Bytes of such a file; the subtitles of a long film have 200 kB."""

EXISTING_SUBTITLES = Stage(
    name="existing_subtitles",
    version=3,
    backends=on_cpu("existing_subtitles.runner", "nlp"),
    inputs=(
        Input(name="audio", source="demux.audio"),
        Input(name="speech", source="silero_vad.speech"),
        Input(name="segments", source="asr.segments"),
        Input(name="words", source="asr.words"),
        Input(name="texts", source="text_tracks.texts", optional=True),
    ),
    outputs=(
        Output(name="segments", kind="segments"),
        Output(name="words", kind="words"),
        Output(name="corrections", kind="corrections"),
        Output(name="lines", kind="subtitle_lines"),
    ),
    params=(
        Param(name="files", default=(), file=True, help="the subtitle files beside the film"),
        Param(name="names", default=(), help="the names of these files"),
        Param(name="languages", default=(), help="the languages that these names state"),
        Param(name="undone", default=(), help="corrections that the user has undone, as from>to"),
        CLIP,
    ),
    resources=Resources(cores=1, memory_mb=800),
    stall_s=600,
    packages=("rapidfuzz", "doublemetaphone", "simplemma", "indic-transliteration"),
    switch=Switch(
        help="correct words and names by subtitles beside the film and in it, if they fit what is said",
        cli=Cli(name="existing-subtitles", group="names", example=True, reach=HARMLESS, unless=("text",)),
    ),
    thresholds=(
        *THRESHOLDS, CORRECTIONS, SCORE, SPEECH, FIT, WORDS, EXACT, SEARCH, PIECES, CUES, DECIDE,
    ),
)  # fmt: skip

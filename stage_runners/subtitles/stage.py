"""Declares the stage `subtitles`: readable cues, in every subtitle format."""

from __future__ import annotations

from ipc.declaration import Cli, Input, Output, Param, Resources, Stage, on_cpu
from ipc.reach import HARMLESS
from stage_runners.shared_params import CLIP, LANGUAGE_OPTION
from stage_runners.subtitles.formats import FORMATS
from stage_runners.subtitles.thresholds import THRESHOLDS

EDITS = Stage(
    name="edits",
    version=1,
    backends=on_cpu("subtitles.edits.runner", "media"),
    inputs=(
        Input(name="segments", source="post_ner.segments", otherwise="attribution.segments"),
        Input(name="words", source="post_ner.words", otherwise="attribution.words"),
        Input(name="turns", source="diarization.turns", optional=True),
        Input(name="speakers", source="naming.speakers", optional=True),
    ),
    outputs=(Output(name="segments", kind="segments"), Output(name="words", kind="words")),
    params=(Param(name="edits", file=True, help="edits that the user made to this film's subtitles"), CLIP),
    resources=Resources(cores=1, memory_mb=300),
    off="an edited film that is translated or gets chapters turns it on",
    thresholds=THRESHOLDS,
    brief=True,
)
"""The transcript as the user edited it, for translations and chapters.

`subtitles` applies the edits to cues itself.
"""

SUBTITLES = Stage(
    name="subtitles",
    version=8,
    backends=on_cpu("subtitles.runner", "media"),
    inputs=(
        Input(name="segments", source="post_ner.segments", otherwise="attribution.segments"),
        Input(name="words", source="post_ner.words", otherwise="attribution.words"),
        Input(name="turns", source="diarization.turns", optional=True),
        Input(name="speakers", source="naming.speakers", optional=True),
        Input(name="shots", source="shots.shots", optional=True),
        Input(name="sounds", source="sounds.sounds", optional=True),
        Input(name="phrases", source="phrases.phrases", optional=True),
        Input(name="doubts", source="attribution.doubts", optional=True),
        Input(name="speech", source="pyannote_vad.speech", optional=True),
        Input(name="kept", source="known_text.cues", optional=True),
    ),
    outputs=(
        Output(name="cues", kind="cues"),
        Output(name="base_cues", kind="cues"),
        *(Output(name=one.name, kind="file", filename=one.stored_as) for one in FORMATS),
    ),
    params=(
        Param(name="language", help="of a film without speech", cli=LANGUAGE_OPTION),
        # The defaults equal those of profiles/default.toml, which a test checks.
        Param(
            name="max_line_width",
            default=42,
            help="maximum characters per line; lower limits of the profile for some languages still apply",
            cli=Cli(
                group="subtitles",
                metavar="N",
                least=16,
                most=1000,
                example=42,
                unset="set by the profile, 42",
                reach=HARMLESS,
            ),
        ),
        Param(
            name="line_widths",
            default={"zh": 16, "yue": 16, "ja": 16, "ko": 16, "th": 16},
            help="maximum characters per line, by language",
        ),
        Param(
            name="max_line_count",
            default=2,
            help="maximum lines per cue",
            cli=Cli(
                group="subtitles",
                metavar="N",
                least=1,
                most=100,
                example=2,
                unset="set by the profile, 2",
                reach=HARMLESS,
            ),
        ),
        Param(
            name="max_cps",
            default=17.0,
            help="maximum reading speed for every language, in characters per second",
            cli=Cli(
                group="subtitles",
                metavar="N",
                least=1,
                most=1000,
                example=17,
                unset="set by the profile, 17",
                reach=HARMLESS,
            ),
        ),
        Param(
            name="reading_speeds",
            default={},
            help="maximum reading speed by language, in characters per second",
        ),
        Param(name="min_duration", default=5 / 6, help="minimum duration of a cue, in seconds"),
        Param(name="max_duration", default=7.0, help="maximum duration of a cue, in seconds"),
        Param(name="min_gap", default=0.08, help="minimum gap between two cues, in seconds"),
        Param(
            name="gap_frames",
            default=2,
            help="minimum gap between two cues, in frames, if the film has a picture",
        ),
        Param(
            name="chain",
            default=0.4,
            help="gaps shorter than this, in seconds, are closed to the minimum gap",
        ),
        Param(
            name="snap", default=0.5, help="distance to a shot change, in seconds, at which a cue snaps to it"
        ),
        Param(
            name="speaker_labels",
            default="change",
            help="speaker labels in SRT: none, change (where the speaker changes) or all (in "
            "every cue); the transcript (TXT) always says who speaks",
            cli=Cli(
                group="speakers",
                choices=("none", "change", "all"),
                example="change",
                unset="set by the profile, change",
                reach=HARMLESS,
                needs=("diarize",),
            ),
        ),
        Param(
            name="mark_pauses",
            default=0.0,
            help="write [no speech] into pauses of S seconds or more",
            cli=Cli(
                group="subtitles", metavar="S", least=0, most=86400, example=20, unset="never", reach=HARMLESS
            ),
        ),
        Param(name="label_form", default="[NAME]", help="form of a speaker label"),
        Param(name="dash", default="- ", help="mark before each line of a cue with two speakers"),
        Param(name="dashes", default={}, help="the same mark, by language"),
        Param(name="sdh", default=False, help="subtitles for the deaf and hard of hearing"),
        Param(name="edits", file=True, help="edits that the user made to this film's subtitles"),
        Param(
            name="track",
            default="",
            help="track that the edits belong to: empty for the source language, else a target language",
        ),
        Param(
            name="region",
            default="",
            help="the language's tag, such as pt-BR, if the user named a region or a script",
        ),
        CLIP,
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
    packages=("pysubs2",),
    thresholds=THRESHOLDS,
)

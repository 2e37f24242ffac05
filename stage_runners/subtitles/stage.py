"""The declaration of subtitles: cues that a viewer can read, in every format."""

from __future__ import annotations

from ipc.declaration import Input, Output, Param, Resources, Stage, on_cpu

SUBTITLES = Stage(
    name="subtitles",
    version=4,
    backends=on_cpu("subtitles.runner", "media"),
    inputs=(
        Input(name="segments", source="post_ner.segments", otherwise="attribution.segments"),
        Input(name="words", source="post_ner.words", otherwise="attribution.words"),
        Input(name="turns", source="diarization.turns", optional=True),
        Input(name="speakers", source="naming.speakers", optional=True),
        Input(name="shots", source="shots.shots", optional=True),
        Input(name="sounds", source="sounds.sounds", optional=True),
        Input(name="phrases", source="phrases.phrases", optional=True),
        Input(name="doubts", source="asr.doubts", optional=True),
        Input(name="speech", source="pyannote_vad.speech", optional=True),
    ),
    outputs=(
        Output(name="cues", kind="cues"),
        Output(name="base_cues", kind="cues"),
        Output(name="srt", kind="file", filename="subtitles.srt"),
        Output(name="vtt", kind="file", filename="subtitles.vtt"),
        Output(name="ass", kind="file", filename="subtitles.ass"),
        Output(name="txt", kind="file", filename="transcript.txt"),
        Output(name="tsv", kind="file", filename="transcript.tsv"),
        Output(name="json", kind="file", filename="transcript.json"),
        Output(name="rttm", kind="file", filename="speakers.rttm"),
    ),
    params=(
        # The defaults are those of profiles/default.toml, which a test compares.
        Param(name="max_line_width", default=42, help="characters a line"),
        Param(
            name="line_widths",
            default={"zh": 16, "yue": 16, "ja": 16, "ko": 16, "th": 16},
            help="characters a line by language, where it has fewer",
        ),
        Param(name="max_line_count", default=2),
        Param(name="max_cps", default=17.0, help="characters a second"),
        Param(name="reading_speeds", default={}, help="characters a second by language"),
        Param(name="min_duration", default=5 / 6, help="seconds a cue is shown at least"),
        Param(name="max_duration", default=7.0),
        Param(name="min_gap", default=0.08, help="seconds between two cues at least"),
        Param(
            name="gap_frames", default=2, help="frames between two cues at least, where there is a picture"
        ),
        Param(name="chain", default=0.4, help="seconds; a smaller gap is closed to the least one"),
        Param(
            name="snap", default=0.5, help="seconds around a change of shot within which a cue takes its time"
        ),
        Param(name="speaker_labels", default="change", help="none, change or all: labels in SRT"),
        Param(name="mark_pauses", default=0.0, help="seconds without speech that are written down; 0: none"),
        Param(name="label_form", default="[NAME]", help="how a label is written"),
        Param(name="dash", default="- ", help="before each line where two speak in one cue"),
        Param(name="dashes", default={}, help="the same by language"),
        Param(name="sdh", default=False, help="for people who do not hear"),
        Param(name="edits", file=True, help="what a person changed of this film's subtitles"),
        Param(name="track", default="", help="whose edits: of the language spoken, or of a translation"),
        Param(name="clip", help="START-END: the part of the film that is run"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=120,
    packages=("pysubs2",),
)

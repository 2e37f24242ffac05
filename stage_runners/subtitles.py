"""Subtitles: cues from words, and every file made from them."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners import subtitles_formats as formats
from stage_runners.subtitles_cues import Cue, Profile
from stage_runners.subtitles_layout import Layout
from stage_runners.subtitles_tokens import tokens, up
from stage_runners.translation_languages import share_written_in

STAGE = "subtitles"
VERSION = 4
MIN_WIDTH = 16
"""A speaker label and the words that cannot be cut have to fit a line."""
_LABEL = 14
"""Characters that a label may have in the narrowest line: `[SPEAKER 12]` and a little more."""
LABELS = ("none", "change", "all")
UNDETERMINED = "und"


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""


def run(model: None, inputs: Mapping[str, Path], context: Any) -> None:  # noqa: ARG001
    """Lay out cues and write them as a table and in every format."""
    from ipc.artifacts import read

    segments, words = read(inputs["segments"], "segments").rows(), read(inputs["words"], "words").rows()
    turns = read(inputs["turns"], "turns").rows() if "turns" in inputs else []
    known = read(inputs["speakers"], "speakers").rows() if "speakers" in inputs else []
    language = language_of(segments)
    speakers = formats.names(segments, known)

    def check(done: int) -> None:
        context.check()
        context.progress(done, len(words), unit="words", phase="layout")

    cues = cues_of(*formats.together(segments, words, speakers), language, context.params, speakers, check)
    context.method = "dynamic programme"
    _report(cues, language, speakers, context)
    context.save("cues", columns(cues), content={"language": language})
    for name, text in (
        ("srt", formats.srt(cues)),
        ("vtt", formats.vtt(cues, speakers)),
        ("ass", formats.ass(cues, speakers)),
        ("txt", formats.txt(segments, speakers)),
        ("tsv", formats.tsv(segments)),
        ("json", formats.transcript(segments, words, language, known)),
        ("rttm", formats.rttm(turns)),
    ):
        context.path(name).write_text(text, encoding="utf-8", newline="\n")
        context.save_file(name)


def cues_of(
    segments: Sequence[Mapping[str, Any]],
    words: Sequence[Mapping[str, Any]],
    language: str,
    params: Mapping[str, Any],
    speakers: Mapping[str, str],
    check: Any = None,
) -> list[Cue]:
    """The cues of rows of segments and words. A film with one speaker needs no label, unless all are asked for."""
    limits = profile(params, language)
    wanted = params["speaker_labels"]
    shown = wanted == "all" or (wanted == "change" and len(set(speakers.values())) > 1)
    room = max(_LABEL, limits.width * 3 // 5)
    form = str(params["label_form"])
    labels = {speaker: formats.label(name, room, form) for speaker, name in speakers.items()} if shown else {}
    longest = max(map(len, labels.values()), default=-1) + 1
    width = limits.width if limits.lines > 1 else max(1, limits.width - longest)
    layout = Layout(tokens(segments, words, width), limits, language, labels, every=wanted == "all")
    return layout.cues(check)


def profile(params: Mapping[str, Any], language: str) -> Profile:
    """The limits that the parameters ask for, in `language`; StageError("config") where they contradict."""
    wrong = next(
        (
            f"--{name} {params[name]}: expected a number above 0"
            for name in ("max_line_width", "max_line_count", "max_cps", "min_duration", "max_duration")
            if not _positive(params[name])
        ),
        "",
    )
    if params["speaker_labels"] not in LABELS:
        wrong = f"--speaker_labels {params['speaker_labels']}: expected one of {', '.join(LABELS)}"
    elif not wrong and params["max_line_width"] < MIN_WIDTH:
        wrong = f"--max_line_width {params['max_line_width']}: a line needs {MIN_WIDTH} characters at least"
    elif not wrong and not (_positive(params["min_gap"]) or params["min_gap"] == 0):
        wrong = f"--min_gap {params['min_gap']}: expected seconds, 0 or more"
    elif not wrong and params["max_duration"] < params["min_duration"]:
        wrong = f"--max_duration {params['max_duration']} is below --min_duration {params['min_duration']}"
    if wrong:
        raise StageError("config", wrong)
    width = int(params["max_line_width"])
    return Profile(
        width=min(width, int(params["line_widths"].get(language, width))),
        lines=int(params["max_line_count"]),
        cps=float(params["reading_speeds"].get(language, params["max_cps"])),
        min_ms=up(params["min_duration"]),
        max_ms=up(params["max_duration"]),
        gap_ms=up(params["min_gap"]),
    )


def _positive(value: Any) -> bool:
    return isinstance(value, (int, float)) and math.isfinite(value) and value > 0


def language_of(segments: Sequence[Mapping[str, Any]]) -> str:
    """The language that is spoken longest; `und` where nothing is."""
    seconds: dict[str, float] = {}
    for segment in segments:
        seconds[segment["language"]] = (
            seconds.get(segment["language"], 0.0) + segment["end"] - segment["start"]
        )
    return max(sorted(seconds), key=lambda code: seconds[code]) if seconds else UNDETERMINED


def columns(cues: Sequence[Cue]) -> dict[str, list[Any]]:
    """The cues as columns of the artifact; a dialogue's dashes belong to its text, labels do not."""
    return {
        "index": list(range(1, len(cues) + 1)),
        "start": [cue.start / 1000 for cue in cues],
        "end": [cue.end / 1000 for cue in cues],
        "text": [cue.text() for cue in cues],
        "speakers": [list(dict.fromkeys(line.speaker for line in cue.lines if line.speaker)) for cue in cues],
        "segments": [list(cue.segments) for cue in cues],
        "flags": [list(cue.flags) for cue in cues],
    }


def _report(cues: Sequence[Cue], language: str, speakers: Mapping[str, str], context: Any) -> None:
    context.fact("language", language)
    share, letters = share_written_in(" ".join(cue.text() for cue in cues), language)
    if letters:
        context.fact("in_script", round(share, 2))
    context.fact("cues", len(cues))
    context.fact("speakers", len(set(speakers.values())))
    flags: dict[str, int] = {}
    for cue in cues:
        for flag in cue.flags:
            flags[flag] = flags.get(flag, 0) + 1
    if flags:
        context.fact("flags", flags)
        context.log("look at: " + ", ".join(f"{count} {flag}" for flag, count in sorted(flags.items())))

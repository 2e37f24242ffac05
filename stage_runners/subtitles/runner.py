"""Subtitles: cues from words, and every file made from them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from stage_runners.subtitles.coverage import Trust
from stage_runners.subtitles.cues import Cue, Profile
from stage_runners.subtitles.edits.apply import Mending
from stage_runners.subtitles.edits.cues import Labels
from stage_runners.subtitles.formats import FORMATS
from stage_runners.subtitles.languages import language_of
from stage_runners.subtitles.layout import Layout
from stage_runners.subtitles.limits import NO_SHOTS, Shots, profile
from stage_runners.subtitles.output_format import Document
from stage_runners.subtitles.sdh import FLAG, Besides
from stage_runners.subtitles.speakers import label, merge_namesakes
from stage_runners.subtitles.stage import SUBTITLES
from stage_runners.subtitles.thresholds import SPEAKER_LABELS
from stage_runners.subtitles.tokens import tokens
from stage_runners.text.scripts import share_written_in

STAGE = SUBTITLES


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""


def run(model: None, inputs: Mapping[str, Path], context: Any) -> None:  # noqa: ARG001
    """Lay out cues and write them as a table and in every format."""
    from ipc.artifacts import read

    segments, words = read(inputs["segments"], "segments").rows(), read(inputs["words"], "words").rows()
    turns = read(inputs["turns"], "turns").rows() if "turns" in inputs else []
    known = read(inputs["speakers"], "speakers").rows() if "speakers" in inputs else []
    shots = shots_of(read(inputs["shots"], "shots")) if "shots" in inputs else NO_SHOTS
    speech = read(inputs["speech"], "regions").rows() if "speech" in inputs else None
    sounds = read(inputs["sounds"], "sounds").rows() if "sounds" in inputs else None
    doubts = read(inputs["doubts"], "doubts").rows() if "doubts" in inputs else []
    trust = Trust(segments, doubts, speech)
    if "phrases" in inputs:
        words = with_costs(words, read(inputs["phrases"], "phrases").rows())
    language = language_of(segments)
    mending = Mending(context.params, turns, segments, known)
    known, speakers = mending.known, mending.speakers
    limits = profile(context.params, language, shots)
    laid, called = (labels_of(limits, context.params, names) for names in (mending.laid, speakers))
    besides = Besides(context.params, language, limits, sounds, speech)

    def check(done: int) -> None:
        context.check()
        context.progress(done, len(words), unit="words", phase="layout")

    def lay(segments: Sequence[Mapping[str, Any]], words: Sequence[Mapping[str, Any]]) -> list[Cue]:
        return cues_of(segments, words, language, context.params, mending.laid, check, shots)

    def finish(cues: list[Cue]) -> list[Cue]:
        return besides.added(trust.flagged(cues))

    spoken = merge_namesakes(segments, words, mending.laid)
    base, cues = mending.cues(*spoken, lay, laid, called, finish)
    segments, words = mending.transcript(segments, words)
    context.method = "dynamic programme"
    _report(cues, language, speakers, context)
    mending.report(context)
    trust.report(cues, context)
    context.save("base_cues", columns(base), content={"language": language})
    context.save("cues", columns(cues), content={"language": language})
    document = Document(
        language=language,
        cues=cues,
        names=speakers,
        sdh=bool(context.params["sdh"]),
        segments=segments,
        words=words,
        turns=turns,
        speakers=known,
        doubts=doubts,
    )
    for one in FORMATS:
        context.path(one.name).write_text(one.write(document), encoding="utf-8", newline="\n")
        context.save_file(one.name)


def cues_of(
    segments: Sequence[Mapping[str, Any]],
    words: Sequence[Mapping[str, Any]],
    language: str,
    params: Mapping[str, Any],
    speakers: Mapping[str, str],
    check: Any = None,
    shots: Shots = NO_SHOTS,
) -> list[Cue]:
    """The cues of rows of segments and words. A film with one speaker needs no label, unless all are asked for."""
    limits = profile(params, language, shots)
    labels = labels_of(limits, params, speakers)
    longest = max(map(len, labels.of.values()), default=-1) + 1
    width = limits.width if limits.lines > 1 else max(1, limits.width - longest)
    cut = tokens(segments, words, width)
    return Layout(cut, limits, language, labels.of, every=labels.every, shots=shots.times).cues(check)


def labels_of(limits: Profile, params: Mapping[str, Any], speakers: Mapping[str, str]) -> Labels:
    """The label of each speaker, where any are shown."""
    wanted = params["speaker_labels"]
    shown = wanted == "all" or (wanted == "change" and len(set(speakers.values())) > 1)
    room = max(min(SPEAKER_LABELS.characters, limits.width), int(limits.width * SPEAKER_LABELS.line_share))
    form = str(params["label_form"])
    labels = {speaker: label(name, room, form) for speaker, name in speakers.items()} if shown else {}
    return Labels(limits, labels, every=wanted == "all")


def shots_of(artifact: Any) -> Shots:
    """The film's changes of shot, from the artifact that lists them."""
    times = [row["time"] * 1000 for row in artifact.rows()]
    return Shots(times, float(artifact.content["frame_rate"]))


def with_costs(words: Sequence[dict[str, Any]], phrases: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """The words, each with what a break before it would cost where its sentence was parsed (`cost`)."""
    costs = {row["word"]: row["cost"] for row in phrases}
    return [{**word, "cost": costs.get(k)} for k, word in enumerate(words)]


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
    if sounds := flags.pop(FLAG, 0):
        context.fact("sound_cues", sounds)
    if flags:
        context.fact("flags", flags)
        context.log("look at: " + ", ".join(f"{count} {flag}" for flag, count in sorted(flags.items())))

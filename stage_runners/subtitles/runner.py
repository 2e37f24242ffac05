"""The stage subtitles: lays out words as cues, and writes the files in every format."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.rows import PhraseRow, SegmentRow, WordRow, read_rows
from ipc.speaker_labels import label
from stage_runners.subtitles import foreign, kept_cues
from stage_runners.subtitles.coverage import Trust
from stage_runners.subtitles.cues import Cue, Profile
from stage_runners.subtitles.edits.cues import Labels
from stage_runners.subtitles.edits.run_edits import RunEdits
from stage_runners.subtitles.formats import FORMATS
from stage_runners.subtitles.kept_cues import KeptCue
from stage_runners.subtitles.languages import language_of
from stage_runners.subtitles.layout import Layout
from stage_runners.subtitles.limits import NO_SHOTS, Shots, profile
from stage_runners.subtitles.output_format import Document, Noted, Source, UnwritableError
from stage_runners.subtitles.sdh import FLAG, Besides
from stage_runners.subtitles.speakers import merge_namesakes
from stage_runners.subtitles.stage import SUBTITLES
from stage_runners.subtitles.thresholds import SPEAKER_LABELS
from stage_runners.subtitles.tokens import CostedWord, tokens
from stage_runners.text import han
from stage_runners.text.scripts import share_written_in

if TYPE_CHECKING:
    from ipc.artifacts import Artifact
    from ipc.context import Context

STAGE = SUBTITLES


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Lay out cues and write them as a table and in every format."""
    del model
    from ipc.artifacts import read

    segments: Sequence[SegmentRow] = read_rows(inputs["segments"], "segments")
    words: Sequence[WordRow] = read_rows(inputs["words"], "words")
    turns = read_rows(inputs["turns"], "turns") if "turns" in inputs else []
    speakers = read_rows(inputs["speakers"], "speakers") if "speakers" in inputs else []
    shots = shots_of(read(inputs["shots"], "shots")) if "shots" in inputs else NO_SHOTS
    speech = read_rows(inputs["speech"], "regions") if "speech" in inputs else None
    sounds = read_rows(inputs["sounds"], "sounds") if "sounds" in inputs else None
    doubts = read_rows(inputs["doubts"], "doubts") if "doubts" in inputs else []
    if "phrases" in inputs:
        words = with_costs(words, read_rows(inputs["phrases"], "phrases"))
    of_text = read(inputs["kept"], "kept_cues").rows() if "kept" in inputs else []
    words, kept = kept_cues.marked(words, of_text)
    language = language_of(segments, context.params.get("language"))
    trust = Trust(segments, doubts, speech)
    edits = RunEdits(context.params, turns, segments, speakers)
    limits = profile(context.params, language, shots)
    laid_out, shown = (
        labels_of(limits, context.params, names) for names in (edits.laid_out_names, edits.names)
    )
    silent = kept_cues.Silent(of_text, limits)
    besides = Besides(context.params, language, limits, sounds, speech)

    def check(done: int) -> None:
        context.check()
        context.progress(done, len(words), unit="words", phase="layout")

    def lay(segments: Sequence[SegmentRow], words: Sequence[WordRow]) -> list[Cue]:
        names = edits.laid_out_names
        return cues_of(segments, words, language, context.params, names, check, shots, kept)

    def finish(cues: list[Cue]) -> list[Cue]:
        return besides.added(silent.added(trust.flagged(cues)))

    merged = merge_namesakes(segments, words, edits.laid_out_names)
    base, cues = edits.cues(*merged, lay, laid_out, shown, finish)
    segments, words = edits.transcript(segments, words)
    context.method = "dynamic programme"
    _report(cues, language, edits.names, context)
    if shown.of:
        style = {"form": str(context.params["label_form"]), "room": room_of(limits), "every": shown.every}
        context.fact("labels", {**style, "of": dict(shown.of)})
    if lost := silent.without_room(cues):
        context.fact("without_room", lost)
    edits.report(context)
    trust.report(cues, context)
    context.save("base_cues", columns(base), content={"language": language})
    context.save("cues", columns(cues), content={"language": language})
    document = Document(
        language=language,
        cues=cues,
        names=edits.names,
        sdh=bool(context.params["sdh"]),
        segments=segments,
        words=words,
        turns=turns,
        speakers=edits.speakers,
        doubts=doubts,
        spoken=read_rows(inputs["spoken"], "segments") if "spoken" in inputs else segments,
        source=source_of(inputs),
        width=limits.width,
        most_lines=limits.lines,
        frame_rate=shots.frame_rate,
        region=str(context.params["region"]),
    )
    write_files(document, context)


def source_of(inputs: Mapping[str, Path]) -> Source | None:
    """The subtitles of the source language, if these are a translation of them."""
    if "source_srt" not in inputs:
        return None
    srt, ass = (inputs[name].read_text(encoding="utf-8") for name in ("source_srt", "source_ass"))
    return Source(srt, ass)


def write_files(document: Document, context: Context) -> None:
    """Write the document in every format; one that it has nothing for gets an empty file and a reason.

    The fact `unwritten` holds those reasons, by format, `file_notes` what a file lacks, and `forced_language`
    the language of the forced subtitles.
    """
    unwritten, notes = {}, {}
    for one in FORMATS:
        try:
            content = one.write(document)
        except UnwritableError as why:
            content, unwritten[one.name] = b"", str(why)
        if isinstance(content, Noted):
            content, note = content
            if note:
                notes[one.name] = note
        context.path(one.name).write_bytes(content if isinstance(content, bytes) else content.encode("utf-8"))
        context.save_file(one.name)
    if unwritten:
        context.fact("unwritten", unwritten)
    if notes:
        context.fact("file_notes", notes)
    if "forced" not in unwritten:
        context.fact("forced_language", foreign.language_of_cues(document))


def cues_of(
    segments: Sequence[SegmentRow],
    words: Sequence[WordRow],
    language: str,
    params: Mapping[str, Any],
    names: Mapping[str, str],
    check: Callable[[int], None] | None = None,
    shots: Shots = NO_SHOTS,
    kept: Mapping[int, KeptCue] | None = None,
) -> list[Cue]:
    """The cues of segments and words. A film with one speaker has no labels, unless every cue has one.

    The words of `kept` cues have the number of theirs.
    """
    limits = profile(params, language, shots)
    labels = labels_of(limits, params, names)
    longest = max(map(len, labels.of.values()), default=-1) + 1
    width = limits.width if limits.lines > 1 else max(1, limits.width - longest)
    cut = tokens(segments, kept_cues.whole(words, kept) if kept else words, width)
    layout = Layout(cut, limits, language, labels.of, every=labels.every, shots=shots.times, kept=kept)
    return layout.cues(check)


def labels_of(limits: Profile, params: Mapping[str, Any], names: Mapping[str, str]) -> Labels:
    """The label of each speaker, if any are shown."""
    wanted = params["speaker_labels"]
    shown = wanted == "all" or (wanted == "change" and len(set(names.values())) > 1)
    room = room_of(limits)
    form = str(params["label_form"])
    labels = {speaker: label(name, room, form) for speaker, name in names.items()} if shown else {}
    return Labels(limits, labels, every=wanted == "all")


def room_of(limits: Profile) -> int:
    """Maximum characters of a speaker's label."""
    return max(min(SPEAKER_LABELS.characters, limits.width), int(limits.width * SPEAKER_LABELS.line_share))


def shots_of(artifact: Artifact) -> Shots:
    """The film's shot changes, from their artifact."""
    times = [row["time"] * 1000 for row in artifact.rows()]
    return Shots(times, float(artifact.content["frame_rate"]))


def with_costs(words: Sequence[WordRow], phrases: Sequence[PhraseRow]) -> list[CostedWord]:
    """The words, each with the `cost` of a break before it if its sentence was parsed."""
    costs = {row["word"]: row["cost"] for row in phrases}
    return [{**word, "cost": costs.get(k)} for k, word in enumerate(words)]


def columns(cues: Sequence[Cue]) -> dict[str, list[Any]]:
    """The cues as columns of the artifact; their text includes a dialogue's dashes, but no labels."""
    return {
        "index": list(range(1, len(cues) + 1)),
        "start": [cue.start / 1000 for cue in cues],
        "end": [cue.end / 1000 for cue in cues],
        "text": [cue.text() for cue in cues],
        "speakers": [list(dict.fromkeys(line.speaker for line in cue.lines if line.speaker)) for cue in cues],
        "segments": [list(cue.segments) for cue in cues],
        "flags": [list(cue.flags) for cue in cues],
    }


def _report(cues: Sequence[Cue], language: str, names: Mapping[str, str], context: Context) -> None:
    context.fact("language", language)
    share, letters = share_written_in(" ".join(cue.text() for cue in cues), language)
    if letters:
        context.fact("in_script", round(share, 2))
    if language in han.CHINESE and (other := han.mixed(" ".join(cue.text() for cue in cues))):
        context.fact("other_script", round(other, 3))
    context.fact("cues", len(cues))
    context.fact("speakers", len(set(names.values())))
    flags: dict[str, int] = {}
    for cue in cues:
        for flag in cue.flags:
            flags[flag] = flags.get(flag, 0) + 1
    if sounds := flags.pop(FLAG, 0):
        context.fact("sound_cues", sounds)
    if flags:
        context.fact("flags", flags)
        context.log("to review: " + ", ".join(f"{count} {flag}" for flag, count in sorted(flags.items())))

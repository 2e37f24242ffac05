"""The stage chapters: finds chapters in the transcript, and writes them in every format."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.rows import read_rows
from ipc.time_range import clip_of
from stage_runners.chapters.boundaries import Part, minimum, parts
from stage_runners.chapters.files import FORMATS, Chapter
from stage_runners.chapters.stage import CHAPTERS
from stage_runners.chapters.titles import titles
from stage_runners.chapters.utterances import utterances
from stage_runners.subtitles.output_format import UnwritableError

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = CHAPTERS
_PHASES = {"utterances": "divide", "boundaries": "compare"}


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Write the chapters; a film that nothing divides has none."""
    del model
    from ipc.artifacts import read
    from stage_runners.media.probe import probe

    segments, words = read_rows(inputs["segments"], "segments"), read_rows(inputs["words"], "words")
    shots = [row["time"] for row in read(inputs["shots"], "shots").rows()] if "shots" in inputs else []
    film = probe(inputs["film"])
    spoken = utterances(segments, words)
    seconds = _length(film.seconds or film.likely, context)
    seconds = max([seconds, *(one.end for one in spoken)])
    least = context.params.get("chapter_length")
    least = minimum(seconds) if least is None else float(least)

    def check(unit: str, done: int, total: int) -> None:
        context.check()
        context.progress(done, total, unit=unit, phase=_PHASES[unit])

    found = parts(spoken, seconds, shots, least, check)
    chapters = _named(found, str(context.params["chapter_titles"]))
    context.method = "Bayesian topic segmentation, pauses"
    context.fact("chapters", len(chapters))
    context.fact("shortest", round(least, 1))
    context.fact("reasons", dict(Counter(reason for part in found for reason in part.reasons)))
    if film.chapters:
        context.fact("own", film.chapters)
    reasons = [list(part.reasons) for part in found] if chapters else []
    columns = {name: [getattr(one, name) for one in chapters] for name in ("start", "end", "title")}
    context.save("chapters", {**columns, "reasons": reasons})
    _write(chapters, context)


def _length(seconds: float | None, context: Context) -> float:
    """The seconds of the film, or of its clip; 0 if nothing states them."""
    clip = clip_of(context.params.get("clip"))
    if clip is None:
        return seconds or 0.0
    return max(0.0, min(clip[1], seconds or clip[1]) - clip[0])


def _named(found: Sequence[Part], form: str) -> list[Chapter]:
    """The chapters with their titles; none if there is only one, which would be the whole film."""
    if len(found) < 2:
        return []
    return [
        Chapter(part.start, part.end, title) for part, title in zip(found, titles(found, form), strict=True)
    ]


def _write(chapters: Sequence[Chapter], context: Context) -> None:
    """Write the files; one that cannot be written is empty, with the reason in the fact `unwritten`."""
    unwritten = {}
    for one in FORMATS:
        try:
            content = one.write(chapters)
        except UnwritableError as why:
            content, unwritten[one.name] = "", str(why)
        context.path(one.name).write_text(str(content), encoding="utf-8", newline="\n")
        context.save_file(one.name)
    if unwritten:
        context.fact("unwritten", unwritten)

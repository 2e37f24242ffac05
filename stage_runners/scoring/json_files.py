"""Transcripts in JSON for scoring: WhisperX's format, which other programs write too."""

from __future__ import annotations

import math
from pathlib import Path

from ipc.errors import StageError
from ipc.parsing import json_of
from stage_runners.scoring.units import Source, Unit


def read_json(path: Path, text: str, recording: str) -> Source:  # noqa: ARG001
    """The segments of a transcript, and the words in them; StageError("input") if it is none."""
    try:
        body = json_of(text)
        segments = body.get("segments") if isinstance(body, dict) else None
        if not isinstance(segments, list):
            raise _none(path, "it has no list of segments")
        units, words = [], []
        for segment in segments:
            units.append(_unit(segment, "text"))
            words += [_unit(word, "word", segment) for word in segment.get("words") or ()]
        language = str(body.get("language") or "")
    except KeyError as error:
        raise _none(path, f"a segment or a word has no {error.args[0]}") from error
    except (ValueError, TypeError, AttributeError) as error:
        raise _none(path, str(error)) from error
    return Source(name=path.name, kind="json", units=tuple(units), words=tuple(words), language=language)


def _none(path: Path, why: str) -> StageError:
    return StageError(
        "input",
        f"{path.name}: not a transcript: {why}",
        "use WhisperX's JSON format, with segments, text and words",
    )


def _unit(row: dict[str, object], text: str, segment: dict[str, object] | None = None) -> Unit:
    return Unit(
        text=str(row[text]).strip(),
        start=_seconds(row.get("start")),
        end=_seconds(row.get("end")),
        speaker=row.get("speaker") or (segment or {}).get("speaker"),  # type: ignore[arg-type]
    )


def _seconds(value: object) -> float | None:
    if value is None:
        return None
    seconds = float(value)  # type: ignore[arg-type]
    if not math.isfinite(seconds):
        raise ValueError(f"{value} is not a number of seconds")
    return seconds

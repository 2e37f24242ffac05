"""Compares subtitles with the speech of a film; `orchestrator sync` runs it in the environment `nlp`.

`python -P -m stage_runners.sync.main REQUEST` reads a JSON file (paths: `subtitles`, `audio`, `speech`, and
`words` if the film was transcribed; `name`, the subtitles' name for messages; `output`, where to write). It
prints one line of JSON: the verdict, or an `error` with a message and a hint. `output` is written only if the
verdict is `moved`.
"""

from __future__ import annotations

import json
import sys
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc import json_text, plain_file
from ipc.errors import StageError

_MOST_BYTES = 32 << 20


def main() -> int:
    """Answer the request in the file named by the first argument; errors are printed, and the status is 0."""
    request = json.loads(Path(sys.argv[1]).read_text(encoding="utf-8"))
    try:
        answer = answered(request)
    except StageError as error:
        answer = {"error": {"message": error.message, "hint": error.hint}}
    print(json_text.dumps(answer))
    return 0


def answered(request: Mapping[str, Any]) -> dict[str, Any]:
    """The answer to a request; StageError("input") for subtitles that cannot be read."""
    from stage_runners.sync import subtitle_file, verdict
    from stage_runners.sync.activity import read_activity
    from stage_runners.sync.estimate import estimate
    from stage_runners.sync.speech_text import spoken_of
    from stage_runners.sync.thresholds import CUES, SPEECH
    from stage_runners.sync.words import words_of

    name = str(request["name"])
    try:
        data = plain_file.read(Path(request["subtitles"]), _MOST_BYTES)
    except plain_file.UnusableFileError as error:
        raise StageError("input", f"{name}: {error}", "give an SRT, WebVTT, ASS or SSA file") from error
    file = subtitle_file.read(name, data)
    activity = read_activity(Path(request["audio"]), Path(request["speech"]))
    cues = spoken_of(file.events, file.format, activity.seconds)
    answer: dict[str, Any] = {
        "format": file.format, "encoding": file.encoding, "events": len(file.events), "cues": len(cues),
        "malformed": list(file.malformed), "speech_seconds": round(activity.speech_seconds, 1),
        "words": False, "confidence": 0.0, "ratio": 1.0, "pieces": [], "lost": [], "clipped": 0,
    }  # fmt: skip
    if activity.speech_seconds < SPEECH.least_s:
        return answer | {"verdict": "silent"}
    if len(cues) < CUES.fewest:
        return answer | {"verdict": "few"}
    words = words_of(_words(request))
    found = estimate(cues, activity, words)
    decided = verdict.decide(found, cues)
    answer |= {
        "verdict": decided.kind,
        "confidence": round(decided.confidence, 3),
        "margin": round(found.margin, 1),
        "words": found.by_words,
        "ratio": round(decided.map.ratio, 6),
        "pieces": [_piece(piece, decided, cues) for piece in decided.pieces],
    }
    if decided.kind == "moved":
        times, lost, clipped = moved(file, decided.map)
        Path(request["output"]).write_bytes(file.with_times(times))
        answer |= {"lost": lost, "clipped": clipped}
    return answer


def moved(file: Any, by: Any) -> tuple[list[tuple[Any, float]], list[int], int]:
    """The new times of all events, the lines of those that the film lacks, and how many begin before it.

    A cue that the film lacks keeps its text and is shown for the shortest time that the format can write.
    """
    times: list[tuple[Any, float]] = []
    lost: list[int] = []
    clipped = 0
    for event in file.events:
        place = by.place(event.start.seconds, event.end.seconds)
        start, end = place.start, place.end
        if place.lost:
            lost.append(event.line)
            end = start + event.end.unit
        if start < 0:
            clipped += 1
            start, end = 0.0, max(end, event.end.unit)
        times += [(event.start, start), (event.end, end)]
        for inner in file.inner(event):
            at = by.place(event.start.seconds, inner.seconds).end
            times.append((inner, start if place.lost else max(at, 0.0)))
    return times, lost, clipped


def _piece(piece: Any, decided: Any, cues: Sequence[Any]) -> dict[str, Any]:
    from stage_runners.sync import verdict

    first, last = verdict.shifts(piece, decided.map.ratio, cues)
    return {
        "start": round(cues[piece.first].start, 3),
        "end": round(cues[piece.last].end, 3),
        "cues": piece.last - piece.first + 1,
        "offset": round(piece.offset, 3),
        "shift_first": round(first, 3),
        "shift_last": round(last, 3),
        "confidence": round(verdict.confidence_of(piece.margin), 3),
    }


def _words(request: Mapping[str, Any]) -> list[tuple[str, float, float]]:
    from ipc.artifacts import read

    if not request.get("words"):
        return []
    rows = read(Path(request["words"]), "words").rows()
    return [(row["text"], row["start"], row["end"]) for row in rows if row["start"] is not None]


if __name__ == "__main__":
    sys.exit(main())

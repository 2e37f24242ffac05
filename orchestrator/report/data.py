"""Makes the page's data: one JSON of a run's results for one film.

Its form belongs to the page and is no public interface (that is `run.json`); `js/types.d.ts` describes it.
All of it passes through `orchestrator.util.redact`.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any
from urllib.parse import quote

from ipc import cue_flags
from ipc.errors import StageError
from ipc.intervals import Coverage
from ipc.time_range import clip_of
from orchestrator.report import need, people, proposals, sound, tracks
from orchestrator.report.results import Results, Row
from orchestrator.storage.store import Store
from orchestrator.surroundings import home_folder
from orchestrator.util.redact import masked
from orchestrator.views.notes import notes, spoken_language

SCHEMA = 1
WORST = 10
"""Cues to review that a summary lists."""
_STAGE = (
    "stage", "status", "reason", "env", "device", "device_reason", "model", "revision", "method",
    "compute_type", "seconds", "speed", "load_seconds", "peak_memory", "retries", "fallbacks", "notes",
    "degraded", "error",
)  # fmt: skip


def of_film(
    content: Mapping[str, Any],
    film: Mapping[str, Any],
    store: Store,
    folder: Path,
    *,
    editing: bool = False,
) -> dict[str, Any]:
    """The page's data for `film`, one of the films of `content` (a `run.json`), for a page in `folder`.

    `missing` lists what the store does not hold. `editing` adds the words with their times.
    """
    results = Results(film, store)
    timeline = sound.of_film(results)
    basis = _basis(results, timeline)
    words, doubts = basis.words, basis.doubts
    shown = tracks.of_film(results, basis)
    proposed = proposals.of_film(results)
    proposals.flag(shown, proposed)
    clip = clip_start(results)
    place = Path(film["path"])
    nameless = {**film, "path": place.name}
    content_of_page = {
        "schema": SCHEMA,
        "editing": editing,
        "film": {
            "name": place.name,
            "digest": film["digest"],
            "seconds": _seconds(film, timeline),
            "language": spoken_language(film),
            "clip": clip,
        },
        "media": media(place, folder),
        "verdict": verdict(film),
        "said": [{"text": note.text, "look": note.look} for note in notes(nameless)],
        "run": {
            **{name: content.get(name) for name in ("id", "version", "started")},
            "machine": _machine(content),
        },
        "outputs": _outputs(film, folder),
        "stages": [_stage(stage, store) for stage in film["stages"]],
        **timeline,
        "tracks": shown,
        "flags": cue_flags.table(),
        "speakers": people.speakers(results, timeline["turns"], shown),
        "doubts": None if doubts is None else [_doubt(row) for row in doubts],
        "names": people.names(results),
        "proposals": proposed,
        "words": _words(words or ()) if editing else None,
        "missing": results.missing,
    }  # fmt: skip
    places = (f"{place.parent}{os.sep}", ""), (str(home_folder.of(os.environ)), "~")
    return dict(masked(_without(content_of_page, *places)))


def to_review(film: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """What the page counts in `film`: `cues`, `speakers`, `to_review`, and `flags` of those, most first.

    `worst` are those of the highest priority. Empty if there are no cues. As on the page, missed speech
    counts among what is to be reviewed.
    """
    results = Results(film, store)
    timeline = sound.of_film(results)
    basis = _basis(results, timeline)
    shown = tracks.of_film(results, basis)
    if not shown:
        return {}
    proposals.flag(shown, proposals.of_film(results))
    due = [cue for cue in shown[0]["cues"] if cue["need"] > 0]
    flags = Counter(flag for cue in due for flag in cue["flags"] if cue_flags.flag_of(flag).review)
    missed = [_doubt(row) for row in basis.doubts or () if row["verdict"] == "empty"]
    flags["silence"] += len(missed)
    return {
        "cues": len(shown[0]["cues"]),
        "speakers": len(people.speakers(results, timeline["turns"], shown)),
        "to_review": len(due) + len(missed),
        "flags": {name: count for name, count in flags.most_common() if count},
        "worst": [
            {name: one[name] for name in ("start", "end", "text", "why")} | {"priority": one["need"]}
            for one in sorted((*due, *missed), key=lambda one: -one["need"])[:WORST]
        ],
    }


def doubts(results: Results) -> list[dict[str, Any]] | None:
    """The doubts of the transcript, as the page lists them; None if the run kept no table of them."""
    rows = _doubts(results)
    return None if rows is None else [_doubt(row) for row in rows]


def _doubts(results: Results) -> Sequence[Row] | None:
    found = (results.rows(stage, "doubts") for stage in ("attribution", "known_text", "asr"))
    return next((rows for rows in found if rows is not None), None)


def _basis(results: Results, timeline: Mapping[str, Any]) -> tracks.TrackBasis:
    """What the cues are measured against."""
    words = (
        results.rows("post_ner", "words")
        or results.rows("attribution", "words")
        or results.rows("alignment", "words")
    )
    doubts = _doubts(results)
    speech = (
        None if timeline["speech"] is None else Coverage((start, end) for start, end in timeline["speech"])
    )
    return tracks.TrackBasis(speech, words, doubts, timeline["frame_rate"])


def _outputs(film: Mapping[str, Any], folder: Path) -> list[dict[str, Any]]:
    """The files of the run, except the report itself."""
    return [
        {
            "name": output["name"],
            "file": Path(output["path"]).name,
            "url": url(Path(output["path"]), folder),
            "size": output["size"],
            "note": output["note"],
        }
        for output in film["outputs"]
        if output["name"] != "report"
    ]


def _without(value: Any, *places: tuple[str, str]) -> Any:
    """`value` without the paths of this machine's folders: a report is shared with others."""
    if isinstance(value, str):
        for place, instead in places:
            value = value.replace(place, instead) if len(place) > 1 else value
        return value
    if isinstance(value, Mapping):
        return {key: _without(item, *places) for key, item in value.items()}
    if isinstance(value, list):
        return [_without(item, *places) for item in value]
    return value


def _machine(content: Mapping[str, Any]) -> dict[str, Any] | None:
    """The kind of machine, without its kernel or host name."""
    found = content.get("machine")
    if not found:
        return None
    system = str(found.get("platform") or "").partition("-")[0]
    return {
        "system": f"{system} {found.get('machine') or ''}".strip(),
        "cores": found.get("cores"),
        "memory": found.get("memory"),
    }


def verdict(film: Mapping[str, Any]) -> dict[str, Any]:
    """How the run ended for this film, and the reasons for the top of the page.

    `how` is `done`, `degraded`, `failed` or `interrupted`.
    """
    stages = [stage for stage in film["stages"] if stage["status"] != "off"]
    reasons = [f"{stage['stage']}: {why}" for stage in stages for why in stage["degraded"]]
    failed = [stage for stage in stages if stage["status"] == "failed"]
    for stage in failed:
        error = stage.get("error") or {}
        reasons.insert(
            0, " ".join(filter(None, (f"{stage['stage']}: {error.get('message', '')}.", error.get("hint"))))
        )
    left = [stage["stage"] for stage in stages if stage["status"] not in {"done", "cached", "failed"}]
    if left:
        reasons.append(f"not produced: {', '.join(left)}")
    how = "failed" if failed else "interrupted" if left else "degraded" if reasons else "done"
    return {"how": how, "reasons": reasons}


def media(film: Path, folder: Path) -> dict[str, str]:
    """The film's address for a page in `folder`."""
    return {"film": url(film, folder), "name": film.name}


def url(file: Path, folder: Path) -> str:
    """The address of a file for a page in `folder`: relative if possible, so that both can be moved."""
    try:
        place = os.path.relpath(file, folder)
    except ValueError:
        place = str(file)
    return quote(place.replace(os.sep, "/"), errors="surrogateescape")


def clip_start(results: Results) -> list[float] | None:
    """The part of the film that was processed, in seconds of the film; None for the whole film."""
    manifest = results.manifest("demux")
    text = manifest.ingredients.get("clip") if manifest else None
    try:
        clip = clip_of(text)
    except StageError:
        return None
    return list(clip) if clip else None


def _stage(stage: Mapping[str, Any], store: Store) -> dict[str, Any]:
    """A stage of `run.json`; for a cached result, with the time and memory of the run that made it."""
    found = {name: stage.get(name) for name in _STAGE}
    made = store.manifest(str(stage["key"])) if stage["status"] == "cached" else None
    if made is not None:
        found |= {"seconds": round(made.seconds, 3), "peak_memory": made.peak_memory or None}
    return found


def _seconds(film: Mapping[str, Any], timeline: Mapping[str, Any]) -> float:
    wave = timeline["waveform"]
    drawn = len(wave["peaks"]) * 3 // 4 // wave["per_second"] if wave else 0
    return float(film["seconds"] or drawn)


def _doubt(row: Mapping[str, Any]) -> dict[str, Any]:
    score, why = need.of_silence(row) if row["verdict"] == "empty" else (0.0, list(row["reasons"]))
    return {
        "start": round(row["start"], 2),
        "end": round(row["end"], 2),
        "verdict": row["verdict"],
        "text": row["text"],
        "why": why,
        "score": round(row["score"], 2),
        "need": score,
    }


def _words(rows: Sequence[Mapping[str, Any]]) -> dict[str, list[Any]]:
    """The words with times, as columns."""
    timed = [row for row in rows if row["start"] is not None]
    return {
        "text": [row["text"] for row in timed],
        "space": [row["space"] for row in timed],
        "start": [round(row["start"], 3) for row in timed],
        "end": [round(row["end"], 3) for row in timed],
        "speaker": [row["speaker"] for row in timed],
    }

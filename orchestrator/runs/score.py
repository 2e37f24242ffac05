"""What is scored, out of the store or out of files, and the process of the environment `scoring` that scores it."""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.config import house_styles
from orchestrator.environments import registry
from orchestrator.errors import ENVIRONMENT, FAILED, INPUT, FatalError
from orchestrator.planning.film_path import typed
from orchestrator.storage.store import Entry, Store

ENV = "scoring"
PATIENCE_S = 1800
"""Seconds that scoring may take: of a film of three hours it takes about one minute."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """What is scored: files, and what is known of them.

    `limits` are the parameters of `subtitles` that the cues were made with. `shown` are the cues where their user has edited them: they are
    scored then, for they are what people see. `clip` is the part of the film that was run, as it was asked for.
    """

    files: tuple[Path, ...]
    language: str = ""
    translated: bool = False
    clip: str = ""
    limits: Mapping[str, Any] | None = None
    shown: Sequence[Mapping[str, Any]] | None = None


def of_last_run(film: Path, store: Store, track: str = "") -> Subject:
    """The subtitles that the film's last run made, in the language spoken or of a `track`; `FatalError` where there are none."""
    entry = _entry(store, film, "subtitles")
    translated = False
    if entry is None:
        raise FatalError(f"{film.name} has not been run yet", f"orchestrator run {typed(film)}", INPUT)
    if track and not _same(track, str(entry.manifest.facts.get("language") or "")):
        spoken = entry.manifest.facts.get("language")
        entry, translated = _entry(store, film, f"subtitles-{track}"), True
        if entry is None:
            raise FatalError(
                f"no run made a track in {track} for {film.name}: {spoken} is spoken in it",
                f"orchestrator run {typed(film)} --target-language {track}",
                INPUT,
            )
    demuxed = store.last(film, "demux")
    return Subject(
        files=tuple(entry.path(name) for name in ("json", "srt", "rttm") if _something(entry.path(name))),
        language=str(entry.manifest.facts.get("language") or ""),
        translated=translated,
        clip=str((demuxed[1].ingredients if demuxed else {}).get("clip") or ""),
        limits=entry.manifest.ingredients,
        shown=_edited(entry),
    )


def limits(subject: Subject, asked: str | None) -> dict[str, Any]:
    """The limits that cues are held against: of the profile `asked` for, else those that they were made with."""
    known = house_styles.read(asked or house_styles.DEFAULT).params_for("adult")
    made = {} if asked or subject.limits is None else subject.limits
    return {name: made.get(name, value) for name, value in known.items()}


def score(
    film: Path, subject: Subject, references: Sequence[Path], held: Mapping[str, Any]
) -> dict[str, Any]:
    """What the environment answers: `scores`, `left_out` and `notes`; `FatalError` (input) where a reference is no good."""
    from ipc.time_range import clip_of

    request = {
        "film": film.stem,
        "language": subject.language,
        "translated": subject.translated,
        "clip": clip_of(subject.clip),
        "hypothesis": [str(path) for path in subject.files],
        "references": [str(path.expanduser().absolute()) for path in references],
        "shown": subject.shown,
        "limits": held,
    }
    with tempfile.TemporaryDirectory() as folder:
        file = Path(folder) / "request.json"
        file.write_text(json.dumps(request, ensure_ascii=False), encoding="utf-8")
        answer = _answer(file)
    if error := answer.get("error"):
        raise FatalError(error["message"], error["hint"], INPUT)
    return answer


def ready() -> None:
    """Make the environment where it is not there yet, and say so; `FatalError` where it cannot be made."""
    if (why := registry.health(ENV)) is None:
        return
    from orchestrator.environments.sync_progress import sync_shown

    print(f"scoring needs an environment of its own, once: {why}", file=sys.stderr)
    if sync_shown([ENV], offline=False, torch_backend=None):
        raise FatalError(
            f"the environment {ENV} could not be made",
            f"try again: orchestrator envs sync {ENV}",
            ENVIRONMENT,
        )


def _answer(request: Path) -> dict[str, Any]:
    try:
        done = subprocess.run(
            [registry.require(ENV), "-P", "-m", "stage_runners.scoring.main", request],
            env=registry.child_environment(ENV), capture_output=True, text=True, check=False, timeout=PATIENCE_S,
            stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise FatalError(f"scoring did not end within {PATIENCE_S} s", "", FAILED) from error
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        said = done.stderr.strip().splitlines() or ["nothing on stderr"]
        raise FatalError(
            f"the process that scores ended with status {done.returncode}: {said[-1]}",
            f"orchestrator envs check {ENV} says whether its environment is whole",
            FAILED,
        )
    answer: dict[str, Any] = json.loads(lines[-1])
    return answer


def _entry(store: Store, film: Path, stage: str) -> Entry | None:
    last = store.last(film, stage)
    return store.find(last[0]) if last else None


def _something(path: Path) -> bool:
    """Whether a file holds more than blanks: without diarization, the table of turns is empty."""
    return path.stat().st_size > 1


def _edited(entry: Entry) -> list[dict[str, Any]] | None:
    """The cues where they are not those that the tool laid out: the user's edits are in them."""
    from ipc.artifacts import read

    outputs = entry.manifest.outputs
    if "base_cues" not in outputs or outputs["base_cues"].digest == outputs["cues"].digest:
        return None
    return list(read(entry.path("cues"), "cues").rows())


def _same(first: str, second: str) -> bool:
    return first.lower().replace("_", "-").partition("-")[0] == second.lower()

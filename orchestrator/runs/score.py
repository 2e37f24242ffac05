"""Collects what to score, from the store or from files, and scores it in the environment `scoring`."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc import json_text
from orchestrator.config import house_styles
from orchestrator.environments import registry
from orchestrator.environments.run_module import answer_of
from orchestrator.errors import ENVIRONMENT, INPUT, FatalError
from orchestrator.storage.store import Entry, Store
from orchestrator.surroundings import current_folder
from orchestrator.util import scratch, terminal
from orchestrator.util.command_line import typed
from orchestrator.util.film_names import stem_of

ENV = "scoring"
PATIENCE_S = 1800
"""Timeout in seconds; scoring a film of three hours takes about one minute."""


@dataclass(frozen=True, kw_only=True)
class Subject:
    """The files to score, and facts about them.

    `limits` are the parameters of `subtitles` that the cues were made with. `shown` are the edited cues,
    which are scored in place of the original ones; None if nothing was edited. `clip` is the part of the film
    that was run.
    """

    files: tuple[Path, ...]
    language: str = ""
    translated: bool = False
    clip: str = ""
    limits: Mapping[str, Any] | None = None
    shown: Sequence[Mapping[str, Any]] | None = None


def of_last_run(film: Path, store: Store, track: str = "") -> Subject:
    """The last run's subtitles, in the source language or of a `track`; `FatalError` if there are none."""
    entry = _entry(store, film, "subtitles")
    translated = False
    if entry is None:
        raise FatalError(
            f"{film.name}: no results yet", f"run it first: orchestrator run {typed(film)}", INPUT
        )
    if track and not _same(track, str(entry.manifest.facts.get("language") or "")):
        spoken = entry.manifest.facts.get("language")
        entry, translated = _entry(store, film, f"subtitles-{track}"), True
        if entry is None:
            raise FatalError(
                f"{film.name}: there are no subtitles in {track}; the source language is {spoken}",
                f"translate it first: orchestrator run {typed(film)} --target-language {track}",
                INPUT,
            )
    demuxed = store.last(film, "demux")
    return Subject(
        files=tuple(entry.path(name) for name in ("json", "srt", "rttm") if _has_content(entry.path(name))),
        language=str(entry.manifest.facts.get("language") or ""),
        translated=translated,
        clip=str((demuxed[1].ingredients if demuxed else {}).get("clip") or ""),
        limits=entry.manifest.ingredients,
        shown=_edited(entry),
    )


def limits(subject: Subject, profile: str | None) -> dict[str, Any]:
    """The limits to check cues against: those of `profile` if given, else those the cues were made with."""
    defaults = house_styles.read(profile or house_styles.DEFAULT).params_for("adult")
    made = {} if profile or subject.limits is None else subject.limits
    return {name: made.get(name, value) for name, value in defaults.items()}


def score(
    film: Path, subject: Subject, references: Sequence[Path], limits: Mapping[str, Any]
) -> dict[str, Any]:
    """Return `scores`, `left_out` and `notes`; `FatalError` (input) if a reference cannot be used."""
    from ipc.time_range import clip_of

    request = {
        "film": stem_of(film),
        "language": subject.language,
        "translated": subject.translated,
        "clip": clip_of(subject.clip),
        "hypothesis": [str(path) for path in subject.files],
        "references": [str(current_folder.absolute(path)) for path in references],
        "shown": subject.shown,
        "limits": limits,
    }
    with scratch.folder() as folder:
        file = folder / "request.json"
        file.write_text(json_text.dumps(request), encoding="utf-8")
        answer = _answer(file)
    if error := answer.get("error"):
        raise FatalError(error["message"], error["hint"], INPUT)
    return answer


def ready() -> None:
    """Install the environment if it is missing, and print that; `FatalError` if that fails."""
    if (why := registry.health(ENV)) is None:
        return
    from orchestrator.environments.sync_progress import sync_shown

    terminal.tell(f"installing the environment {ENV} (once): {why}")
    if sync_shown([ENV], offline=False, torch_backend=None):
        raise FatalError(
            f"the environment {ENV} could not be installed",
            f"try again: orchestrator envs sync {ENV}",
            ENVIRONMENT,
        )


def _answer(request: Path) -> dict[str, Any]:
    answer: dict[str, Any] = answer_of(ENV, "scoring.main", request, doing="scoring", timeout=PATIENCE_S)
    return answer


def _entry(store: Store, film: Path, stage: str) -> Entry | None:
    last = store.last(film, stage)
    return store.find(last[0]) if last else None


def _has_content(path: Path) -> bool:
    """Whether a file is more than a line break; without diarization the RTTM file is empty."""
    return path.stat().st_size > 1


def _edited(entry: Entry) -> list[dict[str, Any]] | None:
    """The cues with the user's edits; None if there are no edits."""
    from ipc.artifacts import read

    outputs = entry.manifest.outputs
    if "base_cues" not in outputs or outputs["base_cues"].digest == outputs["cues"].digest:
        return None
    return list(read(entry.path("cues"), "cues").rows())


def _same(first: str, second: str) -> bool:
    return first.lower().replace("_", "-").partition("-")[0] == second.lower()

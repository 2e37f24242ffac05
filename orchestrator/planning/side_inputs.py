"""Collects the inputs besides the film: files beside it, its name, saved voices, edits and corrections.

All of it becomes parameters of stages, so that a plan shows every change and the cache key covers it.
"""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.errors import INPUT, FatalError
from orchestrator.paths import home
from orchestrator.surroundings import current_folder

KEY = "TMDB_API_KEY"


def params(
    film: Path,
    digest: str,
    *,
    cast: Path | None = None,
    text: Path | None = None,
    language: str = "",
    keep_cues: bool = False,
    series: str = "",
    voices: bool = True,
    offline: bool = False,
    environ: Mapping[str, str] = os.environ,
) -> dict[str, dict[str, Any]]:
    """Parameters by stage for a film with this digest.

    Raises `FatalError` (input) if the file of --cast does not exist, or the user's edits are damaged.
    """
    from orchestrator.film_files import nfo
    from orchestrator.library import corrections, edits
    from orchestrator.library import voices as library

    show = nfo.show_nfo_of(film)
    found: dict[str, dict[str, Any]] = {
        "tmdb": {
            "name": film.name,
            "cast": _cast(cast),
            "nfo": _text(nfo.nfo_of(film)),
            "show_nfo": _text(show),
            "online": bool(environ.get(KEY, "").strip()) and not offline,
            "cache": str(home() / "tmdb"),
        },
        "known_text": known_text(text, language, keep_cues=keep_cues),
        **{stage: {"edits": _text(edits.for_run(digest))} for stage in ("subtitles", "edits")},
        **{stage: {"undone": list(corrections.undone(digest, stage))} for stage in corrections.STAGES},
    }
    if voices:
        known = library.library(digest, series or nfo.series_of(film))
        found["naming"] = {"library": _text(known)}
    return found


def why_no_names(of_tmdb: Mapping[str, Any]) -> str:
    """Why the cast cannot be looked up; empty if it can."""
    if of_tmdb["online"] or any(of_tmdb[source] for source in ("cast", "nfo", "show_nfo")):
        return ""
    wanted = f" (--tmdb {of_tmdb['tmdb_id']} needs it)" if of_tmdb.get("tmdb_id") else ""
    return f"no --cast, no .nfo beside the film, no {KEY}{wanted}"


def unused(of_tmdb: Mapping[str, Any]) -> tuple[str, ...]:
    """A note if --tmdb was given but TMDB cannot be asked."""
    if not of_tmdb.get("tmdb_id") or of_tmdb["online"]:
        return ()
    return (f"--tmdb {of_tmdb['tmdb_id']} has no effect: {KEY} is not set, or --offline is",)


def _cast(path: Path | None) -> str | None:
    """The file of --cast, read to its end, so that a mistake in it is known before the film is read."""
    from ipc.errors import StageError
    from stage_runners.tmdb import cast_file

    if path is None:
        return None
    there = current_folder.absolute(path)
    if not there.exists():
        raise FatalError(f"--cast {path}: file not found", "check the name", INPUT)
    try:
        cast_file.read(there)
    except StageError as error:
        raise FatalError(error.message, error.hint, INPUT) from error
    return str(there)


def glossary(path: Path | None, languages: str) -> str:
    """The path of --glossary, absolute; empty without one. It is read to its end, for each target language.

    Raises `FatalError` (input) if it cannot be used.
    """
    from ipc.errors import StageError
    from stage_runners.translation import glossary_file

    if path is None:
        return ""
    there = current_folder.absolute(path)
    if not there.exists():
        raise FatalError(f"--glossary {path}: file not found", "check the name", INPUT)
    try:
        for tag in filter(None, (one.strip() for one in languages.split(","))):
            glossary_file.read(there, tag.replace("_", "-"))
    except StageError as error:
        raise FatalError(error.message, error.hint, INPUT) from error
    return str(there)


def known_text(path: Path | None, language: str, *, keep_cues: bool = False) -> dict[str, Any]:
    """The file of --text, read to its end, so that a mistake in it is known before the film is read."""
    from ipc.errors import StageError
    from stage_runners.known_text import text_file

    if path is None:
        return {"text": None, "suffix": ""}
    there = current_folder.absolute(path)
    try:
        known = text_file.read(there, language)
        if keep_cues:
            text_file.check_cues(there, known)
    except StageError as error:
        raise FatalError(error.message, error.hint, INPUT) from error
    except ModuleNotFoundError:
        pass  # a legacy encoding takes a package that only the stage has: it reads the file itself
    return {"text": str(there), "suffix": there.suffix.lower()}


def _text(path: Path | None) -> str | None:
    return None if path is None else str(path)

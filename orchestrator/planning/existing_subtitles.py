"""Finds the subtitles that a film has, for the stage `existing_subtitles`: files beside it, and text tracks.

Files that this tool wrote are left out: a run must not learn from the one before it.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.film_files import headers, subtitles_there
from orchestrator.film_files.beside import why_unread
from orchestrator.film_files.subtitles_there import Subtitles
from orchestrator.outputs.ledger import Ledger
from orchestrator.util.film_names import may_hold_texts
from stage_runners.existing_subtitles.stage import LARGEST, SUFFIXES

_MOST = 12
"""Files that are read. A film may have subtitles in thirty languages, and comparing one takes seconds."""


@dataclass(frozen=True, kw_only=True)
class Found:
    """The parameters by stage; the stages with nothing to do, with the reason; and notes for the plan."""

    params: dict[str, dict[str, Any]] = field(default_factory=dict)
    off: dict[str, str] = field(default_factory=dict)
    notes: tuple[str, ...] = ()


def found(film: Path, *, text: bool, apart: bool = False) -> Found:
    """The subtitles of the film. `text` is whether the user gave the whole text, which counts more.

    `apart` is whether each speaker has a track or a channel: recognised words then have another clock.
    """
    if text or apart:
        why = "the text is known (--text)" if text else "each speaker has a track or a channel"
        return Found(off={"text_tracks": why, "existing_subtitles": why})
    ledger = Ledger()
    notes: list[str] = []
    files = list(_files(film, ledger, notes))
    kept, more = files[:_MOST], files[_MOST:]
    if more:
        notes.append(f"{len(more)} more subtitle files beside the film are not read: {_MOST} are enough")
    off = {}
    if not _has_text_tracks(film, ledger):
        off["text_tracks"] = "the film has no text track of others"
        if not kept:
            off["existing_subtitles"] = "no subtitles of others beside the film or in it"
    params = {
        "files": tuple(str(one.path) for one in kept),
        "names": tuple(one.where for one in kept),
        "languages": tuple(one.tag.code if one.tag else "" for one in kept),
    }
    return Found(params={"existing_subtitles": params}, off=off, notes=tuple(notes))


def _files(film: Path, ledger: Ledger, notes: list[str]) -> Iterator[Subtitles]:
    for one in subtitles_there.beside(film, (), ledger):
        if one.path is None or one.ours or one.forced or one.path.suffix.lower() not in SUFFIXES:
            continue
        if ledger.film(one.path) is not None:
            continue
        if why := why_unread(one.path, film, LARGEST, "subtitles"):
            notes.append(f"{one.where} is not read: {why}")
        else:
            yield one


def _has_text_tracks(film: Path, ledger: Ledger) -> bool:
    """Whether the film has text tracks of somebody else: a film that this tool wrote has its own."""
    if not may_hold_texts(film) or ledger.film(film) is not None:
        return False
    tracks = subtitles_there.in_tracks(headers.of([film]).get(film, headers.Headers()).subtitles)
    return any(one.form == "text" and not one.forced for one in tracks)

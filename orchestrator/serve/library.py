"""The rules of libraries for a service: which films of a folder it takes, and which are left out, and why."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from orchestrator.config import files, merge
from orchestrator.config.settings import Settings as FilmSettings
from orchestrator.film_files import headers, subtitles_there
from orchestrator.folders import search, selection, walk
from orchestrator.folders.filters import Filters, Judge
from orchestrator.folders.found import Film, Findings, Skipped
from orchestrator.folders.selection import Chosen, Reader
from orchestrator.outputs.ledger import Ledger
from orchestrator.paths import home
from orchestrator.serve.settings import Settings
from orchestrator.storage.store import Store


def films(folder: Path) -> Findings:
    """The films in a folder and below it, those that may still grow too, and what the rules leave out."""
    return search.films([folder], Ledger(), now=0.0)


def judged(
    found: Iterable[Film], settings: Settings, options: Mapping[str, Any], read: Reader = headers.of
) -> Iterator[Chosen | Skipped]:
    """The films that are taken with `options`, and those that have subtitles, are in other languages, ...

    The headers of films that were not read before are read, which takes a moment for each.
    """
    filters = Filters(
        skip_existing=True, languages=frozenset(settings.only_language), min_length=settings.min_length
    )
    line = files.layer(options, Path("options"), Path("/"))

    @lru_cache(maxsize=64)
    def settings_of(film: Path) -> FilmSettings:
        return merge.settings(line, film, job_file=settings.job_file)

    subtitles_there.forget()  # what other programs, and earlier jobs, wrote since the last time
    judge = Judge(filters=filters, settings_of=settings_of, store=Store(home() / "store"), ledger=Ledger())
    return selection.chosen(list(found), judge, read=read)


def left_out_by_name(folder: Path) -> dict[Path, str]:
    """The films in a folder alone that are no film of a library, such as `trailer` or `made by this tool`.

    Raises `OSError`.
    """
    found = list(walk.in_folder(folder))
    own = search.without_ours([one for one in found if isinstance(one, Film)], Ledger())
    return {one.path: one.rule.one for one in (*found, *own) if isinstance(one, Skipped)}

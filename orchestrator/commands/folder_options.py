"""The options of `run` and `plan` that choose among many films, and their translation for `folders`."""

from __future__ import annotations

import argparse
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from orchestrator.config.settings import Settings
    from orchestrator.folders.found import Findings, Skipped
    from orchestrator.folders.selection import Chosen
    from orchestrator.storage.store import Store


def add_films(parser: argparse.ArgumentParser, least: int = 1) -> None:
    """Add the words that name films, at least so many."""
    parser.add_argument(
        "films", nargs="+" if least else "*", type=Path, metavar="FILM",
        help="any file that ffmpeg can read, a folder with films, or a pattern such as 'Films/**/*.mkv'",
    )  # fmt: skip


def add(parser: argparse.ArgumentParser, *, run: bool = False) -> None:
    """Add the options that leave films out; `run` adds those of time."""
    group = parser.add_argument_group("films in folders")
    group.add_argument(
        "--skip-existing",
        action="store_true",
        help="leave out films that have subtitles in the wanted languages, in a file or a track, by whomever",
    )
    group.add_argument(
        "--only-language",
        metavar="CODE,...",
        help="take only films with audio in these languages, such as en,de; unknown: those that state none",
    )
    group.add_argument("--min-length", metavar="TIME", help="leave out shorter films, such as 20m")
    group.add_argument(
        "--retry-failed", action="store_true", help="take films that were set aside after failing twice"
    )
    if run:
        group.add_argument(
            "--limit-time", metavar="TIME", help="start no film that would not end in time, such as 3h"
        )
        group.add_argument(
            "--between", metavar="HH:MM-HH:MM", help="start films only in these hours, such as 22:00-07:00"
        )


@dataclass(frozen=True, kw_only=True)
class Library:
    """What the words of a command line mean."""

    found: Findings
    chosen: Iterator[Chosen | Skipped]


def asked(arguments: argparse.Namespace) -> bool:
    """Return whether the command line is about a library: a folder, a pattern, or an option of this group."""
    from orchestrator.folders import search

    options = ("skip_existing", "only_language", "min_length", "limit_time", "between")
    return any(getattr(arguments, name, None) for name in options) or search.means_many(arguments.films)


def library_of(
    arguments: argparse.Namespace, settings_of: Callable[[Path], Settings], store: Store
) -> Library:
    """The films that the command line means, and an iterator that chooses among them."""
    from orchestrator.folders import filters, search, selection
    from orchestrator.outputs.ledger import Ledger

    asked_for = filters.Filters(
        skip_existing=arguments.skip_existing,
        languages=filters.languages(arguments.only_language) if arguments.only_language else frozenset(),
        min_length=filters.seconds(arguments.min_length, "--min-length") if arguments.min_length else 0.0,
    )
    ledger = Ledger()
    found = search.films(arguments.films, ledger)
    judge = filters.Judge(
        filters=asked_for, settings_of=lru_cache(maxsize=64)(settings_of), store=store, ledger=ledger
    )
    return Library(
        found=found,
        chosen=selection.chosen(found.films, judge, retry_failed=arguments.retry_failed),
    )

"""Finds recordings with references in a folder.

A recording is a film in a folder of its own, with whatever references are beside it, or a film in the folder
itself, with references that have its name. `truth.json` beside a film in a folder of its own may say more:
its `language`, which of `scores` the references are fit for, and that it has 0 `speakers`: then every word is
an error. Files that this program wrote are no references.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from ipc.parsing import json_of
from orchestrator.errors import INPUT, FatalError
from orchestrator.outputs.ledger import Ledger
from orchestrator.planning.film_path import FILMS

REFERENCES = (".stm", ".txt", ".ctm", ".csv", ".rttm", ".srt", ".vtt", ".ass", ".ssa")
"""Endings of references, as in `orchestrator score`."""
FACTS = "truth.json"
_TAG = re.compile(r"\.([a-z]{2,3})(?:-[A-Za-z0-9]+)*$")


@dataclass(frozen=True, kw_only=True)
class Case:
    """A recording. `silent`: nobody speaks in it. `scores` limits the scores; empty for all.

    If `error` is set, it cannot be used, and nothing else is known.
    """

    name: str
    film: Path
    references: tuple[Path, ...] = ()
    language: str = ""
    scores: tuple[str, ...] = ()
    silent: bool = False
    error: str = ""

    def usable(self, language: str) -> tuple[Path, ...]:
        """The references in a language: those of another one are translations."""
        spoken = (self.language or language).partition("-")[0]
        return tuple(path for path in self.references if tag(path) in {"", spoken})


def tag(path: Path) -> str:
    """The language in a reference's name, as in `truth.en.srt`; empty if there is none."""
    found = _TAG.search(path.stem)
    return found[1] if found else ""


def cases(folder: Path) -> tuple[Case, ...]:
    """The recordings in a folder, by name; `FatalError` (input) if there are none."""
    if not folder.is_dir():
        raise FatalError(f"{folder}: there is no such folder", "check the name", INPUT)
    written = Ledger()
    found = [*_in_folders(folder, written), *_beside_each_other(folder, written)]
    if not found:
        raise FatalError(
            f"{folder}: no recording with a reference was found",
            "put each film into a folder of its own, with its references beside it "
            f"({', '.join(REFERENCES[:6])}, ...)",
            INPUT,
        )
    names = [case.name for case in found]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise FatalError(
            f"{folder}: {', '.join(twice)}: two recordings have this name",
            "rename one, or put each into a folder of its own",
            INPUT,
        )
    return tuple(sorted(found, key=lambda case: case.name))


def _in_folders(folder: Path, written: Ledger) -> Iterator[Case]:
    for place in sorted(path for path in folder.iterdir() if path.is_dir()):
        files = _own(place, written)
        films = [path for path in files if path.suffix.lower() in FILMS]
        references = tuple(path for path in files if path.suffix.lower() in REFERENCES)
        facts = _facts(place / FACTS)
        if isinstance(facts, str):
            yield Case(name=place.name, film=place, error=facts)
            continue
        if not isinstance(facts.get("scores") or [], list):
            yield Case(name=place.name, film=place, error=f"{FACTS}: scores is not a list")
            continue
        silent = facts.get("speakers") == 0
        if not references and not silent:
            continue
        if len(films) != 1:
            names = ", ".join(film.name for film in films) or "none"
            yield Case(name=place.name, film=place, error=f"one film is expected in its folder, not {names}")
            continue
        yield Case(
            name=place.name, film=films[0], references=references, silent=silent,
            language=str(facts.get("language") or ""),
            scores=tuple(map(str, facts.get("scores") or ())),
        )  # fmt: skip


def _beside_each_other(folder: Path, written: Ledger) -> Iterator[Case]:
    files = _own(folder, written)
    for film in (path for path in files if path.suffix.lower() in FILMS):
        references = tuple(
            path
            for path in files
            if path.suffix.lower() in REFERENCES and path.name.startswith(f"{film.stem}.")
        )
        if references:
            yield Case(name=film.stem, film=film, references=references)


def _own(folder: Path, written: Ledger) -> Sequence[Path]:
    """The files of a folder that are not hidden, and not results of this program."""
    files = sorted(path for path in folder.iterdir() if path.is_file() and not path.name.startswith("."))
    return [path for path in files if not written.film(path)]


def _facts(path: Path) -> dict[str, Any] | str:
    """The facts of a `truth.json`; empty if there is none; why it cannot be read."""
    try:
        body = json_of(path.read_bytes())
    except FileNotFoundError:
        return {}
    except (OSError, ValueError) as error:
        return f"{path.name} cannot be read: {error}"
    return body if isinstance(body, dict) else f"{path.name} is not an object"

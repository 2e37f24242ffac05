"""Copies a file and puts the film's name into the copy.

The stored result contains no name, because it serves every copy of the film.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from orchestrator.util import scratch
from orchestrator.util.film_names import stem_of
from orchestrator.util.storage_errors import storage_errors
from stage_runners.subtitles.output_format import Beside


@contextmanager
def named_copy(
    source: Path,
    film: Path,
    rewrite: Callable[[str, Beside], str],
    begins: float = 0.0,
    seconds: float = 0.0,
) -> Iterator[Path]:
    """A copy of the text in `source` that names `film`; it exists while the block runs.

    `rewrite` gets the text and the film's names (`Format.for_film`); the text's times count from the second
    `begins` of the film, whose sound lasts so many `seconds`. Raises `FatalError` (storage) if the
    copy cannot be written.
    """
    with scratch.folder() as folder:
        copy = folder / source.name
        with storage_errors(f"cannot write {copy}", "set ORCHESTRATOR_HOME to another folder"):
            text = rewrite(
                source.read_text(encoding="utf-8"), Beside(film.name, stem_of(film), begins, seconds)
            )
            copy.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
        yield copy

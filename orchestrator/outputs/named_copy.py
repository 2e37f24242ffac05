"""Copies a file and puts the film's name into the copy.

The stored result contains no name, because it serves every copy of the film.
"""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

from ipc.errors import storage_hint
from orchestrator.errors import STORAGE, FatalError


@contextmanager
def named_copy(source: Path, film: Path, rewrite: Callable[[str, str], str]) -> Iterator[Path]:
    """A copy of the text in `source` that names `film`; it exists while the block runs.

    `rewrite` gets the text and the film's name without suffix (`Format.for_film`). Raises `FatalError`
    (storage) if the copy cannot be written.
    """
    folder: Path | None = None
    try:
        text = rewrite(source.read_text(encoding="utf-8"), film.stem)
        folder = Path(tempfile.mkdtemp())
        copy = folder / source.name
        copy.write_text(text, encoding="utf-8", errors="surrogateescape", newline="\n")
    except OSError as error:
        where = error.filename or tempfile.gettempdir()
        hint = storage_hint(error, "set TMPDIR to a folder that can be written")
        raise FatalError(f"cannot write {where}: {error.strerror or error}", hint, STORAGE) from error
    else:
        yield copy
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

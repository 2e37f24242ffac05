"""The speakers' file as it is published: its lines name the recording, which the store does not know by name."""

from __future__ import annotations

import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from ipc.errors import mend_storage
from orchestrator.errors import STORAGE, FatalError


@contextmanager
def named(source: Path, film: Path) -> Iterator[Path]:
    """A copy of `source`, in RTTM, whose recording is called as `film` without its ending, for as long as the block lasts.

    Scoring tools match recordings by this name, and take a blank for its end. The result in the store stays without it, for it
    serves every copy of the film. `FatalError` (storage) where no copy can be made.
    """
    name = "_".join(film.stem.split()) or "film"
    folder: Path | None = None
    try:
        lines = [line.split(" ", 2) for line in source.read_text(encoding="utf-8").splitlines()]
        text = "".join(f"{kind} {name} {rest}\n" for kind, _, rest in lines)
        folder = Path(tempfile.mkdtemp())
        copy = folder / source.name
        copy.write_text(text, encoding="utf-8", errors="surrogateescape")
    except OSError as error:
        where = error.filename or tempfile.gettempdir()
        hint = mend_storage(error, "set TMPDIR to a folder that can be written")
        raise FatalError(f"cannot write {where}: {error.strerror or error}", hint, STORAGE) from error
    else:
        yield copy
    finally:
        if folder is not None:
            shutil.rmtree(folder, ignore_errors=True)

"""Checks that a result's outputs are unchanged: a disk may lose bytes, and users may edit a file."""

from __future__ import annotations

import dataclasses
import os
from pathlib import Path

from ipc.digests import file_digest
from orchestrator.errors import FatalError
from orchestrator.storage import file_digests
from orchestrator.storage.manifest import Manifest, OutputRecord

_ENDS = (b"PAR1", b"ARROW1")
"""The last bytes of a Parquet and of an Arrow file."""


def why_broken(folder: Path, manifest: Manifest) -> str:
    """Why the result in `folder` is not usable (`film deleted`); empty if it is."""
    for name, record in manifest.outputs.items():
        path = folder / record.path
        called = path.name if Path(record.path).is_absolute() else name
        try:
            if path.stat().st_size != record.size or not _intact(path, record):
                return f"{called} changed"
        except OSError:
            return f"{called} deleted"
        except FatalError as error:
            return error.message
    return ""


def missing(folder: Path, manifest: Manifest) -> set[str] | None:
    """The outputs whose files are missing; None if another one changed."""
    absent = {name for name, record in manifest.outputs.items() if not os.path.lexists(folder / record.path)}
    there = {name: record for name, record in manifest.outputs.items() if name not in absent}
    return None if why_broken(folder, dataclasses.replace(manifest, outputs=there)) else absent


def _intact(path: Path, record: OutputRecord) -> bool:
    """Return whether a file of the right size has its content: fully checked if quick, else by its end.

    After a power failure, a disk may keep a file's size but have zeros where nothing was written yet.
    """
    if Path(record.path).is_absolute():
        return file_digests.file_digest(path) == record.digest
    if record.kind == "file":
        return file_digest(path) == record.digest
    with path.open("rb") as stream:
        stream.seek(max(0, record.size - max(map(len, _ENDS))))
        return stream.read().endswith(_ENDS)

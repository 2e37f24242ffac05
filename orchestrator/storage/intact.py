"""Whether a result's outputs still are what was written: a disk may lose bytes, and a file of the user may be edited."""

from __future__ import annotations

from pathlib import Path

from ipc.digests import file_digest
from orchestrator.errors import FatalError
from orchestrator.storage import file_digests
from orchestrator.storage.manifest import Manifest, OutputRecord

_ENDS = (b"PAR1", b"ARROW1")
"""The last bytes of a Parquet and of an Arrow file."""


def why_broken(folder: Path, manifest: Manifest) -> str:
    """Why the result in `folder` cannot be used (`film deleted`), or nothing where it can."""
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


def _intact(path: Path, record: OutputRecord) -> bool:
    """Whether a file of the right size holds what was written: all of it where that is quick, else how its format ends.

    A disk that lost its power keeps sizes, and has zeros where it had not written yet.
    """
    if Path(record.path).is_absolute():
        return file_digests.file_digest(path) == record.digest
    if record.kind == "file":
        return file_digest(path) == record.digest
    with path.open("rb") as stream:
        stream.seek(max(0, record.size - max(map(len, _ENDS))))
        return stream.read().endswith(_ENDS)

"""The languages of a film: those of its recognised segments, or the one that the user states."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any


def of_segments(path: Path) -> frozenset[str]:
    """The languages in a table of segments. Imports pyarrow, so call it only if the answer matters."""
    facts = path.stat()
    return _of_file(path, facts.st_ino, facts.st_mtime_ns)


@lru_cache(maxsize=64)
def _of_file(path: Path, inode: int, time_ns: int) -> frozenset[str]:
    """Those of a file as it is now: a result that is made again has the same path."""
    del inode, time_ns
    import pyarrow.parquet as pq

    return frozenset(pq.read_table(path, columns=["language"]).column("language").unique().to_pylist())


def stated(params: Mapping[str, Mapping[str, Any]] | None) -> str:
    """The code of the language in the parameters of `asr`; empty if it is to be detected."""
    language = str((params or {}).get("asr", {}).get("language") or "")
    return language.strip().lower().replace("_", "-").partition("-")[0]

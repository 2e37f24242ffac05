"""Digests of content (columns and facts, not container bytes), which no upgrade of pyarrow changes."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from ipc import json_text
from ipc.kind import Kind

_BLOCK = 1 << 20


def table_digest(kind: Kind, table: Any, content: Mapping[str, Any]) -> str:
    """SHA-256, as hex, of a table's kind, `content` facts, and values column by column.

    It is equal for equal values, whatever their chunks, slices or version of pyarrow.
    """
    sha = hashlib.sha256(f"{kind.name} {kind.version}\n".encode())
    sha.update(json_text.dumps(dict(content), sort_keys=True).encode() + b"\n")
    for column in kind.columns:
        sha.update(f"{column.name} {column.type} {table.num_rows}\n".encode())
        for chunk in _rechunked(table.column(column.name)):
            _feed(sha, chunk)
    return sha.hexdigest()


def file_digest(path: Path) -> str:
    """SHA-256, as hex, of a file's bytes."""
    with path.open("rb") as stream:
        return hashlib.file_digest(stream, "sha256").hexdigest()


def _rechunked(column: Any) -> Any:
    """The column as arrays of a fixed length, so that its chunks do not affect the digest."""
    for start in range(0, len(column), _BLOCK):
        piece = column.slice(start, _BLOCK)
        yield piece.chunk(0) if piece.num_chunks == 1 else piece.combine_chunks()


def _feed(sha: Any, array: Any) -> None:
    import numpy as np
    import pyarrow as pa
    import pyarrow.compute as pc

    if array.null_count:
        sha.update(np.packbits(array.is_null().to_numpy(zero_copy_only=False)).tobytes())
    if pa.types.is_list(array.type):
        sha.update(pc.list_value_length(array).fill_null(0).to_numpy(zero_copy_only=False).tobytes())
        _feed(sha, array.flatten())
    elif pa.types.is_string(array.type):
        texts = [text or "" for text in array.to_pylist()]
        encoded = [text.encode() for text in texts]
        sha.update(np.array([len(text) for text in encoded], dtype="<i8").tobytes())
        sha.update(b"".join(encoded))
    elif pa.types.is_boolean(array.type):
        sha.update(np.packbits(array.fill_null(False).to_numpy(zero_copy_only=False)).tobytes())
    else:
        values = array.fill_null(0) if array.null_count else array
        sha.update(np.ascontiguousarray(values.to_numpy(zero_copy_only=False)).data)

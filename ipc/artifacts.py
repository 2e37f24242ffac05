"""Reads and writes artifacts: Parquet tables, Arrow scores and audio; both sides validate them.

The schema metadata of an artifact's file holds its kind and version, the `content` facts, the `provenance`
(stage, method, device, model, `degraded` and why), and the digest of its content. Provenance is for people:
the digest does not cover it, so no stage may depend on it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipc import json_text
from ipc.digests import table_digest
from ipc.errors import ContractError, StageError, storage_hint
from ipc.kind import Kind
from ipc.kinds_of_sound import AUDIO
from ipc.schemas import KINDS
from ipc.tables import check_schema, check_table, table_of

_KEY = b"orchestrator"


@dataclass(frozen=True)
class Artifact:
    """A table from a file: `table` (pyarrow), its facts, and its provenance."""

    kind: Kind
    table: Any
    content: Mapping[str, Any]
    provenance: Mapping[str, Any]
    digest: str

    def rows(self) -> list[dict[str, Any]]:
        """Every row as a dict of plain Python values."""
        rows: list[dict[str, Any]] = self.table.to_pylist()
        return rows


@dataclass(frozen=True)
class Audio:
    """Mono PCM, memory-mapped: `samples` is an int16 array of shape (n,), loaded as it is used."""

    samples: Any
    sample_rate: int
    digest: str
    provenance: Mapping[str, Any] = field(default_factory=dict)

    @property
    def seconds(self) -> float:
        """Length in seconds."""
        return len(self.samples) / self.sample_rate

    def float32(self, start: float = 0.0, end: float | None = None) -> Any:
        """A copy of the samples from `start` to `end` seconds as float32 in [-1, 1), clipped to the audio."""
        import numpy as np

        first = max(0, round(start * self.sample_rate))
        last = len(self.samples) if end is None else max(first, round(end * self.sample_rate))
        return self.samples[first:last].astype(np.float32) / 32768.0


def write(
    path: Path,
    kind_name: str,
    columns: Any,
    content: Mapping[str, Any] | None = None,
    provenance: Mapping[str, Any] | None = None,
) -> str:
    """Validate a table and write it to `path`; return the digest of its content.

    `columns` is a mapping of column names to sequences of equal length, or a pyarrow table. An absent
    nullable column is filled with nulls. `ContractError` names the column that is wrong.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kind = kind_of(kind_name)
    facts = dict(content or {})
    table = table_of(kind, columns)
    check_table(kind, table, facts, str(path))
    digest = table_digest(kind, table, facts)
    header = {
        "kind": kind.name,
        "version": kind.version,
        "content": facts,
        "provenance": dict(provenance or {}),
        "digest": digest,
    }
    table = table.replace_schema_metadata({_KEY: json_text.dumps(header).encode()})
    if kind.container == "parquet":
        pq.write_table(table, path)
    else:
        with pa.OSFile(str(path), "wb") as sink, pa.ipc.new_file(sink, table.schema) as writer:
            for batch in table.combine_chunks().to_batches():
                writer.write_batch(batch)
    return digest


def write_audio(
    path: Path, samples: Any, sample_rate: int = 16000, provenance: Mapping[str, Any] | None = None
) -> str:
    """Write mono int16 PCM of shape (n,) as one uncompressed record batch; return its digest.

    `samples` may be a memory map, which is not copied. Raises `ContractError` if it is not a one-dimensional
    int16 array.
    """
    import numpy as np
    import pyarrow as pa

    if samples.dtype != np.int16 or samples.ndim != 1:
        raise ContractError(
            f"{path}: column pcm: expected int16 of one dimension, got {samples.dtype}, {samples.ndim}-d"
        )
    buffer = pa.py_buffer(np.ascontiguousarray(samples))
    pcm = pa.Array.from_buffers(pa.int16(), len(samples), [None, buffer])
    return write(path, AUDIO.name, pa.table({"pcm": pcm}), {"sample_rate": sample_rate}, provenance)


def read(path: Path, kind_name: str) -> Artifact:
    """Read and validate a table; `ContractError` states what is wrong, and in which column."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    kind = kind_of(kind_name)
    try:
        if kind.container == "parquet":
            table = pq.read_table(path, partitioning=None)
        else:
            table = pa.ipc.open_file(pa.memory_map(str(path))).read_all()
    except (OSError, pa.ArrowException) as error:
        raise ContractError(f"{path}: not a readable {kind.name} artifact: {error}") from error
    header = _header(path, kind, table.schema)
    check_table(kind, table, header["content"], str(path))
    return Artifact(kind, table, header["content"], header["provenance"], header["digest"])


def open_audio(path: Path) -> Audio:
    """Open an audio artifact without reading it: 0.6 ms for two hours."""
    artifact = read(path, AUDIO.name)
    column = artifact.table.column("pcm")
    if column.num_chunks > 1:
        raise ContractError(f"{path}: column pcm: expected one record batch, found {column.num_chunks}")
    if column.num_chunks:
        samples = column.chunk(0).to_numpy()
    else:
        import numpy as np

        samples = np.zeros(0, np.int16)
    return Audio(samples, int(artifact.content["sample_rate"]), artifact.digest, artifact.provenance)


def verify(path: Path, kind_name: str) -> dict[str, Any]:
    """Check header and schema of an artifact, but not its values; return the header.

    The header has kind, version, content, provenance and digest. An artifact of kind `file` only has to
    exist.
    """
    import pyarrow as pa
    import pyarrow.parquet as pq

    kind = kind_of(kind_name)
    if kind.container == "file":
        if not path.is_file():
            raise ContractError(f"{path}: file not found")
        return {"kind": kind.name, "version": kind.version}
    try:
        if kind.container == "parquet":
            schema = pq.read_schema(path)
        else:
            schema = pa.ipc.open_file(pa.memory_map(str(path))).schema
    except (OSError, pa.ArrowException) as error:
        raise ContractError(f"{path}: not a readable {kind.name} artifact: {error}") from error
    check_schema(kind, schema, str(path))
    return _header(path, kind, schema)


def kind_of(name: str) -> Kind:
    """The kind `name`; `ContractError` if there is none."""
    if name not in KINDS:
        raise ContractError(f"unknown kind of artifact {name!r}, expected one of {', '.join(KINDS)}")
    return KINDS[name]


def _header(path: Path, kind: Kind, schema: Any) -> dict[str, Any]:
    raw = (schema.metadata or {}).get(_KEY)
    if raw is None:
        raise ContractError(f"{path}: not an artifact of this program: its schema has no header")
    header: dict[str, Any] = json.loads(raw)
    found = (header.get("kind"), header.get("version"))
    if found != (kind.name, kind.version):
        raise ContractError(
            f"{path}: expected {kind.name} version {kind.version}, found {found[0]} version {found[1]}"
        )
    return header


def storage_error(error: OSError, path: Path) -> StageError:
    """The error for a write that failed because of the disk or the folder."""
    return StageError(
        "storage",
        f"cannot write {path}: {error.strerror or error}",
        storage_hint(error, "choose another folder"),
    )

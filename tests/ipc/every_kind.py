"""Write one artifact of every kind into a folder, or read them all back and print their digests.

Run by the interchange test in environments of different NumPy and pyarrow: `every_kind.py write|read FOLDER`.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from ipc.artifacts import open_audio, read, write, write_audio
from ipc.digests import table_digest
from ipc.kind import Kind
from ipc.schemas import KINDS

VALUES = {
    "double": [0.0, 1.25, 7200.1],
    "float": [0.5, None, 0.25],
    "int32": [0, 1, 2],
    "bool": [True, False, True],
    "string": ["one", "दो", "trois"],
    "list<float>": [[1.0, 2.0], [], [3.5]],
    "list<string>": [["a"], [], ["b", "ü"]],
    "list<int32>": [[1], [], [2, 3]],
}
CONTENT = {
    "summary": "a film",
    "classes": ["none", "a"],
    "frames": 1,
    "window_seconds": 10.0,
    "frame_seconds": 0.017,
    "frame_offset": 0.0,
    "language": "hi",
    "title": "मंथन",
    "original_title": "Manthan",
    "year": 1976,
    "plot": "",
    "series": "",
    "sources": ["nfo: 12 characters"],
    "frame_rate": 23.976,
    "per_second": 20,
}


def columns_of(kind: Kind) -> dict:
    """Three rows: with nulls wherever the kind allows them."""
    columns = {}
    for column in kind.columns:
        values = VALUES[column.type]
        if column.nullable and column.name not in {"start", "end"}:
            values = [values[0], None, values[2]]
        elif column.type == "float":
            values = [0.5, 0.75, 0.25]
        columns[column.name] = values
    return columns


def main(action: str, folder: Path) -> dict[str, str]:
    import numpy as np

    digests = {}
    for kind in KINDS.values():
        if kind.container == "file":
            continue
        path = folder / f"{kind.name}{kind.suffix}"
        if action == "write" and kind.name == "audio":
            digests[kind.name] = write_audio(path, np.arange(-500, 500, dtype=np.int16))
        elif action == "write":
            content = {fact: CONTENT[fact] for fact in kind.content}
            digests[kind.name] = write(path, kind.name, columns_of(kind), content)
        else:
            artifact = read(path, kind.name)
            digests[kind.name] = table_digest(kind, artifact.table, artifact.content)
            assert digests[kind.name] == artifact.digest
            if kind.name == "audio":
                assert open_audio(path).float32(0, 1)[0] == -500 / 32768
    return digests


if __name__ == "__main__":
    print(json.dumps(main(sys.argv[1], Path(sys.argv[2]))))

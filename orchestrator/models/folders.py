"""Reads a model's folder: its `config.json`, whether its weights are complete, its digest."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from ipc.parsing import json_of
from orchestrator.storage.file_digests import file_digest

_INDEX = ".index.json"
"""A file of this ending lists the pieces that weights are split into."""


def config(folder: Path) -> Mapping[str, object]:
    """Return the content of the folder's `config.json`; an empty mapping if it cannot be read.

    `Path()` stands for no folder, never for the current one, which may be a stranger's.
    """
    return {} if folder == Path() else _json(folder / "config.json")


def is_whole(weights: Path) -> bool:
    """Say whether the file is present and, if it is an index of pieces, every piece that it lists."""
    if not weights.is_file() or not weights.name.endswith(_INDEX):
        return weights.is_file()
    listed = pieces(weights)
    return bool(listed) and all((weights.parent / name).is_file() for name in listed)


def absent_piece(index: Path) -> str:
    """Return the first piece that the index lists and its folder lacks; empty if there is none."""
    return next((name for name in pieces(index) if not (index.parent / name).is_file()), "")


def is_filled(path: Path) -> bool:
    """Say whether a file exists, or a folder with a file in it that is not a broken link."""
    return any(file.exists() for file in path.iterdir()) if path.is_dir() else path.exists()


def folder_digest(path: Path) -> str:
    """Return a SHA-256 over the names and contents of a folder's files, or of one file, without hidden files.

    A file's own SHA-256 is remembered, so the second call reads no weights.
    """
    files = sorted(file for file in path.rglob("*") if file.is_file()) if path.is_dir() else [path]
    digest = hashlib.sha256()
    for file in files:
        name = file.relative_to(path) if path.is_dir() else Path()
        if not any(part.startswith(".") for part in name.parts):
            digest.update(f"{name}\0{file_digest(file)}\n".encode())
    return digest.hexdigest()


def foreign(folder: Path) -> str:
    """Return what in a model's folder is no file of its own, as a part of a sentence; empty if all is.

    A link may point to a file of the same folder, and in the Hub's cache to the blobs of the same repository.
    """
    whole = folder.resolve()
    root = whole.parent.parent if whole.parent.name == "snapshots" else whole
    for path in sorted(folder.rglob("*")):
        if path.is_symlink() and not path.resolve().is_relative_to(root):
            where = path.readlink()
            return f"{path.relative_to(folder)} in it is a link to a place outside the folder ({where})"
        if path.exists() and not path.is_file() and not path.is_dir():
            return f"{path.relative_to(folder)} in it is neither a file nor a folder"
        for name in pieces(path):
            if Path(name).is_absolute() or ".." in Path(name).parts:
                return f"{path.relative_to(folder)} in it lists a file outside the folder ({name})"
    return ""


def pieces(index: Path) -> list[str]:
    """Return the names of the pieces that weights are split into; empty for a file that is no index."""
    listed = _json(index).get("weight_map") if index.name.endswith(_INDEX) else None
    return sorted({str(name) for name in listed.values()}) if isinstance(listed, dict) else []


def _json(file: Path) -> Mapping[str, object]:
    try:
        content = json_of(file.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}

"""Reads the Hugging Face Hub's cache on this disk, without the Hub's library."""

from __future__ import annotations

import contextlib
import os
import re
import shutil
from collections.abc import Callable, Collection
from pathlib import Path

from orchestrator.paths import home
from orchestrator.surroundings.home_folder import expanded
from orchestrator.util import own_files
from orchestrator.util.folder_size import folder_size


def is_repository(name: str) -> bool:
    """Say whether `name` can be the id of a model on the Hub."""
    return re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", name) is not None


def is_revision(text: str) -> bool:
    """Say whether `text` can be a branch, a tag or a commit: as a part of a path it leads nowhere else."""
    return text.isprintable() and not {"", ".", ".."} & set(text.split("/"))


def cache() -> Path:
    """Return the Hub's cache folder, by the variables that huggingface_hub documents."""
    return _folder("HF_HUB_CACHE") or _folder("HUGGINGFACE_HUB_CACHE") or _home() / "hub"


def _home() -> Path:
    return _folder("HF_HOME") or (_folder("XDG_CACHE_HOME") or Path.home() / ".cache") / "huggingface"


def _folder(variable: str) -> Path | None:
    """The path in an environment variable; None if it is empty. `FatalError` if no user has its `~user`."""
    path = os.environ.get(variable)
    return expanded(path, f"{variable}={path}") if path else None


def cached(repository: str, revision: str, whole: Callable[[Path], bool]) -> Path | None:
    """Return the snapshot of `repository` on this disk that is `whole`, or None.

    `revision` is a branch, a tag, a commit or empty for the main branch. If it is empty and the main branch
    was never downloaded, the newest `whole` snapshot is returned.
    """
    if revision and not is_revision(revision):
        return None
    folder = cache() / f"models--{repository.replace('/', '--')}"
    try:
        commit = (folder / "refs" / (revision or "main")).read_text(encoding="ascii").strip()
    except (OSError, UnicodeDecodeError):
        commit = revision
    snapshots = folder / "snapshots"
    if commit:
        candidates = [snapshots / commit]
    else:
        candidates = sorted(snapshots.glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    # A snapshot's files are links to blobs: a file whose blob is incomplete or lost does not exist.
    return next((path for path in candidates if not cut_short(repository, path.name) and whole(path)), None)


def repositories() -> list[str]:
    """Return the ids of all repositories in the cache, sorted."""
    folders = sorted(cache().glob("models--*--*"))
    return [folder.name.removeprefix("models--").replace("--", "/", 1) for folder in folders]


def has_token() -> bool:
    """Say whether there is a token, in the environment or of the Hub's own login. It is not read."""
    if any(os.environ.get(name) for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")):
        return True
    return (_folder("HF_TOKEN_PATH") or _home() / "token").is_file()


def size_of(snapshot: Path) -> int:
    """Return the size of a snapshot's files in bytes."""
    return sum(file.stat().st_size for file in snapshot.rglob("*") if file.is_file())


def remove(repository: str) -> int:
    """Remove a repository from the cache; return how many bytes that frees (0 if it is not cached)."""
    folder = cache() / f"models--{repository.replace('/', '--')}"
    size = folder_size(folder)
    shutil.rmtree(unfinished(repository), ignore_errors=True)
    own_files.remove(folder)
    return size


def blobs(repository: str) -> Path:
    """Return the folder with the contents of a repository's files, those under way too."""
    return cache() / f"models--{repository.replace('/', '--')}" / "blobs"


def arrived(repository: str, names: Collection[str]) -> int:
    """Return the bytes on this disk of the contents `names`, as the Hub calls them, whole or not."""
    found = (file for file in blobs(repository).glob("*") if file.name.partition(".")[0] in names)
    count = 0
    for file in found:
        with contextlib.suppress(FileNotFoundError):  # it has arrived, and was renamed
            count += file.stat().st_size
    return count


def unfinished(repository: str) -> Path:
    """Return the folder with a file for each commit whose download was started and not finished."""
    return home() / "memo" / "fetching" / repository.replace("/", "--")


def cut_short(repository: str, commit: str) -> bool:
    """Say whether a download was started and not finished, so that the snapshot may lack files."""
    return (unfinished(repository) / commit).exists()

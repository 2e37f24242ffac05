"""Where results lie for machines that share no folder: objects under names, put once and never changed.

A name says what the object is (a result's key), so whoever comes second has the same object, and its attempt
changes nothing. S3, Google's and Azure's storage, a folder and memory are reached by `obstore`, which puts an
object only if it is absent, in one step; any other address by `fsspec`, as far as its file system can do so.
"""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Protocol

PIECE = 8 << 20
"""Bytes of a large object that are in memory at once."""
_OBSTORE = ("s3", "s3a", "gs", "az", "azure", "abfs", "file", "memory")


class Depot(Protocol):
    """Objects under names such as `results/ab/abcd.tar`."""

    def put(self, name: str, file: Path) -> bool:
        """Put the content of `file` there, unless the name is taken; returns whether it was put."""

    def get(self, name: str, file: Path) -> bool:
        """Write the object to `file`; False if there is none."""

    def names(self, folder: str) -> list[str]:
        """The last parts of the names that begin with `folder/`."""


def open_depot(url: str) -> Depot:
    """The depot at an address such as `s3://bucket/prefix` or `file:///shared/results`.

    Credentials come from the environment, as for the providers' own programs. Raises `ValueError` for text
    that is no address.
    """
    scheme, separator, rest = url.partition("://")
    if not separator or (not rest.strip("/") and scheme != "memory"):
        raise ValueError(f"{url}: not an address, such as s3://bucket/prefix")
    return Objects(url) if scheme in _OBSTORE else Files(url)


class Objects:
    """Objects in a store that `obstore` reaches."""

    def __init__(self, url: str) -> None:
        from obstore.store import from_url

        more: Any = {"mkdir": True} if url.startswith("file://") else {}
        self._store = from_url(url, **more)

    def put(self, name: str, file: Path) -> bool:
        """Put the content of `file` there, unless the name is taken."""
        import obstore
        from obstore.exceptions import AlreadyExistsError

        try:
            # In one request: only then does the provider check that the name is free.
            obstore.put(self._store, name, file, mode="create", use_multipart=False)
        except AlreadyExistsError:
            return False
        return True

    def get(self, name: str, file: Path) -> bool:
        """Write the object to `file`."""
        import obstore

        try:
            found = obstore.get(self._store, name)
        except FileNotFoundError:
            return False
        with file.open("wb") as stream:
            for piece in found.stream(min_chunk_size=PIECE):
                stream.write(piece)
        return True

    def names(self, folder: str) -> list[str]:
        """The last parts of the names that begin with `folder/`."""
        import obstore

        found = (one for some in obstore.list(self._store, prefix=folder + "/") for one in some)
        return sorted(str(one["path"]).rpartition("/")[2] for one in found)


class Files:
    """Files in a file system that `fsspec` reaches."""

    def __init__(self, url: str) -> None:
        from fsspec.core import url_to_fs

        self._system, self._base = url_to_fs(url)

    def put(self, name: str, file: Path) -> bool:
        """Put the content of `file` there, unless the name is taken."""
        path = f"{self._base}/{name}"
        self._system.makedirs(path.rpartition("/")[0], exist_ok=True)
        try:
            self._system.pipe_file(path, file.read_bytes(), mode="create")
        except FileExistsError:
            return False
        return True

    def get(self, name: str, file: Path) -> bool:
        """Write the object to `file`."""
        try:
            with self._system.open(f"{self._base}/{name}", "rb") as source, file.open("wb") as stream:
                shutil.copyfileobj(source, stream, PIECE)
        except FileNotFoundError:
            return False
        return True

    def names(self, folder: str) -> list[str]:
        """The last parts of the names that begin with `folder/`."""
        with contextlib.suppress(FileNotFoundError):
            return sorted(path.rpartition("/")[2] for path in self._system.find(f"{self._base}/{folder}"))
        return []


def pieces(file: Path) -> Iterator[bytes]:
    """The content of a file, in pieces."""
    with file.open("rb") as stream:
        while piece := stream.read(PIECE):
            yield piece

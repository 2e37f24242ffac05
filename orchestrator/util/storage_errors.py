"""Turns errors of the disk (full, not writable) into messages with a hint."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator

from ipc.errors import storage_hint
from orchestrator.errors import STORAGE, FatalError


@contextlib.contextmanager
def storage_errors(message: str, hint: str) -> Iterator[None]:
    """Turn an `OSError` of the block into a `FatalError` (storage): `message` with the system's reason.

    `hint` is what to do; if the disk is full, freeing space comes first.
    """
    try:
        yield
    except OSError as error:
        raise FatalError(
            f"{message}: {error.strerror or error}", storage_hint(error, hint), STORAGE
        ) from error

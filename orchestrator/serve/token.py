"""The token of the service: made when it is first needed, in a file that only its user can read."""

from __future__ import annotations

import secrets
from pathlib import Path

from ipc import atomic, plain_file
from orchestrator.errors import STORAGE, USAGE, FatalError
from orchestrator.util.storage_errors import storage_errors

_LEAST = 20
"""Characters of a token that somebody wrote into the file; a shorter one could be guessed."""


def of(folder: Path, *, new: bool = False) -> tuple[str, bool]:
    """The token in the service's `folder`, and whether it was made now, as it is if `new`.

    `FatalError` if the file cannot be read or written, others can read it, or its token could be guessed.
    """
    path = path_of(folder)
    if not new and path.exists():
        try:
            token = plain_file.read(path, 4096).decode("ascii").strip()
            mode = path.stat().st_mode
        except (OSError, ValueError, plain_file.UnusableFileError) as error:
            raise FatalError(
                f"{path}: cannot be read: {error}", "remove it: a new one is made", STORAGE
            ) from error
        if mode & 0o077:
            raise FatalError(f"{path}: other users can read it", f"chmod 600 {path}", USAGE)
        if len(token) < _LEAST or not token.isprintable() or " " in token:
            why = f"a token has at least {_LEAST} characters and no spaces"
            raise FatalError(f"{path}: {why}", "remove it: a new one is made", USAGE)
        return token, False
    token = secrets.token_urlsafe(32)
    with storage_errors(f"cannot write {path}", "set ORCHESTRATOR_HOME to a folder that can be written"):
        atomic.write(path, token + "\n", mode=0o600, durable=True)
    return token, True


def path_of(folder: Path) -> Path:
    """The path of the token's file."""
    return folder / "token"

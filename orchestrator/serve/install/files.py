"""Writes and removes the service's file, and leaves alone what somebody else wrote."""

from __future__ import annotations

import shlex
from pathlib import Path

from ipc import atomic, plain_file
from orchestrator.errors import STORAGE, USAGE, FatalError
from orchestrator.serve.install.place import Place
from orchestrator.util.storage_errors import storage_errors

_LARGEST = 1 << 20


def present(place: Place) -> str | None:
    """The text of the file if this program wrote it; None if there is none.

    `FatalError` if somebody else wrote it.
    """
    if not place.file.exists() and not place.file.is_symlink():
        return None
    try:
        text = plain_file.read(place.file, _LARGEST).decode(errors="replace")
    except (OSError, plain_file.UnusableFileError) as error:
        raise FatalError(f"{place.file}: cannot be read: {error}", "remove it yourself", STORAGE) from error
    if place.mark not in text.splitlines():
        raise FatalError(
            f"{place.file}: was not made by this program, so it stays as it is",
            "rename it first, or start `orchestrator serve` from it",
            USAGE,
        )
    return text


def write(place: Place, text: str, drafts: Path) -> tuple[str, ...]:
    """Write the file; returns the commands that a shell still needs before those of the place.

    Where only root may write it, it is written into `drafts`.
    """
    try:
        place.file.parent.mkdir(parents=True, exist_ok=True)
        atomic.write(place.file, text, mode=0o644 if place.system else 0o600, durable=True)
    except PermissionError as error:
        if not place.system:
            raise FatalError(f"{place.file}: cannot be written: {error.strerror}", "", STORAGE) from error
        draft = drafts / place.file.name
        with storage_errors(f"cannot write {draft}", "set ORCHESTRATOR_HOME to a folder that can be written"):
            draft.parent.mkdir(parents=True, exist_ok=True)
            atomic.write(draft, text, mode=0o644, durable=True)
        return (f"sudo install -m 644 {shlex.quote(str(draft))} {place.file}",)
    except OSError as error:
        raise FatalError(
            f"{place.file}: cannot be written: {error.strerror or error}", "", STORAGE
        ) from error
    return ()


def remove(place: Place) -> tuple[str, ...]:
    """Remove the file; returns the commands that a shell needs for that instead, where only root may.

    `FatalError` if the service still starts by itself: the file is needed to end that.
    """
    if place.enabled is not None and place.enabled.is_symlink():
        raise FatalError(f"{place.file}: the service is still on", f"first run: {place.disable[0]}", USAGE)
    try:
        place.file.unlink(missing_ok=True)
    except PermissionError:
        return (f"sudo rm {place.file}",)
    except OSError as error:
        raise FatalError(f"{place.file}: cannot be removed: {error.strerror}", "", STORAGE) from error
    return ()

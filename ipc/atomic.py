"""Writes files atomically: a reader sees the complete new file or the old one.

The content is written to a draft beside the file, which is then renamed over it. A draft is a hidden file
with the writer's system and process id in its name: two processes or threads never write the same draft, and
the draft of a killed process is recognisable. Standard library only, because the stages' environments use it
too.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
import shutil
import time
from pathlib import Path

from ipc import host

_SHOWN = 24
"""Characters of a file's name in that of its draft, which must not exceed 255 bytes."""
_DRAFT = re.compile(r"\.(?P<shown>.*)\.(?P<pid>\d+)-(?P<host>[0-9a-f]{0,8}?)[0-9a-f]{8}\.part", re.DOTALL)
_DAY = 86400.0


def write(path: Path, content: str | bytes, *, mode: int | None = None, durable: bool = False) -> None:
    """Write `content` (text as UTF-8) to `path`, replacing a present file.

    `mode` are the file's permissions regardless of the umask; without it, those of any new file. A `durable`
    file is on the disk before it is renamed, so that a power failure never leaves half of it. Raises
    `OSError` on failure; then `path` is unchanged and no draft is left.
    """
    draft = draft_of(path)
    try:
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
        descriptor = os.open(draft, flags, 0o666 if mode is None else mode)
        with os.fdopen(descriptor, "wb") as stream:
            if mode is not None:
                os.fchmod(descriptor, mode)
            stream.write(content.encode() if isinstance(content, str) else content)
            stream.flush()
            if durable:
                os.fsync(descriptor)
        draft.replace(path)
    except BaseException:
        with contextlib.suppress(OSError):
            draft.unlink(missing_ok=True)
        raise


def try_write_json(path: Path, value: object, *, mode: int | None = None, folder_mode: int = 0o777) -> bool:
    """Write `value` as JSON, and make its folder; return False if the disk or its permissions forbid it.

    For what can be computed or downloaded again: losing it costs time only, so nothing fails. A folder in the
    file's place is removed.
    """
    text = json.dumps(value)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=folder_mode)
        if path.is_dir() and not path.is_symlink():
            shutil.rmtree(path)
        write(path, text, mode=mode)
    except OSError:
        return False
    return True


def draft_of(path: Path) -> Path:
    """A new name beside `path` for an incomplete file."""
    token = os.urandom(4).hex()  # like `secrets`, whose import would cost every command four modules
    return path.with_name(f".{path.name[:_SHOWN]}.{os.getpid()}-{host.tag()}{token}.part")


def is_abandoned(draft: Path, path: Path) -> bool:
    """Return whether `draft` is a draft of `path` that nobody writes any more.

    Whether a process of another machine or container lives cannot be seen here: its draft is abandoned if it
    has not changed for a day.
    """
    found = _DRAFT.fullmatch(draft.name)
    if found is None or found["shown"] != path.name[:_SHOWN]:
        return False
    if found["host"] == host.tag():
        return host.is_gone(int(found["pid"]))
    try:
        return time.time() - draft.lstat().st_mtime > _DAY
    except OSError:
        return False


def put(draft: Path, path: Path, *, replace: bool) -> bool:
    """Rename a finished draft to `path`; return False, without effect, if it must not `replace` a file there.

    A rename would replace the file silently, while a hard link fails. A file system without hard links
    (exFAT, some network shares) gets the rename. Raises `OSError` on failure.
    """
    if not replace:
        try:
            path.hardlink_to(draft)
        except FileExistsError:
            return False
        except OSError:
            pass
        else:
            draft.unlink()
            return True
    draft.replace(path)
    return True

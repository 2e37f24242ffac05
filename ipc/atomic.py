"""Files written whole or not at all: a reader sees all of the new file, or what was there before.

The content goes into a draft beside its place, which is then renamed over it. A draft is a hidden file whose name carries
the process that writes it: two processes, or two threads, never write the same draft, and what a killed process left can
be told from what a living one is writing. Standard library only: the stages' environments need it too.
"""

from __future__ import annotations

import contextlib
import json
import os
import re
from pathlib import Path

_SHOWN = 24
"""Characters of a file's name that its draft shows: a name has 255 bytes at most, and the draft's needs room for more."""
_DRAFT = re.compile(r"\.(?P<shown>.*)\.(?P<pid>\d+)-[0-9a-f]+\.part", re.DOTALL)


def write(path: Path, content: str | bytes, *, mode: int | None = None, durable: bool = False) -> None:
    """Put `content` (a text as UTF-8) at `path`, in the place of a file that is there.

    `mode` are the file's permissions, whatever the umask says; without it they are those of any new file. A `durable` file
    is on the disk before it is renamed: no loss of power leaves half of it. Raises `OSError` where it cannot be written;
    then `path` is as it was and no draft is left.
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
    """Write `value` as JSON, and make its folder where there is none; False where the disk or its permissions forbid it.

    For what can be computed or fetched again: to lose it costs time, and nothing may fail for it.
    """
    text = json.dumps(value)
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=folder_mode)
        write(path, text, mode=mode)
    except OSError:
        return False
    return True


def draft_of(path: Path) -> Path:
    """A new name beside `path` for a file that is not whole yet."""
    token = os.urandom(4).hex()  # what `secrets` would do, whose import costs every command four modules more
    return path.with_name(f".{path.name[:_SHOWN]}.{os.getpid()}-{token}.part")


def writer_of(draft: Path, path: Path) -> int | None:
    """The process that writes `draft`; None where it is no draft of `path`."""
    found = _DRAFT.fullmatch(draft.name)
    return int(found["pid"]) if found and found["shown"] == path.name[:_SHOWN] else None


def put(draft: Path, path: Path, *, replace: bool) -> bool:
    """Rename a finished draft to `path`. Unless it may `replace` a file: False where there is one, and nothing was done.

    A rename would replace it without a word; a hard link is refused. A file system without hard links (exFAT, some network
    shares) gets the rename. Raises `OSError` where it cannot be done.
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

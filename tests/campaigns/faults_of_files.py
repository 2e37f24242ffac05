"""The ways in which a file or folder of the program's home may be damaged."""

from __future__ import annotations

import os
import shutil
from collections.abc import Callable
from pathlib import Path

Damage = Callable[[Path], None]


def remove(path: Path) -> None:
    """Remove whatever is there."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path)
    else:
        path.unlink(missing_ok=True)


def instead(content: bytes) -> Damage:
    """A file with this content, in place of whatever is there; other links to it keep theirs."""

    def damage(path: Path) -> None:
        remove(path)
        path.write_bytes(content)

    return damage


def _folder(path: Path) -> None:
    remove(path)
    (path / "something").mkdir(parents=True)
    (path / "something" / "in it").write_text("x")


def _truncated(path: Path) -> None:
    content = path.read_bytes() if path.is_file() else b"{"
    instead(content[: len(content) // 2])(path)


def _zeros(path: Path) -> None:
    instead(bytes(path.stat().st_size if path.is_file() else 8))(path)


def _dangling(path: Path) -> None:
    remove(path)
    path.symlink_to("/nonexistent/place/file")


def _circle(path: Path) -> None:
    remove(path)
    path.symlink_to(path.name)


def _fifo(path: Path) -> None:
    remove(path)
    os.mkfifo(path)


def _huge(path: Path) -> None:
    remove(path)
    with path.open("wb") as stream:
        stream.truncate(64 << 30)


def _forbidden(path: Path) -> None:
    content = path.read_bytes() if path.is_file() else None
    if content is not None:
        instead(content)(path)
    path.chmod(0)


DAMAGES: dict[str, Damage] = {
    "missing": remove,
    "empty": instead(b""),
    "not UTF-8": instead(b"\xff\xfe\x00\xe9"),
    "truncated": _truncated,
    "zeros": _zeros,
    "no JSON": instead(b"hello"),
    "a list": instead(b"[1, 2]"),
    "a number": instead(b"7"),
    "null": instead(b"null"),
    "wrong types": instead(
        b'{"version": [], "stage": 3, "films": 7, "outcome": {}, "digest": [], "path": {}, "answer": 1}'
    ),
    "another version": instead(b'{"version": 99, "schema": 99}'),
    "deep nesting": instead(b"[" * 200_000),
    "a huge number": instead(b"9" * 10_000),
    "a folder": _folder,
    "a dangling link": _dangling,
    "a link to itself": _circle,
    "a FIFO": _fifo,
    "64 GiB": _huge,
    "no permission": _forbidden,
}

"""Reads and changes boxes of MP4 (ISO 14496-12), as far as ffmpeg drops what they hold: languages of
tracks.
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

_MOST = 256 << 20
"""Bytes of a `moov` that is read at all."""
_NAME = 24
"""Where the name begins in the content of `hdlr`."""


class Box(NamedTuple):
    """A box: its type, where it and its content begin, and where it ends."""

    type: bytes
    start: int
    content: int
    end: int


class Extended(NamedTuple):
    """A track's number, its name, and its language as a BCP 47 tag, empty if it has none (`elng`)."""

    track: int
    name: bytes
    language: str


def boxes(data: bytes, start: int, end: int) -> Iterator[Box]:
    """The boxes in a part of `data`; ends where one is broken."""
    while start + 8 <= end:
        size, kind, content = (
            int.from_bytes(data[start : start + 4], "big"),
            data[start + 4 : start + 8],
            start + 8,
        )
        if size == 1:
            size, content = int.from_bytes(data[start + 8 : start + 16], "big"), start + 16
        size = size or end - start
        if size < content - start or start + size > end:
            return
        yield Box(kind, start, content, start + size)
        start += size


def languages(path: Path) -> list[Extended]:
    """The tracks of an MP4 or MOV; empty for another file."""
    found = _movie(path)
    return [_extended(found[1], track) for track in _tracks(found[1])] if found else []


def name_with_language(path: Path, padded: bytes, name: bytes, tag: str) -> bool:
    """Give the track whose name is `padded` the shorter `name`, and its room to the language `tag`.

    `padded` is as much longer as `room(tag)`. False if there is no such track.
    """
    found = _movie(path)
    if not found:
        return False
    at, data = found
    for track in _tracks(data):
        handler = _inside(data, track, b"mdia", b"hdlr")
        if handler is None or _name(data, handler) != padded:
            continue
        content = data[handler.content : handler.content + _NAME] + name + b"\0"
        extended = b"elng" + bytes(4) + tag.encode() + b"\0"
        new = b"".join((len(part) + 4).to_bytes(4, "big") + part for part in (b"hdlr" + content, extended))
        if len(new) != handler.end - handler.start:
            return False
        with path.open("r+b") as file:
            file.seek(at + handler.start)
            file.write(new)
        return True
    return False


def room(tag: str) -> int:
    """Bytes of a box that holds this language."""
    return 8 + 4 + len(tag) + 1


def _movie(path: Path) -> tuple[int, bytes] | None:
    """Where the `moov` of a file begins, and it as bytes."""
    try:
        with path.open("rb") as file:
            at, end = 0, path.stat().st_size
            while at + 8 <= end:
                file.seek(at)
                head = file.read(16)
                size = int.from_bytes(head[:4], "big")
                size = int.from_bytes(head[8:16], "big") if size == 1 else size or end - at
                if head[4:8] == b"moov" and size < _MOST:
                    file.seek(at)
                    return at, file.read(size)
                if size < 8 or not (head[4:8].isalnum() or head[4:8].strip().isalnum()):
                    return None
                at += size
    except OSError:
        pass
    return None


def _tracks(data: bytes) -> list[Box]:
    return [
        box
        for movie in boxes(data, 0, len(data))
        for box in boxes(data, movie.content, movie.end)
        if box.type == b"trak"
    ]


def _inside(data: bytes, box: Box, *path: bytes) -> Box | None:
    """The first box along a path of types."""
    for kind in path:
        within = next((b for b in boxes(data, box.content, box.end) if b.type == kind), None)
        if within is None:
            return None
        box = within
    return box


def _name(data: bytes, handler: Box) -> bytes:
    return data[handler.content + _NAME : handler.end].rstrip(b"\0")


def _extended(data: bytes, track: Box) -> Extended:
    head, handler = _inside(data, track, b"tkhd"), _inside(data, track, b"mdia", b"hdlr")
    language = _inside(data, track, b"mdia", b"elng")
    number = 0
    if head and head.end > head.content:
        at = head.content + (20 if data[head.content] == 1 else 12)
        number = int.from_bytes(data[at : at + 4], "big")
    tag = (
        data[language.content + 4 : language.end].rstrip(b"\0").decode("ascii", "replace") if language else ""
    )
    return Extended(number, _name(data, handler) if handler else b"", tag)

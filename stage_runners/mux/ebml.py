"""Reads and writes EBML (RFC 8794), as far as ffmpeg drops what Matroska (RFC 9559) holds.

Elements of a Matroska file up to its first cluster, and those that its index (SeekHead) points to, are read;
an element is changed in place, with a Void in the room that it no longer needs, so that no film is copied
again.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import BinaryIO

SEGMENT, SEEK_HEAD, SEEK, SEEK_ID, SEEK_POSITION = 0x18538067, 0x114D9B74, 0x4DBB, 0x53AB, 0x53AC
TRACKS, CHAPTERS, CLUSTER, TAGS = 0x1654AE6B, 0x1043A770, 0x1F43B675, 0x1254C367
VOID, CRC = 0xEC, 0xBF
_HEAD = 0x1A45DFA3
_MOST = 64 << 20
"""Bytes of an element that is read at all: chapters and tracks are kilobytes."""

_LONGEST_NUMBER = 8


@dataclass(frozen=True)
class Element:
    """An element: its ID, and its content as bytes."""

    id: int
    content: bytes

    def children(self) -> list[Element]:
        """The elements in it; `ValueError` if they do not fill it exactly."""
        return list(parsed(self.content))

    def of(self, id_: int) -> list[Element]:
        """The elements in it with this ID."""
        return [child for child in self.children() if child.id == id_]

    def number(self, id_: int, otherwise: int) -> int:
        """An unsigned number in it; `ValueError` if it has more than eight bytes."""
        found = self.of(id_)
        if found and len(found[0].content) > _LONGEST_NUMBER:
            raise ValueError("a number of Matroska has more than eight bytes")
        return int.from_bytes(found[0].content, "big") if found else otherwise

    def text(self, id_: int) -> str:
        """A text in it; empty if there is none."""
        found = self.of(id_)
        return found[0].content.rstrip(b"\0").decode("utf-8", "replace") if found else ""

    def written(self) -> bytes:
        """The element as bytes."""
        return _id(self.id) + _size(len(self.content)) + self.content


@dataclass(frozen=True)
class PlacedElement:
    """A top-level element, and where in its file it begins and ends."""

    element: Element
    start: int
    end: int


def master(id_: int, children: Sequence[Element]) -> Element:
    """An element that holds others."""
    return Element(id_, b"".join(child.written() for child in children))


def number(id_: int, value: int) -> Element:
    """An unsigned number."""
    return Element(id_, value.to_bytes(max(1, (value.bit_length() + 7) // 8), "big"))


def text(id_: int, value: str) -> Element:
    """A text in UTF-8."""
    return Element(id_, value.encode())


def parsed(data: bytes) -> Iterator[Element]:
    """The elements that fill `data`; `ValueError` if one does not end within it."""
    at = 0
    while at < len(data):
        id_, size, begin = _header(data, at)
        if size is None or begin + size > len(data):
            raise ValueError("an element of Matroska does not end within the one that holds it")
        yield Element(id_, data[begin : begin + size])
        at = begin + size


def top_level(path: Path, wanted: Sequence[int]) -> dict[int, PlacedElement]:
    """The first element of each wanted ID in a file's segment; empty for a file that is not Matroska."""
    try:
        with path.open("rb") as file:
            return _top_level(file, set(wanted))
    except (OSError, ValueError, IndexError):
        return {}


def _top_level(file: BinaryIO, wanted: set[int]) -> dict[int, PlacedElement]:
    elements: dict[int, PlacedElement] = {}
    head = file.read(12)
    id_, size, begin = _header(head, 0)
    if id_ != _HEAD or size is None:
        return {}
    at = begin + size
    file.seek(at)
    id_, _, begin = _header(file.read(12), 0)
    if id_ != SEGMENT:
        return {}
    segment = at = at + begin
    pointed: dict[int, int] = {}
    while placed := _at(file, at, {*wanted, SEEK_HEAD}):
        element, end = placed
        if element.id == SEEK_HEAD:
            pointed |= {int.from_bytes(seek.of(SEEK_ID)[0].content, "big"): seek.number(SEEK_POSITION, 0)
                        for seek in element.of(SEEK) if seek.of(SEEK_ID)}  # fmt: skip
        elif element.id in wanted:
            elements.setdefault(element.id, PlacedElement(element, at, end))
        at = end
    for id_, position in pointed.items():
        placed = _at(file, segment + position, wanted) if id_ in wanted - set(elements) else None
        if placed and placed[0].id == id_:
            elements[id_] = PlacedElement(placed[0], segment + position, placed[1])
    return elements


def _at(file: BinaryIO, at: int, wanted: set[int]) -> tuple[Element, int] | None:
    """The element at a position, and its end; None at a cluster, the end, or where its size is unknown."""
    file.seek(at)
    head = file.read(12)
    if len(head) < 2:
        return None
    id_, size, begin = _header(head, 0)
    if size is None or id_ == CLUSTER:
        return None
    content = b""
    if id_ in wanted and size < _MOST:
        file.seek(at + begin)
        content = file.read(size)
        if len(content) < size:
            return None
    return Element(id_, content), at + begin + size


def put(path: Path, place: PlacedElement, element: Element) -> None:
    """Write an element in place of another that is as long or longer; `ValueError` if it does not fit.

    Its CRC-32, where the old one had one, is made anew (it is the first in its element).
    """
    children = element.children()
    if place.element.of(CRC):
        rest = b"".join(child.written() for child in children if child.id != CRC)
        element = Element(element.id, Element(CRC, zlib.crc32(rest).to_bytes(4, "little")).written() + rest)
    room = place.end - place.start
    data = element.written()
    free = room - len(data)
    if free == 1:  # a Void has two bytes at least: the size of the element is written longer instead
        length = len(_size(len(element.content))) + 1
        data = _id(element.id) + _size(len(element.content), length) + element.content
        free = 0
    if free < 0:
        raise ValueError(f"an element of {len(data)} bytes does not fit into {room}")
    with path.open("r+b") as file:
        file.seek(place.start)
        file.write(data + void(free))


def void(length: int) -> bytes:
    """A Void of so many bytes in all (0, or 2 and more)."""
    if not length:
        return b""
    wide = 1 if length < 129 else 8
    return bytes([VOID]) + _size(length - 1 - wide, wide) + bytes(length - 1 - wide)


def _header(data: bytes, at: int) -> tuple[int, int | None, int]:
    """An element's ID, its size (None if unknown), and where its content begins."""
    wide = 9 - data[at].bit_length()
    if wide > 4 or at + wide >= len(data):
        raise ValueError("no element of EBML")
    id_ = int.from_bytes(data[at : at + wide], "big")
    at += wide
    wide = 9 - data[at].bit_length()
    if wide > 8 or at + wide > len(data):
        raise ValueError("no size of EBML")
    size = int.from_bytes(data[at : at + wide], "big") & (1 << 7 * wide) - 1
    return id_, None if size == (1 << 7 * wide) - 1 else size, at + wide


def _id(id_: int) -> bytes:
    return id_.to_bytes((id_.bit_length() + 7) // 8, "big")


def _size(value: int, wide: int = 0) -> bytes:
    wide = wide or next(n for n in range(1, 9) if value < (1 << 7 * n) - 1)
    return (value | 1 << 7 * wide).to_bytes(wide, "big")

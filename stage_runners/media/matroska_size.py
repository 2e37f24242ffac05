"""Reads how large a Matroska file says it is, to recognise one that is not whole."""

from __future__ import annotations

from pathlib import Path

_EBML, _SEGMENT = 0x1A45DFA3, 0x18538067
_HEAD = 4096


def announced_bytes(path: Path) -> int | None:
    """The size of the file by its segment, if that is more than is there; else None.

    A recorder that cannot seek back writes no size. Raises `OSError` if the file cannot be read.
    """
    size = path.stat().st_size
    with path.open("rb") as stream:
        head = stream.read(_HEAD)
    at = _content(head, 0, _EBML)
    if at is None or (segment := _content(head, sum(at), _SEGMENT)) is None:
        return None
    end = sum(segment)
    return end if end > size else None


def _content(head: bytes, at: int, element: int) -> tuple[int, int] | None:
    """Where the content of the element at `at` begins, and its size; None if neither can be told."""
    if head[at : at + 4] != element.to_bytes(4, "big") or len(head) <= at + 4:
        return None
    length = 9 - head[at + 4].bit_length()
    raw = head[at + 4 : at + 4 + length]
    if length > 8 or len(raw) < length:
        return None
    value = int.from_bytes(raw, "big") & ((1 << 7 * length) - 1)
    unknown = value == (1 << 7 * length) - 1
    return None if unknown else (at + 4 + length, value)

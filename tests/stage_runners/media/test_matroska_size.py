"""How large a Matroska file says it is."""

from __future__ import annotations

import pytest

from stage_runners.media.matroska_size import announced_bytes

HEADER = b"\x1a\x45\xdf\xa3\x84" + bytes(4)
SEGMENT = b"\x18\x53\x80\x67"


@pytest.mark.parametrize(
    ("content", "size"),
    [
        (HEADER + SEGMENT + b"\x8a" + bytes(10), None),
        (HEADER + SEGMENT + b"\x8a" + bytes(9), 24),
        (HEADER + SEGMENT + b"\x01\x00\x00\x00\x00\x00\x01\x00" + bytes(9), 277),
        (HEADER + SEGMENT + b"\xff" + bytes(9), None),
        (HEADER + SEGMENT + b"\x01" + b"\xff" * 7 + bytes(9), None),
        (HEADER + b"\x8a", None),
        (b"RIFF", None),
        (b"", None),
    ],
)
def test_a_file_that_is_shorter_than_its_segment_is_not_whole(tmp_path, content, size):
    film = tmp_path / "a.mkv"
    film.write_bytes(content)
    assert announced_bytes(film) == size

"""What a file says of its own length, and whether that can be believed.

Only a length that was written down is an announcement. libavformat guesses the others, by the bit rate of the
first frames (MP3 without a Xing header, ADTS, AC-3, DTS, Matroska of a killed recorder) or by the last time
stamp (MPEG-TS, MPEG-PS, Ogg), which may be of another recording in the same file.
"""

from __future__ import annotations

import struct
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

_GUESSED = "Estimating duration from bitrate"
"""What libavformat logs if it guesses; no field of PyAV tells it."""
_NEVER_WRITTEN = (0, 0x7FFFFFFF, 0xFFFFFFFF)
_NEAR = 0x1000
"""Recorders write sizes near these where the true size is not known yet."""
_BOXES = {
    b"ftyp",
    b"styp",
    b"moov",
    b"moof",
    b"mdat",
    b"free",
    b"skip",
    b"wide",
    b"sidx",
    b"mfra",
    b"uuid",
    b"meta",
}
"""MP4's boxes that contain others or the film."""
_CUT_SHARE, _CUT_BYTES = 0.001, 4096


class LengthGuess:
    """Whether libavformat guessed the length of the film that was opened meanwhile."""

    def __init__(self) -> None:
        self.made = False


@contextmanager
def guessed() -> Iterator[LengthGuess]:
    """Listen to libavformat's log while a film is opened."""
    import av.logging

    guess, level, skips = LengthGuess(), av.logging.get_level(), av.logging.get_skip_repeated()
    av.logging.set_level(av.logging.WARNING)
    av.logging.set_skip_repeated(False)  # a worker opens many films, whose warnings are the same
    try:
        with av.logging.Capture() as log:
            yield guess
        guess.made = any(_GUESSED in str(line[2]) for line in log)
    finally:
        av.logging.set_level(level)
        av.logging.set_skip_repeated(skips)


def announced_bytes(path: Path) -> int | None:
    """The size that a RIFF file (AVI, WAV) or MP4 announces, if it is more than is there; else None.

    AVI's number of frames is no announcement: programs that record leave it wrong, and libavformat corrects
    it by what it finds. A size that was never written is none either.
    """
    size, end = path.stat().st_size, 0
    with path.open("rb") as stream:
        while end + 16 <= size:
            stream.seek(end)
            length = _riff(head := stream.read(16)) or _box(head)
            if not length:
                return None
            end += length
    return end if end - size > max(_CUT_BYTES, size * _CUT_SHARE) else None


def unfinished(path: Path) -> tuple[str, str]:
    """Why an MP4 without its index cannot be read, and what to do; else two empty strings.

    Cameras and recorders write the index (moov) last, so a download that stopped or a battery that went flat
    leaves a file of which no player knows where anything is.
    """
    try:
        size, at, seen = path.stat().st_size, 0, []
        with path.open("rb") as stream:
            while at + 16 <= size:
                stream.seek(at)
                head = stream.read(16)
                seen.append(head[4:8])
                if not (length := _box(head)):
                    break
                at += length
    except OSError:
        return "", ""
    if b"moov" in seen or b"mdat" not in seen:
        return "", ""
    if at > size:
        return (
            f"cut off: the file should have more than {at / 1e6:.1f} MB, and its index (moov) at the end",
            "copy or download it again",
        )
    return (
        "its index (moov) was not written, as when a recording is interrupted",
        "repair it with a program such as untrunc and an intact film of the same camera",
    )


def _riff(head: bytes) -> int:
    """The size of a RIFF chunk by its first bytes; 0 if it is none, or its size was never written."""
    name, length = struct.unpack("<4sI", head[:8])
    if name != b"RIFF" or any(abs(length - never) < _NEAR for never in _NEVER_WRITTEN):
        return 0
    return int(8 + length + length % 2)


def _box(head: bytes) -> int:
    """The size of an MP4 box by its first bytes; 0 if it is none, or extends to the end of the file."""
    length, name, large = struct.unpack(">I4sQ", head)
    if name not in _BOXES:
        return 0
    length = large if length == 1 else length
    return int(length) if length >= 8 else 0

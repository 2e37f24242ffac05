"""A film as the ffmpeg that copies and decodes it numbers its streams: `film_of`.

PyAV reads a film's tracks, with the libavformat that it brings; ffmpeg may be of another version, which knows
other streams (a WebP cover, a private stream), so that one's number 2 is the other's number 1. ffmpeg
therefore lists the streams, and each track gets its number there. The clock is ffmpeg's, too: which streams
count for the start of a film changed between versions.
"""

from __future__ import annotations

import re
import subprocess
from collections.abc import Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from pathlib import Path
from typing import NamedTuple

from ipc.errors import StageError
from stage_runners.media import ffmpeg, opening
from stage_runners.media.probe import UNKNOWN, Film, Track, probe

_STREAM = re.compile(
    r"^\s+Stream #0:(\d+)(?:\[(0x[0-9a-f]+)\])?(?:\([^)]*\))?: (\w+): ([^\s,]+)"
    r"(?:.*?\((\S+) / (0x[0-9A-F]+)\))?",
    re.MULTILINE,
)
_START = re.compile(r"^\s+Duration: .*?, start: (-?\d+\.\d+)", re.MULTILINE)
_PICTURES = {"video", "attachment"}
"""Versions differ in which pictures attached to a film they call a video."""

PRIVATE = {
    "0x0005": "private sections", "0x000A": "DSM-CC", "0x000B": "DSM-CC", "0x000C": "DSM-CC",
    "0x000D": "DSM-CC", "0x0086": "SCTE-35",
}  # fmt: skip
"""Stream types of a transport stream (ISO 13818-1, SCTE 35) without a codec of ffmpeg."""


class ListedStream(NamedTuple):
    """A stream as ffmpeg lists it. `id` is the container's own number for it, 0 where it has none.

    `coding` is its format, `tag` the container's mark of it: `0x0086`, or `gpmd`.
    """

    number: int
    id: int
    type: str
    coding: str
    tag: str = ""

    @property
    def name(self) -> str:
        """The name of its format, or what is known of a private one."""
        if self.coding != "none":
            return self.coding
        return PRIVATE.get(self.tag, f"format {self.tag}" if self.tag else UNKNOWN)

    def words(self) -> str:
        """The stream in words, for one that PyAV does not list."""
        return f"{self.type} stream {self.number} ({self.name})"


def film_of(path: Path, program: str = "") -> Film:
    """The film, each track with its number in ffmpeg; see `probe.probe` for its errors.

    `program` is the ffmpeg that will read it, `ffmpeg.executable` by default.
    """
    film = probe(path)
    text = _listing(path, program or ffmpeg.executable())
    listed = streams(text)
    if not listed:  # ffmpeg says why when it is to read the film
        return film
    numbers = matched(film.tracks, listed)
    named = {one.number: one for one in listed}
    tracks = tuple(_numbered(track, named.get(numbers.get(track.index, -1))) for track in film.tracks)
    ids = {track.id for track in film.tracks if track.id}
    unseen = tuple(one.words() for one in listed if one.number not in numbers.values() and one.id not in ids)
    start = _START.search(text)
    return replace(film, tracks=tracks, unseen=unseen, start=float(start[1]) if start else film.start)


def _numbered(track: Track, one: ListedStream | None) -> Track:
    if one is None:
        return replace(track, at=None)
    decoded = track.codec != UNKNOWN
    return replace(
        track, at=one.number, codec=track.codec if decoded else one.name, coding=track.coding or one.coding
    )


def number_of(track: Track, path: Path) -> int:
    """The track's number in ffmpeg; `StageError("env")` if this ffmpeg does not read it."""
    if track.at is None:
        raise StageError(
            "env",
            f"{path.name}: {ffmpeg.executable()} does not read {track.words()}",
            f"install a newer ffmpeg, or set {ffmpeg.OVERRIDE} to one",
        )
    return track.at


def streams(listing: str) -> list[ListedStream]:
    """The streams in what `ffmpeg -i` prints, by number; the listing groups them by programme."""
    listed = (
        ListedStream(
            int(number), int(own or "0", 16), kind.lower(), coding, tag if "[" in letters else letters
        )
        for number, own, kind, coding, letters, tag in _STREAM.findall(listing)
    )
    return sorted({one.number: one for one in listed}.values())


def matched(tracks: Sequence[Track], listed: Sequence[ListedStream]) -> dict[int, int]:
    """Ffmpeg's number of each track, by its index; without those that ffmpeg does not list.

    Where both see as many streams of the same types, the order decides. Otherwise the container's own numbers
    do, or the longest sequences of the same codecs where there are none.
    """
    if len(tracks) == len(listed) and all(
        _alike(track, one) for track, one in zip(tracks, listed, strict=True)
    ):
        return {track.index: one.number for track, one in zip(tracks, listed, strict=True)}
    if all(track.id for track in tracks) and all(one.id for one in listed):
        return _by_id(tracks, listed)
    runs = SequenceMatcher(None, [t.coding for t in tracks], [one.coding for one in listed], autojunk=False)
    return {
        tracks[run.a + k].index: listed[run.b + k].number
        for run in runs.get_matching_blocks()
        for k in range(run.size)
    }


def _by_id(tracks: Sequence[Track], listed: Sequence[ListedStream]) -> dict[int, int]:
    """Newer versions list a stream of a transport stream twice, with one ID: the one of the same type
    counts.
    """
    numbers: dict[int, int] = {}
    for one in listed:
        same = [track for track in tracks if track.id == one.id and track.index not in numbers]
        if same:
            best = next((track for track in same if _alike(track, one)), same[0])
            numbers[best.index] = one.number
    return numbers


def _alike(track: Track, one: ListedStream) -> bool:
    return track.type == one.type or {track.type, one.type} == _PICTURES


def _listing(path: Path, program: str) -> str:
    """What ffmpeg prints about a film; empty if it does not run."""
    command = [program, "-hide_banner", "-nostdin", *opening.arguments(path)]
    try:
        done = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, check=False)
    except OSError:
        return ""
    return done.stderr.decode(errors="replace")

"""Reads the film's video without decoding it: coded frames with times on the film's clock, in groups.

A group begins with a key frame, which decodes alone. ffmpeg copies the video into a pipe, so that the clock
is the one on which it decodes.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass, field
from itertools import takewhile
from pathlib import Path
from typing import TYPE_CHECKING, NamedTuple

from stage_runners.media import ffmpeg, opening
from stage_runners.media.numbering import number_of
from stage_runners.media.probe import Film, Track, head_start
from stage_runners.shots.thresholds import FEW_FRAMES

if TYPE_CHECKING:
    import av

    from ipc.context import Context

_AHEAD = 1000
"""Seconds that are added to the clock of the pipe: a clip begins with the key frame before it, at a time
below zero, which NUT cannot hold."""


class UnsuitableError(Exception):
    """Why all frames of a film have to be decoded, in words."""


class Coded(NamedTuple):
    """A coded frame: its time in seconds, its size in bytes, whether it decodes alone, and PyAV's packet."""

    time: float
    size: int
    key: bool
    packet: av.Packet


@dataclass
class Group:
    """The coded frames from one key frame to the next, in the order in which they are decoded."""

    coded: list[Coded] = field(default_factory=list)

    @property
    def start(self) -> float:
        """The time of the key frame in seconds."""
        return self.coded[0].time

    @property
    def leading(self) -> list[Coded]:
        """The frames after the key frame that are shown before it: they refer to the group before, too."""
        return list(takewhile(lambda one: one.time < self.start, self.coded[1:]))


def groups(frames: Iterator[Coded]) -> Iterator[Group]:
    """The groups of a stream of coded frames; `UnsuitableError` if they are no use, or too long to keep."""
    group, size = Group(), 0
    for one in frames:
        if one.key and group.coded:
            if one.time <= group.start:
                raise UnsuitableError("its time stamps jump")
            yield group
            group, size = Group(), 0
        if not group.coded and not one.key:
            raise UnsuitableError("it does not begin with a key frame")
        group.coded.append(one)
        size += one.size
        if size > FEW_FRAMES.group_mb * 1e6 or abs(one.time - group.start) > FEW_FRAMES.group_s:
            raise UnsuitableError("its key frames are too far apart")
    if group.coded:
        yield group


def copying(path: Path, film: Film, track: Track, clip: tuple[float, float] | None) -> list[str]:
    """Ffmpeg's arguments to copy one video track, as NUT on standard output; see `frames.decoding`."""
    span = ["-ss", f"{clip[0]:.6f}", "-t", f"{clip[1] - clip[0]:.6f}"] if clip else []
    return [
        *span, *opening.arguments(path), "-map", f"0:{number_of(track, path)}", "-an", "-sn", "-dn",
        "-c", "copy", "-avoid_negative_ts", "disabled", "-output_ts_offset", str(_AHEAD),
        "-f", "nut", "pipe:1",
        *ffmpeg.whole_clock(jumps=film.jumps),
    ]  # fmt: skip


@contextmanager
def stream(
    path: Path,
    film: Film,
    track: Track,
    clip: tuple[float, float] | None,
    context: Context,
    errors: list[str],
) -> Iterator[tuple[av.VideoStream, Iterator[Coded]]]:
    """A film's video and its coded frames, in the order in which they are decoded, while ffmpeg copies it.

    Ffmpeg's error messages are appended to `errors` at the end. `UnsuitableError` if PyAV cannot read it,
    or the picture is so small that it costs little to decode.
    """
    import av

    late = _AHEAD + (0.0 if clip else head_start(film))
    with ffmpeg.piped(copying(path, film, track, clip), context, errors) as pipe:
        try:
            container = opening.opened(pipe, format="nut")
        except (av.error.FFmpegError, ValueError) as error:
            raise UnsuitableError("it cannot be copied into a pipe") from error
        with closing(container):
            if not container.streams.video:
                raise UnsuitableError("it cannot be copied into a pipe")
            video = container.streams.video[0]
            if video.codec_context is None or video.width * video.height <= FEW_FRAMES.pixels:
                raise UnsuitableError("the picture is small")
            yield video, _frames(container, late)


def _frames(container: av.container.InputContainer, late: float) -> Iterator[Coded]:
    import av

    try:
        for packet in container.demux(video=0):
            if not packet.size:
                continue
            if packet.pts is None:
                raise UnsuitableError("its frames have no times")
            yield Coded(float(packet.pts * packet.time_base) - late, packet.size, packet.is_keyframe, packet)
    except av.error.FFmpegError as error:
        raise UnsuitableError(f"its copy cannot be read ({error.strerror or error})") from error

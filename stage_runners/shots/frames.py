"""Decodes the film's video to small frames with times on the film's clock, with ffmpeg through a pipe."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from stage_runners.media import ffmpeg, opening
from stage_runners.media.numbering import number_of
from stage_runners.media.probe import Film, Track, head_start
from stage_runners.shots.cuts import HEIGHT, WIDTH

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from ipc.context import Context

_TICKS = "1:90000"
"""The clock of the pipe, fine enough to preserve the times of a variable frame rate."""


def track_of(film: Film) -> Track | None:
    """The video that a player shows: the default video track, else the first; never cover art."""
    tracks = [track for track in film.of("video") if not track.picture]
    return max(tracks, key=lambda track: (track.default, -track.number), default=None)


def decoding(
    path: Path, film: Film, track: Track, clip: tuple[float, float] | None, threads: int
) -> list[str]:
    """Ffmpeg's arguments to decode one video track to small frames, as NUT on standard output.

    The clock is the container's, as in `media.decoding`. `clip` is in seconds after the start of the
    container. Every decoded frame is written once, at its time.
    """
    span = ["-ss", f"{clip[0]:.6f}", "-t", f"{clip[1] - clip[0]:.6f}"] if clip else []
    return [
        "-threads", str(max(1, threads)), *span, *opening.arguments(path),
        "-map", f"0:{number_of(track, path)}", "-an", "-sn", "-dn",
        "-vf", f"scale={WIDTH}:{HEIGHT}:flags=area,format=yuv444p", "-enc_time_base", _TICKS,
        "-c:v", "rawvideo", "-avoid_negative_ts", "disabled", "-f", "nut", "pipe:1",
        *ffmpeg.whole_clock(jumps=film.jumps),
    ]  # fmt: skip


def frames(
    path: Path,
    film: Film,
    track: Track,
    clip: tuple[float, float] | None,
    context: Context,
    errors: list[str],
) -> Iterator[tuple[float, NDArray[np.uint8]]]:
    """Yield `(seconds, picture)` of every frame; pictures are uint8 of shape (3, HEIGHT, WIDTH).

    Ffmpeg's error messages are appended to `errors` at the end. Frames that it cannot decode are skipped.
    """
    import av
    import numpy as np

    late = 0.0 if clip else head_start(film)
    arguments = decoding(path, film, track, clip, context.threads)
    with ffmpeg.piped(arguments, context, errors) as stream:
        try:
            container = opening.opened(stream, format="nut")
        except (av.error.FFmpegError, ValueError):
            return
        with closing(container):
            for packet in container.demux(video=0):
                if packet.pts is None or packet.size != 3 * HEIGHT * WIDTH:
                    continue
                time = float(packet.pts * packet.time_base) - late
                if time > -1e-6:
                    yield max(0.0, time), np.frombuffer(bytes(packet), np.uint8).reshape(3, HEIGHT, WIDTH)

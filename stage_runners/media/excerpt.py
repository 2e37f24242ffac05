"""Cuts a clip out of a film whose time stamps may begin anew: two recordings in one transport stream.

ffmpeg seeks by time stamps: in such a film a time occurs twice, or not at all. Read from its start to its
end, the film has one clock, on which ffmpeg puts every part behind the one before. So a clip is copied from
there into a small file, of which the stages then take the clip.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING

from ipc.errors import StageError
from stage_runners.media import ffmpeg, opening
from stage_runners.media.numbering import film_of
from stage_runners.media.probe import Film, Track

if TYPE_CHECKING:
    from ipc.context import Context

LEAD = 12.0
"""Seconds before the clip that are copied too: a copied picture begins with a key frame, and x264's usual
distance between two of them is 10 s."""
Clip = tuple[float, float]


def excerpt(
    path: Path, film: Film, clip: Clip | None, context: Context, *, everything: bool = False
) -> tuple[Path, Film, Clip | None]:
    """The file, film and clip to read: the given ones, or those of a copy if time stamps may jump.

    `clip` is in seconds after the start of the container. In the copy every video and audio track has the
    number that it has in the film; with `everything`, so has every track of a transport stream.
    `StageError("config")` if the film ends before the clip.
    """
    if clip is None or not film.jumps:
        return path, film, clip
    form = "mpegts" if everything and film.format == "mpegts" else "nut"
    first, copy = max(0.0, clip[0] - LEAD), context.scratch() / f"excerpt.{form}"
    errors = ffmpeg.run(
        copying(path, film, first, clip[1], copy, form), context, clip[1], "read up to the clip", copy
    )
    try:
        part = film_of(copy)
    except StageError as error:
        if errors:
            context.warn(f"ffmpeg reported errors before the clip; the first: {errors.splitlines()[0]}")
        raise beyond(path.name, film, clip) from error
    late = first + part.start
    return copy, part, (max(0.0, clip[0] - late), max(0.0, clip[1] - late))


def copying(path: Path, film: Film, first: float, last: float, copy: Path, form: str = "nut") -> list[str]:
    """Ffmpeg's arguments to copy these seconds of a film, read from its start, to `copy`.

    NUT needs the time stamps that MPEG-PS leaves out, and holds no stream that nothing decodes.
    """
    nut = ["-map", "0:v?", "-map", "0:a?"]
    streams = nut if form == "nut" else ["-map", "0", "-copy_unknown", "-muxdelay", "0", "-muxpreload", "0"]
    return [
        "-y", "-fflags", "+genpts", *opening.arguments(path), "-ss", f"{first:.6f}", "-to", f"{last:.6f}",
        *streams, "-c", "copy", "-avoid_negative_ts", "disabled", "-f", form,
        opening.url(copy), "-to", f"{last:.6f}", *ffmpeg.whole_clock(jumps=film.jumps),
    ]  # fmt: skip


def moved(tracks: Sequence[Track], part: Film) -> list[Track]:
    """The tracks as the copy has them, without those that it does not hold."""
    return [
        replace(track, index=same.index, at=same.at, id=same.id)
        for track in tracks
        for same in part.of(track.type)[track.number : track.number + 1]
    ]


def beyond(name: str, film: Film, clip: Clip) -> StageError:
    """What to say of a clip that begins after the end of the film."""
    long = f"{name} is {film.seconds:.0f} s long" if film.seconds else f"{name} ends before"
    return StageError(
        "config", f"--clip: starts at {clip[0]:.0f} s, but {long}", "choose a clip inside the film"
    )

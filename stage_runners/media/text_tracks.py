"""The stage text_tracks: the text of a film's subtitle tracks, on the film's clock."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc import plain_file
from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.media import ffmpeg as media_ffmpeg
from stage_runners.media import opening
from stage_runners.media.decoding import Clip
from stage_runners.media.excerpt import excerpt
from stage_runners.media.numbering import film_of
from stage_runners.media.probe import Film, Track, on_the_container
from stage_runners.media.stage import TEXT_TRACKS

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = TEXT_TRACKS
TEXT_CODINGS = frozenset({"subrip", "ass", "ssa", "webvtt", "mov_text", "text"})
"""ffmpeg's names of the formats whose text is converted to SRT."""
LARGEST = 8 << 20
"""Bytes of a track; the subtitles of a long film have 200 kB."""
MOST_TRACKS = 12


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Convert the text tracks, in one pass over the film, and save their texts.

    A film whose tracks cannot be read has none: they are only hints for other stages.
    """
    del model
    path = inputs["film"]
    film = film_of(path)
    clip = on_the_container(clip_of(context.params.get("clip")), film)
    source, part, span = excerpt(path, film, clip, context, everything=True)
    tracks = [track for track in part.of("subtitle") if is_dialogue(track)][:MOST_TRACKS]
    texts = _texts(source, part, span, tracks, context)
    context.method = "ffmpeg"
    context.fact("tracks", [track.words() for track in tracks])
    context.save(
        "texts",
        {
            "track": [track.words() for track in tracks],
            "language": [track.language for track in tracks],
            "text": texts,
        },
    )


def is_dialogue(track: Track) -> bool:
    """Whether it is text that follows what is said: no commentary, and not only what is foreign."""
    about = f"{track.title} {' '.join(track.purposes)}".casefold()
    return (
        track.coding in TEXT_CODINGS
        and track.at is not None
        and not track.hidden
        and "forced" not in track.purposes
        and "comment" not in about
    )


def _texts(
    source: Path, film: Film, clip: Clip | None, tracks: Sequence[Track], context: Context
) -> list[str]:
    """The text of each track as SRT; empty for one that ffmpeg cannot convert."""
    if not tracks:
        return []
    files = {track.number: context.scratch() / f"track-{track.number}.srt" for track in tracks}
    if not _convert(source, film, clip, tracks, files, context) and len(tracks) > 1:
        for track in tracks:  # one that ffmpeg cannot open takes the others along
            _convert(source, film, clip, [track], files, context)
    texts = []
    for track in tracks:
        try:
            texts.append(plain_file.read(files[track.number], LARGEST).decode("utf-8", errors="replace"))
        except (OSError, plain_file.UnusableFileError) as error:
            context.log(f"{track.words()} is not used: {error}")
            texts.append("")
    return texts


def _convert(
    source: Path,
    film: Film,
    clip: Clip | None,
    tracks: Sequence[Track],
    files: Mapping[int, Path],
    context: Context,
) -> bool:
    """Whether ffmpeg converted these tracks into their files; what it says about them is logged."""
    span = ["-ss", f"{clip[0]:.6f}", "-t", f"{clip[1] - clip[0]:.6f}"] if clip else []
    command = ["-y", *span, *opening.arguments(source)]
    for track in tracks:
        command += [
            "-map",
            f"0:{track.at}",
            "-c:s",
            "srt",
            "-fs",
            str(LARGEST),
            "-f",
            "srt",
            str(files[track.number]),
        ]
    command += media_ffmpeg.whole_clock(jumps=film.jumps)
    expected = clip[1] - clip[0] if clip else film.seconds or 0.0
    try:
        errors = media_ffmpeg.run(
            command, context, expected, "read the text tracks of", files[tracks[0].number]
        )
    except StageError as error:
        if error.category != "input":
            raise
        if len(tracks) == 1:
            context.warn(f"{tracks[0].words()} cannot be read, so it helps nothing: {error.message}")
        return False
    for line in errors.splitlines()[:3]:
        context.log(f"ffmpeg on the text tracks: {line}")
    return True

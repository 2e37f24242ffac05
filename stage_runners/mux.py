"""mux: a new film with the subtitles in it; every stream of the old one is copied, the old one is never touched.

ffmpeg copies packets and puts film and subtitles on one clock that begins at `format.start_time`, which is the clock of the
cues. With its bit-exact flags two runs give the same bytes. The result is read back before it counts.
"""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, NamedTuple

from ipc.clip import clip_of
from ipc.errors import Cancelled, StageError
from stage_runners import media_ffmpeg
from stage_runners.iso639 import language
from stage_runners.media_probe import Film, Track, head_start, on_the_container, probe

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = "mux"
VERSION = 2


class Added(NamedTuple):
    """A subtitle track to add: its SRT, the language's code, and the rows of its cues."""

    srt: Path
    language: str
    cues: Sequence[Mapping[str, Any]]


MUXERS = {"mkv": "matroska", "mp4": "mp4"}
SHORT_BY_SECONDS = 1.0
"""A film that ends so much before what it announces has been cut off."""
SHIFT = 0.5
TEXT = {"subrip", "srt", "ass", "ssa", "webvtt", "mov_text", "text"}
IN_MATROSKA = {"mov_text": "srt", "text": "srt"}
"""Text subtitles that Matroska has no form for, and what they become; all others are copied."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Write the film, read it back, and say what was added."""
    del model
    from ipc.artifacts import read

    container = context.params["container"]
    if container not in MUXERS:
        raise StageError("config", f"--container {container}: mkv or mp4")
    film = probe(inputs["film"])
    added = [
        Added(inputs[f"srt{name}"], str(cues.content["language"]), cues.rows())
        for name in _instances(inputs)
        if (cues := read(inputs[f"cues{name}"], "cues")).table.num_rows
    ]
    clip = on_the_container(clip_of(context.params.get("clip")), film)
    kept, left_out = streams(film, container)
    for track, why in left_out:
        if why:
            context.degraded(f"{track.type} stream {track.index} ({track.codec}) is left out: {why}")
    if not added:
        context.log("nothing was said: no subtitle track is added")
    output = context.path("film")
    command = arguments(
        inputs["film"],
        added,
        output,
        kept,
        container,
        clip,
        late=0.0 if clip else head_start(film),
    )
    total = (clip[1] - clip[0]) if clip else (film.seconds or 0.0)
    _room(inputs["film"], output, whole=clip is None)
    try:
        said = media_ffmpeg.run(command, context, total, "mux", output)
        written = verify(output, kept, added, clip, film)
    except Cancelled:
        output.unlink(missing_ok=True)
        raise
    except StageError as error:
        output.unlink(missing_ok=True)
        if container == "mp4" and error.category == "input":
            raise StageError(
                "config", f"MP4 cannot hold this film: {error.message}", "--container mkv holds anything"
            ) from error
        raise
    if clip is None and film.seconds and written < film.seconds - SHORT_BY_SECONDS:
        context.degraded(
            f"{inputs['film'].name} ends early: {written:.0f} s of {film.seconds:.0f} s could be copied"
        )
    if said:
        context.warn(f"ffmpeg complained while copying, first: {said.splitlines()[0]}")
    context.method = f"ffmpeg stream copy to {MUXERS[container]}"
    context.fact("container", container)
    context.fact(
        "subtitle_track", len([track for track in kept if track.type == "subtitle"]) if added else None
    )
    context.fact("subtitle_languages", [track.language for track in added])
    context.save_file("film")


def _instances(inputs: Mapping[str, Path]) -> list[str]:
    """What follows `cues` in the names of the inputs: nothing for the language spoken, `-en` for a translation, in order."""
    return [name.removeprefix("cues") for name in inputs if name.startswith("cues")]


def _room(film: Path, output: Path, *, whole: bool) -> None:
    """`StageError` (storage) where the new film cannot be written, or has no room."""
    from ipc.artifacts import storage_error

    try:
        output.open("wb").close()
        free = shutil.disk_usage(output.parent).free
    except OSError as error:
        raise storage_error(error, output) from error
    need = film.stat().st_size
    if whole and free < need:
        output.unlink(missing_ok=True)
        raise StageError(
            "storage",
            f"the subtitled film needs about {need / 1e6:.0f} MB in {output.parent}, where {free / 1e6:.0f} MB are free",
            "free some space there, or choose another folder",
        )


def streams(film: Film, container: str) -> tuple[list[Track], list[tuple[Track, str]]]:
    """The streams that are copied, and those that are not with the reason (empty where nothing is lost by it)."""
    kept: list[Track] = []
    left: list[tuple[Track, str]] = []
    for track in film.tracks:
        if track.type == "data" and film.chapters and track.codec in {"bin_data", "unknown", "text"}:
            left.append((track, ""))  # MP4's own form of the chapters, which are kept as chapters
        elif track.type == "data":
            left.append((track, f"{container} cannot hold such a stream"))
        elif container == "mp4" and (
            track.type == "attachment" or (track.type == "subtitle" and track.codec not in TEXT)
        ):
            left.append((track, "mp4 cannot hold such a stream (--container mkv keeps it)"))
        else:
            kept.append(track)
    return kept, left


def arguments(
    path: Path,
    added: Sequence[Added],
    output: Path,
    kept: list[Track],
    container: str,
    clip: tuple[float, float] | None,
    *,
    late: float = 0.0,
) -> list[str]:
    """Ffmpeg's arguments: copy the streams in `kept`, and add a subtitle track for each of `added`.

    The first translation is the default track, since somebody asked for it; else the only one. `late` is by how many seconds the
    film begins after its container.
    """
    command = ["-y"]
    if clip:
        command += ["-ss", f"{clip[0]:.6f}", "-t", f"{clip[1] - clip[0]:.6f}"]
    command += ["-i", media_ffmpeg.url(path)]
    for track in added:
        command += ["-itsoffset", f"{late:.6f}", "-f", "srt", "-i", media_ffmpeg.url(track.srt)]
    for track in kept:
        command += ["-map", f"0:{track.index}"]
    command += ["-map_metadata", "0", "-map_chapters", "0", "-c", "copy"]
    texts = [track for track in kept if track.type == "subtitle"]
    for number, track in enumerate(texts):
        form = "mov_text" if container == "mp4" else IN_MATROSKA.get(track.codec)
        if form and form != track.codec:
            command += [f"-c:s:{number}", form]
    default = min(1, len(added) - 1)
    for place, new in enumerate(added):
        number = len(texts) + place
        spoken = language(new.language)
        # a film in several languages, translated into the one that is spoken most
        same = place > 0 and new.language == added[0].language
        title = f"{spoken.name} (translated)" if same else spoken.name
        tag = spoken.terminologic if container == "mp4" else spoken.bibliographic
        command += [
            "-map", f"{place + 1}:0", f"-c:s:{number}", "mov_text" if container == "mp4" else "srt",
            f"-metadata:s:s:{number}", f"language={tag}", f"-metadata:s:s:{number}", f"title={title}",
            f"-metadata:s:s:{number}", f"handler_name={title}", f"-disposition:s:{number}", "default" if place == default else "0",
        ]  # fmt: skip
    if container == "mp4":
        command += ["-movflags", "+faststart"]
    # Bit-exact: no library versions, no random identifiers. The queue: cues are rare, so packets wait for them.
    command += ["-fflags", "+bitexact", "-max_interleave_delta", "0", "-max_muxing_queue_size", "4096"]
    return [*command, "-f", MUXERS[container], media_ffmpeg.url(output)]


def verify(
    output: Path,
    kept: list[Track],
    added: Sequence[Added],
    clip: tuple[float, float] | None,
    film: Film,
) -> float:
    """Read the new film back: every stream and chapter is there, and every cue is where it should be. Returns its seconds.

    `StageError` (crash) where it is not: then it is not put in its place.
    """
    found = probe(output)
    for kind in ("video", "audio", "subtitle", "attachment"):
        expected = sum(track.type == kind for track in kept) + (len(added) if kind == "subtitle" else 0)
        if len(found.of(kind)) != expected:
            if clip:
                raise StageError(
                    "config", f"the clip holds no whole picture of a {kind} stream", "choose a longer --clip"
                )
            raise _wrong(output, f"{len(found.of(kind))} {kind} streams, expected {expected}")
    if clip is None and found.chapters != film.chapters:
        raise _wrong(output, f"{found.chapters} chapters, expected {film.chapters}")
    texts = found.of("subtitle")
    for track, new in zip(texts[len(texts) - len(added) :], added, strict=True):
        cues, times = new.cues, _subtitle_times(output, track)
        if len(times) < len(cues):
            raise _wrong(output, f"{len(times)} cues, expected {len(cues)}")
        shift = times[0] - cues[0]["start"]
        late = max(abs(time - shift - cue["start"]) for time, cue in zip(times, cues, strict=False))
        # A muxer may shift all streams alike by the little that a codec begins before zero.
        if clip is None and abs(shift - found.start) > SHIFT:
            raise _wrong(output, f"the subtitles are {shift - found.start:.3f} s off")
        if late > 0.02:
            raise _wrong(output, f"a cue is {late:.3f} s off")
    return found.seconds or 0.0


def _subtitle_times(path: Path, track: Track) -> list[float]:
    import av

    empty = (
        2 if track.codec == "mov_text" else 0
    )  # MP4 fills the time between cues with empty ones of two bytes
    with av.open(f"file:{path}") as container:
        packets = container.demux(container.streams[track.index])
        return [float(p.pts * p.time_base) for p in packets if p.pts is not None and p.size > empty]


def _wrong(output: Path, what: str) -> StageError:
    return StageError(
        "crash", f"the film that was written to {output.name} is not right: {what}", "please report it"
    )

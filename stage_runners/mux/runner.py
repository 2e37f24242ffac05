"""The stage mux: a new film with subtitle tracks; other streams are copied, the original is unchanged.

ffmpeg copies packets and puts film and subtitles on one clock that begins at `format.start_time`, the clock
of the cues. With its bit-exact flags, two runs give the same bytes. The result is read back and verified. See
`tracks` for the choice of tracks, `ffmpeg_command` for ffmpeg's arguments, and `verify` for the verification.
"""

from __future__ import annotations

import subprocess
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.media import ffmpeg, opening
from stage_runners.media.probe import Track, head_start, on_the_container, probe
from stage_runners.mux import tracks
from stage_runners.mux.ffmpeg_command import MUXERS, Order
from stage_runners.mux.stage import MUX
from stage_runners.mux.tracks import LanguageFiles, Left
from stage_runners.mux.write import pictures, report, write

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = MUX


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Write the film, verify it, and report the added tracks."""
    del model
    container, form = context.params["container"], context.params.get("subtitle_format") or "srt"
    _check(container, form)
    film = probe(inputs["film"])
    given, sdh = given_files(inputs), bool(context.params.get("sdh"))
    added = tracks.added(given, container, form, sdh=sdh)
    replace = [files.language for files in given] if context.params.get("replace_existing") else []
    kept, left = tracks.sort_out(
        film, container, replace, _trial(inputs["film"], container, context), sdh=sdh
    )
    _say_left(left, context)
    for track in kept:
        if track.codec in tracks.STYLED and tracks.form_of(track, container) != "copy":
            context.degraded(
                f"{track.words()} becomes mov_text and loses its styles; --container mkv preserves them"
            )
    if not added:
        context.log("no speech: no subtitle track is added")
    asked = context.params.get("default_subtitles")
    default = tracks.default_of(kept, added, asked)
    clip = on_the_container(clip_of(context.params.get("clip")), film)
    order = Order(
        film=inputs["film"],
        container=container,
        kept=kept,
        added=added,
        default=default,
        alone=asked is True and default is not None,
        pictures=pictures(inputs["film"], kept, context) if container == "mkv" else {},
        clip=clip,
        late=0.0 if clip else head_start(film),
        untimed=tracks.untimed(film),
    )
    errors, written = write(order, film, context, context.path("film"))
    report(errors, written, order, film, context)
    context.method = f"ffmpeg stream copy to {MUXERS[container]}"
    _tell(order, left, context)
    context.save_file("film")


def given_files(inputs: Mapping[str, Path]) -> list[LanguageFiles]:
    """The files of every language with cues: the source language first, then the translations in order."""
    from ipc.artifacts import read

    found = []
    for name in (name.removeprefix("cues") for name in inputs if name.startswith("cues")):
        cues = read(inputs[f"cues{name}"], "cues")
        if cues.table.num_rows:
            srt = inputs[f"srt{name}"]
            found.append(LanguageFiles(str(cues.content["language"]), srt, inputs.get(f"ass{name}", srt)))
    return found


def _check(container: str, form: str) -> None:
    if container not in MUXERS:
        raise StageError("config", f"--container {container}: not a supported container", "use mkv or mp4")
    if form not in tracks.FORMATS:
        raise StageError(
            "config", f"--subtitle-format {form}: not supported", f"use {', '.join(tracks.FORMATS)}"
        )
    if container == "mp4" and form != "srt":
        raise StageError("config", f"--subtitle-format {form}: not possible in MP4", "use --container mkv")


def _say_left(left: Sequence[Left], context: Context) -> None:
    for one in left:
        track = one.track
        if one.lost:
            context.degraded(f"{track.type} stream {track.index} ({track.codec}) is not copied: {one.why}")
        elif one.why:
            context.log(f"{track.words()} is not copied: {one.why}")


def _tell(order: Order, left: Sequence[Left], context: Context) -> None:
    """Report the facts for the user and the report."""
    texts = [track for track in order.kept if track.type == "subtitle"]
    context.fact("container", order.container)
    context.fact("subtitle_track", len(texts) if order.added else None)
    context.fact("subtitle_languages", list(dict.fromkeys(new.language for new in order.added)))
    context.fact("subtitle_titles", [new.title for new in order.added])
    if replaced := [one.track.words() for one in left if one.replaced]:
        context.fact("replaced", replaced)
    if order.added and order.default is None:
        default = next((track.words() for track in texts if track.default), "")
        context.fact("default_elsewhere", default or "none")
    if order.alone and (before := [track.words() for track in texts if track.default]):
        context.fact("no_longer_default", before)


def _trial(film: Path, container: str, context: Context) -> Callable[[Track], bool]:
    """A function that tests whether the container accepts a stream, by copying 0.1 s of it with ffmpeg."""

    def fits(track: Track) -> bool:
        command = [
            ffmpeg.executable(),
            "-nostdin",
            "-loglevel",
            "quiet",
            "-y",
            *opening.arguments(film),
        ]
        command += [
            "-map",
            f"0:{track.index}",
            "-c",
            "copy",
            "-copy_unknown",
            "-t",
            "0.1",
            "-f",
            MUXERS[container],
        ]
        place = opening.url(context.scratch() / "trial")
        done = subprocess.run([*command, place], stdin=subprocess.DEVNULL, capture_output=True, check=False)
        return done.returncode == 0

    return fits

"""The stage mux: a new film with subtitle tracks; other streams are copied, the original is unchanged.

ffmpeg copies packets and puts film and subtitles on one clock that begins at `format.start_time`, the clock
of the cues. With its bit-exact flags, two runs give the same bytes. The result is read back and verified. See
`tracks` for the choice of tracks, `ffmpeg_command` for ffmpeg's arguments, and `verify` for the verification.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.media.excerpt import excerpt, moved
from stage_runners.media.numbering import film_of
from stage_runners.media.probe import head_start, on_the_container
from stage_runners.mux import language_tags, losses, tracks
from stage_runners.mux.ffmpeg_command import Order
from stage_runners.mux.fitting import MUXERS, NAMES, trial
from stage_runners.mux.stage import MUX
from stage_runners.mux.tracks import LanguageFiles, Left
from stage_runners.mux.write import chapter_tree, found_chapters, pictures, report, write

if TYPE_CHECKING:
    from ipc.context import Context
    from stage_runners.media.probe import Film, Track

STAGE = MUX


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Write the film, verify it, and report the added tracks."""
    del model
    container, form = context.params["container"], context.params.get("subtitle_format") or "srt"
    _check(container, form)
    path = inputs["film"]
    film = film_of(path)
    forced = bool(context.params.get("forced_track"))
    given, sdh = given_files(inputs, forced=forced), bool(context.params.get("sdh"))
    if forced and not any(files.forced for files in given):
        context.log("no forced track is added: nothing in another language than the film's is translated")
    added = tracks.added(given, container, form, sdh=sdh, tags=context.params.get("language_tags") or {})
    replace = [files.language for files in given] if context.params.get("replace_existing") else []
    kept, left, forms = tracks.sort_out(
        film, container, replace, trial(path, container, context.scratch()), sdh=sdh
    )
    if film.tracks and not kept and not added:
        raise StageError(
            "config",
            f"{path.name}: {NAMES[container]} can hold none of its streams",
            "use --no-mux, or another --container",
        )
    losses.left_out(left, film, context)
    losses.written_anew(kept, forms, context)
    if not added:
        context.log("no speech: no subtitle track is added")
    asked = context.params.get("default_subtitles")
    default = tracks.default_of(kept, added, asked)
    clip = on_the_container(clip_of(context.params.get("clip")), film)
    made = found_chapters(inputs, film, context)
    tree, room = (None, None) if made else chapter_tree(path, film, container, clip, context)
    source, part, span = excerpt(path, film, clip, context, everything=True)
    tags = language_tags.of(path, film)
    if source != path:
        kept, places = _moved(kept, part, context)
        forms, tags = ({places[k]: v for k, v in one.items() if k in places} for one in (forms, tags))
    order = Order(
        film=source,
        container=container,
        kept=kept,
        added=added,
        default=default,
        alone=asked is True and default is not None,
        pictures=pictures(source, kept, context) if container == "mkv" else {},
        clip=span,
        late=0.0 if clip else head_start(film),
        untimed=tracks.untimed(part),
        jumps=part.jumps,
        forms=forms,
        tags=tags,
        chapters=tree,
        room=made[1] if made else room,
        named=made[0] if made else (),
    )
    errors, written = write(order, part, context, context.path("film"))
    report(errors, written, order, part, context)
    context.method = f"ffmpeg stream copy to {MUXERS[container]}"
    _tell(order, left, context)
    context.save_file("film")


def _moved(kept: Sequence[Track], part: Film, context: Context) -> tuple[list[Track], dict[int, int]]:
    """The tracks in the copy of a clip, and their indices there; what the copy lacks is reported."""
    in_copy = {track.index: moved([track], part) for track in kept}
    for track in kept:
        if not in_copy[track.index]:
            context.degraded(f"{track.words()} is not copied: a clip of this film cannot hold it")
    places = {old: new[0].index for old, new in in_copy.items() if new}
    return [new for track in kept for new in in_copy[track.index]], places


def given_files(inputs: Mapping[str, Path], *, forced: bool = False) -> list[LanguageFiles]:
    """The files of every language with cues: the source language first, then the translations in order.

    With `forced`, those of translations hold the forced subtitles, if there are any.
    """
    from ipc.artifacts import read

    files = []
    for name in (name.removeprefix("cues") for name in inputs if name.startswith("cues")):
        cues = read(inputs[f"cues{name}"], "cues")
        if cues.table.num_rows:
            srt = inputs[f"srt{name}"]
            more = inputs.get(f"forced{name}") if forced else None
            more = more if more is not None and more.stat().st_size else None
            files.append(
                LanguageFiles(str(cues.content["language"]), srt, inputs.get(f"ass{name}", srt), more)
            )
    return files


def _check(container: str, form: str) -> None:
    if container not in MUXERS:
        raise StageError("config", f"--container {container}: not a supported container", "use mkv or mp4")
    if form not in tracks.FORMATS:
        raise StageError(
            "config", f"--subtitle-format {form}: not supported", f"use {', '.join(tracks.FORMATS)}"
        )
    if container == "mp4" and form != "srt":
        raise StageError("config", f"--subtitle-format {form}: not possible in MP4", "use --container mkv")


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

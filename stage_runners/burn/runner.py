"""The stage burn: a film with burned-in subtitles, for players without subtitle tracks.

libass draws the ASS file of the stage subtitles; the video is encoded again, and the audio is copied. The
film has no subtitle tracks, so that no subtitle is shown twice; the film of the stage mux has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.burn import fonts
from stage_runners.burn.picture import Picture, encoding, picture_of
from stage_runners.burn.stage import BURN
from stage_runners.media.excerpt import excerpt, moved
from stage_runners.media.numbering import film_of, number_of
from stage_runners.media.probe import Film, Track, head_start, on_the_container, probe
from stage_runners.mux import language_tags, losses
from stage_runners.mux.ffmpeg_command import Order
from stage_runners.mux.fitting import MUXERS, trial
from stage_runners.mux.tracks import sort_out, untimed
from stage_runners.mux.write import chapter_tree, pictures, report, write
from stage_runners.text.iso639 import same_language

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = BURN
SPOKEN = "spoken"
_SHOWN = 20
"""Maximum number of letters without a font in a message."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing to load."""
    del params, device


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:
    """Encode the film with its subtitles burned in, verify it, and report the fonts."""
    del model
    path, container = inputs["film"], context.params["container"]
    if container not in MUXERS:
        raise StageError("config", f"--container {container}: not a supported container", "use mkv or mp4")
    film = probe(path)
    shown = _video(film, path)
    language, ass = wanted(inputs, str(context.params.get("language") or SPOKEN))
    clip = on_the_container(clip_of(context.params.get("clip")), film)
    late = 0.0 if clip else head_start(film)
    source, part, span = excerpt(path, film, clip, context)
    picture = picture_of(source, moved([shown], part)[0].index)
    executable, options = _encoder(picture, ass, late, context)
    part = film_of(source, executable)
    shown = moved([shown], part)[0]
    number_of(shown, path)
    others = moved([t for t in film.tracks if t.type == "audio" or (t.picture and not t.hidden)], part)
    kept, left, forms = sort_out(
        replace(part, tracks=tuple(others)),
        container,
        [],
        trial(source, container, context.scratch(), executable),
    )
    losses.left_out(left, film, context)
    losses.written_anew(kept, forms, context)
    tree, room = chapter_tree(path, film, container, clip, context)
    order = Order(
        film=source,
        container=container,
        kept=[shown, *kept],
        added=[],
        default=None,
        pictures=pictures(source, kept, context) if container == "mkv" else {},
        clip=span,
        late=late,
        untimed=untimed(part),
        jumps=part.jumps,
        forms=forms,
        tags=language_tags.of(path, film) if source == path else {},
        chapters=tree,
        room=room,
        made=shown.index if ass else None,
        encoding=options,
    )
    errors, written = write(order, part, context, context.path("burned"), "burn", program=executable)
    report(errors, written, order, part, context)
    context.fact("container", container)
    context.fact("burned_language", language)
    context.save_file("burned")


def _video(film: Film, path: Path) -> Track:
    """The video track that players show; `StageError("input")` if there is none."""
    videos = [track for track in film.of("video") if not track.picture]
    if not videos:
        raise StageError("input", f"{path.name}: no video to burn subtitles into", "omit --burn-in")
    return next((track for track in videos if track.default), videos[0])


def _encoder(picture: Picture, ass: Path | None, late: float, context: Context) -> tuple[str, list[str]]:
    """The ffmpeg that draws and encodes, and its options; reports both. Nothing is encoded without speech."""
    if ass is None:
        context.log("no speech: nothing is burned in, and the video is copied")
        return "", []
    executable = fonts.program(fonts.programs(), picture.encoder)
    _fonts(executable, ass, context)
    options = encoding(
        picture, ass, context.scratch(), late=late, params=context.params, threads=context.threads
    )
    context.method = f"libass, {picture.encoder} crf {context.params['crf']}"
    context.fact("picture", picture.words())
    return executable, options


def wanted(inputs: Mapping[str, Path], language: str) -> tuple[str, Path | None]:
    """The language that is burned in, and its ASS file, which is None without speech.

    `StageError("config")` if there are no subtitles in the requested language.
    """
    from ipc.artifacts import read

    spoken = read(inputs["cues"], "cues")
    own = str(spoken.content["language"])
    if f"cues-{language}" in inputs and read(inputs[f"cues-{language}"], "cues").table.num_rows:
        return language, inputs[f"ass-{language}"]
    if not spoken.table.num_rows:
        return own, None
    if language == SPOKEN or same_language(language, own):
        return own, inputs["ass"]
    raise StageError(
        "config",
        f"--burn-in {language}: no subtitles in this language; the film is in {own}",
        f"add --target-language {language}, or use --burn-in spoken",
    )


def _fonts(executable: str, ass: Path, context: Context) -> None:
    """Report the fonts; letters without a font, which appear as boxes, are reported as degraded."""
    found = fonts.fonts(executable, ass, context.scratch())
    context.log(f"fonts: {', '.join(found.names)}")
    context.fact("fonts", list(found.names))
    if found.missing:
        context.fact("letters_without_font", len(found.missing))
        context.degraded(
            f"no installed font has {len(found.missing)} of the letters "
            f"({' '.join(found.missing[:_SHOWN])}), which appear as boxes; install a font that has them, "
            "such as Noto for their script, and run again with --force burn"
        )

"""The stage burn: a film with burned-in subtitles, for players without subtitle tracks.

libass draws the ASS file of the stage subtitles; the video is encoded again, and the audio is copied. The
film has no subtitle tracks, so that no subtitle is shown twice; the film of the stage mux has them.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.errors import StageError
from ipc.time_range import clip_of
from stage_runners.burn import fonts
from stage_runners.burn.picture import encoding, picture_of
from stage_runners.burn.stage import BURN
from stage_runners.media.excerpt import excerpt, moved
from stage_runners.media.numbering import film_of
from stage_runners.media.probe import head_start, on_the_container
from stage_runners.mux.ffmpeg_command import Order
from stage_runners.mux.fitting import MUXERS
from stage_runners.mux.tracks import untimed
from stage_runners.mux.write import pictures, report, write
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
    film, container = film_of(inputs["film"]), context.params["container"]
    if container not in MUXERS:
        raise StageError("config", f"--container {container}: not a supported container", "use mkv or mp4")
    seen = [track for track in film.of("video") if not track.picture]
    if not seen:
        raise StageError("input", f"{inputs['film'].name}: no video to burn subtitles into", "omit --burn-in")
    shown = next((track for track in seen if track.default), seen[0])
    language, ass = wanted(inputs, str(context.params.get("language") or SPOKEN))
    kept = [shown, *film.of("audio"), *(track for track in film.of("video") if track.picture)]
    if container == "mp4":
        kept = [t for t in kept if not t.picture or t.codec in {"mjpeg", "png", "bmp"}]
    clip = on_the_container(clip_of(context.params.get("clip")), film)
    late = 0.0 if clip else head_start(film)
    source, part, span = excerpt(inputs["film"], film, clip, context)
    if source != inputs["film"]:
        kept = moved(kept, part)
        shown = kept[0]
    picture = picture_of(source, shown.index)
    options: list[str] = []
    executable = ""
    if ass is None:
        context.log("no speech: nothing is burned in, and the video is copied")
    else:
        executable = fonts.program(fonts.programs(), picture.encoder)
        _fonts(executable, ass, context)
        options = encoding(
            picture, ass, context.scratch(), late=late, params=context.params, threads=context.threads
        )
        context.method = f"libass, {picture.encoder} crf {context.params['crf']}"
        context.fact("picture", picture.words())
    order = Order(
        film=source,
        container=container,
        kept=kept,
        added=[],
        default=None,
        pictures=pictures(source, kept, context) if container == "mkv" else {},
        clip=span,
        late=late,
        untimed=untimed(part),
        jumps=part.jumps,
        made=shown.index if ass else None,
        encoding=options,
    )
    errors, written = write(order, part, context, context.path("burned"), "burn", program=executable)
    report(errors, written, order, part, context)
    context.fact("container", container)
    context.fact("burned_language", language)
    context.save_file("burned")


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

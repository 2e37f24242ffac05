"""Writing a film by an order: room for it, the cover pictures, ffmpeg, and the look at what was written."""

from __future__ import annotations

import shutil
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from ipc.errors import Cancelled, StageError
from stage_runners.chapters.files import Chapter, ffmetadata
from stage_runners.media import ffmpeg, opening
from stage_runners.media.probe import Film, Track
from stage_runners.mux import chapters, ebml, language_tags, losses
from stage_runners.mux.ebml import Element
from stage_runners.mux.ffmpeg_command import Order, arguments
from stage_runners.mux.language_tags import Tagged
from stage_runners.mux.verify import verify

if TYPE_CHECKING:
    from ipc.context import Context

SHORT_BY_SECONDS = 1.0
"""A film that ends so much before what it announces has been cut off."""
_SUFFIX = {
    "mjpeg": ".jpg", "png": ".png", "bmp": ".bmp", "gif": ".gif", "webp": ".webp", "tiff": ".tiff",
    "jpegxl": ".jxl", "av1": ".avif",
}  # fmt: skip


def write(
    order: Order, film: Film, context: Context, output: Path, phase: str = "mux", *, program: str = ""
) -> tuple[str, float]:
    """Write the new film and verify it; returns ffmpeg's error messages and the copied seconds."""
    hashes, clip = context.scratch() / "packets.txt", order.clip
    total = (clip[1] - clip[0]) if clip else (film.likely or 0.0)
    _check_space(order.film, output, whole=clip is None)
    try:
        errors = ffmpeg.run(arguments(order, output, hashes), context, total, phase, output, program)
        if lost := finish(order, output):
            context.degraded(f"the new film lacks {lost}: ffmpeg left no place for it")
            order = order.as_ffmpeg()
            errors = ffmpeg.run(arguments(order, output, hashes), context, total, phase, output, program)
        return errors, verify(output, order, film, hashes, context)
    except Cancelled:
        output.unlink(missing_ok=True)
        raise
    except StageError as error:
        output.unlink(missing_ok=True)
        if order.container == "mp4" and error.category == "input":
            raise StageError(
                "config",
                f"{order.film.name}: cannot be stored in MP4: {error.message}",
                "use --container mkv",
            ) from error
        raise


def finish(order: Order, output: Path) -> str:
    """Write into the new film what ffmpeg does not: languages as BCP 47 tags, and chapters as a tree.

    Returns what could not be written, in words; the names of tracks are then wrong.
    """
    missed = [f"the language tag {one.tag}" for one in _without_place(order, output)]
    if order.chapters and not _put_chapters(order.chapters, output):
        missed.append("the tree of chapters")
    return ", ".join(dict.fromkeys(missed))


def _put_chapters(tree: Element, output: Path) -> bool:
    """Write the chapters in place of those that ffmpeg wrote; returns whether there was room."""
    placed = ebml.top_level(output, [ebml.CHAPTERS]).get(ebml.CHAPTERS)
    if placed is None:
        return False
    try:
        ebml.put(output, placed, tree)
    except ValueError:
        return False
    return True


def _without_place(order: Order, output: Path) -> Sequence[Tagged]:
    """Write the language tags; returns those for which there is no place in the new film."""
    wanted = list(order.tagged.values())
    try:
        return language_tags.write(output, order.container, wanted)
    except ValueError:
        return wanted


def report(errors: str, written: float, order: Order, film: Film, context: Context) -> None:
    """Say where the film ended early, and what ffmpeg complained of."""
    if order.clip is None and film.seconds and written < film.seconds - SHORT_BY_SECONDS:
        context.degraded(
            f"{order.film.name} ends early: only {written:.0f} s of {film.seconds:.0f} s were copied"
        )
    if errors:
        context.warn(f"ffmpeg reported errors while copying; the first: {errors.splitlines()[0]}")


def pictures(film: Path, kept: Sequence[Track], context: Context) -> dict[int, Path]:
    """The film's cover pictures as files, by stream index: Matroska's muxer would write them as video."""
    files = {}
    for track in kept:
        if not track.picture:
            continue
        with opening.opened(film) as container:
            packet = next((p for p in container.demux(container.streams[track.index]) if p.size), None)
        if packet is None:
            continue
        suffix = _SUFFIX.get(track.coding, ".jpg")
        folder = context.scratch() / f"picture-{track.index}"
        folder.mkdir()
        # Matroska's standard name if it has none; folders in a name are dropped.
        name = Path(track.filename).name.strip(".")
        files[track.index] = folder / (name or f"cover{suffix}")
        files[track.index].write_bytes(bytes(packet))
    return files


def chapter_tree(
    path: Path, film: Film, container: str, clip: tuple[float, float] | None, context: Context
) -> tuple[Element | None, Path | None]:
    """Chapters that ffmpeg would flatten, on the new film's clock, and a file that makes room for them."""
    tree = chapters.of(path) if "matroska" in film.format else None
    if tree and (otherwise := chapters.played_otherwise(tree)):
        context.degraded(
            f"{path.name} has ordered chapters: players that follow them play it {otherwise}, "
            "while the subtitles follow this file from its start to its end"
        )
    if tree is None or container != "mkv" or chapters.as_ffmpeg(tree):
        return None, None
    begin = film.start + (clip[0] if clip else 0.0)
    moved = chapters.moved(tree, begin, begin + clip[1] - clip[0] if clip else None)
    if clip is None:
        losses.too_early(moved.before, context)
    if not list(chapters.atoms(moved.element)):
        return None, None
    room = context.scratch() / "chapters.txt"
    room.write_text(chapters.reserve(moved.element), encoding="utf-8")
    return moved.element, room


def found_chapters(
    inputs: Mapping[str, Path], film: Film, context: Context
) -> tuple[list[Chapter], Path] | None:
    """The chapters of the stage `chapters`, and a file of them for ffmpeg; None if the film keeps its own."""
    if "chapters" not in inputs or (film.chapters and not context.params.get("replace_chapters")):
        return None
    from ipc.artifacts import read

    rows = read(inputs["chapters"], "chapters").rows()
    if not rows:
        return None
    found = [Chapter(row["start"], row["end"], row["title"]) for row in rows]
    file = context.scratch() / "chapters.ffmetadata"
    file.write_text(ffmetadata(found), encoding="utf-8")
    context.fact("chapters", len(found))
    return found, file


def _check_space(film: Path, output: Path, *, whole: bool) -> None:
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
            f"{output.parent}: not enough space; the subtitled film needs about {need / 1e6:.0f} MB, "
            f"{free / 1e6:.0f} MB are free",
            "free some space, or choose another folder",
        )

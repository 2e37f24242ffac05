"""What the new film lacks of the old one: each loss is reported as degraded, and the film is kept."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import astuple
from pathlib import Path
from typing import TYPE_CHECKING

from stage_runners.media.probe import Film, Track
from stage_runners.mux import chapters, language_tags, read_back
from stage_runners.mux.ffmpeg_command import Order
from stage_runners.mux.fitting import NAMES
from stage_runners.mux.read_back import Chapter
from stage_runners.mux.tracks import STYLED, Left, flags_of
from stage_runners.text.iso639 import same_language

if TYPE_CHECKING:
    from ipc.context import Context

LATE = 0.5
"""Seconds by which a chapter may begin elsewhere: ffmpeg sets the start of a film back by an audio
priming."""
_SHOWN = 5
"""Chapters that a message names."""


def left_out(left: Sequence[Left], film: Film, context: Context) -> None:
    """Report the tracks that are not copied."""
    for one in left:
        track = one.track
        if one.lost:
            what = ", ".join(filter(None, [track.codec, track.handler if track.type == "data" else ""]))
            context.degraded(f"{track.type} stream {track.index} ({what}) is not copied: {one.why}")
        elif one.why:
            context.log(f"{track.words()} is not copied: {one.why}")
    for words in film.unseen:
        context.degraded(f"{words} is not copied: only ffmpeg reads it, and nothing is known of it")


def written_anew(kept: Sequence[Track], forms: Mapping[int, str], context: Context) -> None:
    """Report the tracks that are written anew: sound without loss, text subtitles in the container's
    format.
    """
    written = []
    for track in kept:
        form = forms.get(track.index)
        if form and track.coding in STYLED:
            context.degraded(
                f"{track.words()} becomes mov_text and loses its styles; --container mkv preserves them"
            )
        elif form and track.type == "audio":
            written.append(f"{track.words()} as {form.partition('_')[0].upper()}")
    if written:
        context.fact("written_without_loss", written)


def report(
    pairs: Sequence[tuple[Track, Track]],
    order: Order,
    film: Film,
    output: Path,
    new_film: Film,
    context: Context,
) -> None:
    """Report what each track lost, and what the chapters lost."""
    tags = language_tags.of(output, new_film) if order.tagged else {}
    for old, new in pairs:
        lost = _of_track(old, new, order)
        tag = order.tags.get(old.index)
        if tag and tags.get(new.index) != tag:
            lost.append(f"the language tag {tag}")
        if lost:
            context.degraded(f"{order.container} does not preserve {', '.join(lost)} of {old.words()}")
        if old.type == "video" and not old.picture and old.index != order.made:
            _turn(old, new, order, output, context)
    if order.named:
        _, missing = compared(
            [read_back.Chapter(*astuple(c)) for c in order.named], read_back.chapters(output)
        )
        if missing:
            context.degraded(f"{order.container} does not hold {_named(missing)}")
    elif order.clip is None:
        _chapters(order, film, output, context)


def _of_track(old: Track, new: Track, order: Order) -> list[str]:
    """Dispositions, language, title, name of an attachment and timecode that the container lost."""
    if old.type == "attachment":
        same = (old.filename, old.mimetype) == (new.filename, new.mimetype)
        return [] if same else [f"the name {old.filename} ({old.mimetype})"]
    wanted = set(flags_of(old, alone=order.alone))
    have = {*new.purposes, *(["default"] if new.default else [])}
    if new.type == "attachment":  # a cover picture that libavformat reads back as one
        have = wanted
    lost = [f"the flag {flag}" for flag in sorted(wanted - have)]
    if old.type == "subtitle" and "default" in have - wanted:
        lost.append("that it is not the default")
    if old.language and not old.picture and not same_language(old.language, new.language):
        lost.append(f"the language {old.language}")
    if old.title and not old.picture and old.title not in {new.title, new.handler}:
        lost.append(f"the title {old.title}")
    if old.timecode and not new.timecode:
        lost.append("the timecode")
    return lost


def _turn(old: Track, new: Track, order: Order, output: Path, context: Context) -> None:
    """Report a lost rotation: old versions of ffmpeg lose that of upright phone videos in Matroska."""
    was = read_back.turned(order.film, old.index)
    if was and was != read_back.turned(output, new.index):
        context.degraded(
            f"{order.container} does not preserve the rotation by {was} degrees of {old.words()}"
        )


def _chapters(order: Order, film: Film, output: Path, context: Context) -> None:
    if order.chapters is not None:
        new = chapters.of(output)
        if new is None or new.content != order.chapters.content:
            context.degraded("the chapters of the new film are not those of the old one")
        return
    if not film.chapters:
        return
    before, missing = compared(read_back.chapters(order.film), read_back.chapters(output))
    too_early(before, context)
    if missing:
        context.degraded(f"{order.container} does not preserve {_named(missing)}")
    tree = chapters.of(order.film) if "matroska" in film.format and order.container != "mkv" else None
    if tree and (beyond := chapters.beyond_a_list(tree)):
        context.degraded(
            f"{NAMES[order.container]} does not hold {', '.join(beyond)} of the film's chapters; "
            "--container mkv preserves them"
        )


def too_early(titles: Sequence[str], context: Context) -> None:
    """Report chapters that end before the film begins."""
    if titles:
        verb = "lies" if len(titles) == 1 else "lie"
        context.degraded(f"{_named(titles)} {verb} before the film's start and cannot be kept")


def compared(old: Sequence[Chapter], new: Sequence[Chapter]) -> tuple[list[str], list[str]]:
    """The titles of chapters that end before their film begins, and of others that the new one does not
    have.
    """
    before = [_name(chapter) for chapter in old if chapter.start < 0 and chapter.end <= 0]
    left, missing = list(new), []
    for chapter in old:
        if chapter.start < 0 and chapter.end <= 0:
            continue
        same = next(
            (c for c in left if c.title == chapter.title and abs(c.start - max(0.0, chapter.start)) <= LATE),
            None,
        )
        if same:
            left.remove(same)
        else:
            missing.append(_name(chapter))
    return before, missing


def _name(chapter: Chapter) -> str:
    """A chapter's name, or when it begins."""
    seconds = round(chapter.start)
    return f"'{chapter.title}'" if chapter.title else f"without a name, at {seconds // 60}:{seconds % 60:02}"


def _named(titles: Sequence[str]) -> str:
    """Chapters by their names."""
    shown = ", ".join(titles[:_SHOWN])
    more = f" and {len(titles) - _SHOWN} more" if len(titles) > _SHOWN else ""
    return f"the chapter{'s' if len(titles) > 1 else ''} {shown}{more}"

"""Languages of tracks as BCP 47 tags, such as pt-BR and zh-Hant: read from a film, and written into the new
one.

ffmpeg knows three letters a language, and drops Matroska's LanguageBCP47 and MP4's `elng`. So a track that
needs one is written with a longer name (`padded`); then the tag takes that room (`write`), and nothing else
moves.
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import NamedTuple

from stage_runners.media.probe import Film
from stage_runners.mux import boxes, ebml
from stage_runners.mux.ebml import TRACKS, Element
from stage_runners.text.bcp47 import canonical, is_tag

_ENTRY, _TYPE, _NAME, _LANGUAGE, _BCP47 = 0xAE, 0x83, 0x536E, 0x22B59C, 0x22B59D
_TYPES = {1, 2, 0x11, 0x21}
"""The types of tracks that libavformat reads: video, audio, subtitles, metadata."""


class Tagged(NamedTuple):
    """A track that gets a tag: its place among those that get one, its name and the tag."""

    place: int
    name: str
    tag: str


def of(path: Path, film: Film) -> dict[int, str]:
    """The tags of a film's tracks, by their index; only of tracks that have one."""
    if "matroska" in film.format:
        found = _matroska(path, film)
    elif "mp4" in film.format:
        by_id = {one.track: one.language for one in boxes.languages(path)}
        found = {track.index: by_id.get(track.id, "") for track in film.tracks}
    else:
        found = {track.index: track.language for track in film.tracks if "-" in track.language}
    return {index: canonical(tag) for index, tag in found.items() if is_tag(tag) and tag.lower() != "und"}


def _matroska(path: Path, film: Film) -> dict[int, str]:
    """By order: libavformat makes a stream of each entry, and after them those of attachments."""
    streams = [t for t in film.tracks if t.type != "attachment" and not t.picture]
    entries = _entries(path)
    if len(entries) != len(streams):
        return {}
    return {track.index: entry.text(_BCP47) for track, entry in zip(streams, entries, strict=True)}


def _entries(path: Path) -> list[Element]:
    placed = ebml.top_level(path, [TRACKS]).get(TRACKS)
    try:
        entries = placed.element.of(_ENTRY) if placed else []
        return [entry for entry in entries if entry.number(_TYPE, 0) in _TYPES]
    except ValueError:
        return []


def padded(one: Tagged, container: str) -> str:
    """The track's name with as much more as its tag needs, and like no other track's."""
    more = boxes.room(one.tag) if container == "mp4" else len(ebml.text(_BCP47, one.tag).written())
    return one.name + f"{one.place:04}".ljust(more, "#")


def write(path: Path, container: str, tagged: Sequence[Tagged]) -> list[Tagged]:
    """Write the tags in place of what `padded` added; returns those for which there was no such track."""
    if container == "mp4":
        return [
            one
            for one in tagged
            if not boxes.name_with_language(path, padded(one, container).encode(), one.name.encode(), one.tag)
        ]
    placed = ebml.top_level(path, [TRACKS]).get(TRACKS)
    if placed is None:
        return list(tagged)
    wanted = {padded(one, container): one for one in tagged}
    tracks = []
    for child in placed.element.children():
        one = wanted.pop(child.text(_NAME), None) if child.id == _ENTRY else None
        tracks.append(_named(child, one) if one else child)
    ebml.put(path, placed, ebml.master(TRACKS, tracks))
    return list(wanted.values())


def _named(entry: Element, one: Tagged) -> Element:
    children = []
    for child in entry.children():
        if child.id == _NAME:
            children += [ebml.text(_NAME, one.name)] if one.name else []
            children.append(ebml.text(_BCP47, one.tag))
        else:
            children.append(child)
    return ebml.master(_ENTRY, children)

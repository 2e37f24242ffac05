"""The subtitles that a film has: files beside it, and tracks inside it, ours and others'."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path
from typing import Literal

from orchestrator.film_files import kinds, language_words
from orchestrator.film_files.headers import SubtitleTrack
from orchestrator.film_files.language_words import Tag
from orchestrator.outputs.ledger import Ledger
from orchestrator.util.film_names import stem_of

_SUFFIXES = "ass dfxp idx sami sbv scc smi srt ssa stl sub sup ttml vtt"
SUFFIXES = frozenset(_SUFFIXES.split())
_PICTURES = frozenset(["idx", "sup"])
_FOLDERS = frozenset(["subs", "subtitles", "sub"])
"""Folders beside a film in which players look for its subtitles too."""
_PICTURE_CODINGS = frozenset(
    ["hdmv_pgs_subtitle", "dvd_subtitle", "dvb_subtitle", "dvb_teletext", "xsub", "arib_caption"]
)
_LEAST_BYTES = 10
"""A smaller file of somebody else's holds no subtitle; ours may be empty, if nobody speaks."""
_NO_LANGUAGE = "und"
"""The language of a film without speech in the names of our files."""
_BETWEEN = re.compile(r"[.\s\[\](){},&+]+")
_BORDER = ".-_ (["


@dataclass(frozen=True, kw_only=True)
class Subtitles:
    """Subtitles in one language; `tag` is None if none is stated.

    `form` tells text from pictures of text. `forced` ones are of foreign dialogue only, `sdh` ones for deaf
    and hard-of-hearing viewers. `where` is the file's name or the track in words, `path` the file. `ours` is
    whether this tool wrote it, and `silent` a file of ours for a film in which nobody speaks.
    """

    tag: Tag | None
    where: str
    path: Path | None = None
    form: Literal["text", "pictures"] = "text"
    forced: bool = False
    sdh: bool = False
    ours: bool = False
    silent: bool = False


def in_tracks(tracks: Sequence[SubtitleTrack]) -> tuple[Subtitles, ...]:
    """The subtitles in a film's tracks; commentary is left out."""
    return tuple(
        _of_track(number, track)
        for number, track in enumerate(tracks)
        if "comment" not in track.purposes and "commentary" not in track.title.casefold()
    )


def beside(film: Path, folders: Iterable[Path], ledger: Ledger) -> tuple[Subtitles, ...]:
    """The subtitle files of a film in its own folder, in `Subs` there, and in further `folders`.

    In a folder other than the film's, only files that this tool wrote for it are its own.
    """
    own, stem = _listed(film.parent), stem_of(film)
    places = [(film.parent, own.films)]
    for folder in own.subtitle_folders:
        places += [(folder, own.films), (folder / stem, (stem,))]
    files = [(folder / name, films) for folder, films in places for name in _listed(folder).files]
    for folder in folders:
        if folder != film.parent:
            paths = (folder / name for name in _listed(folder).files)
            files += [(path, ()) for path in paths if ledger.film(path) == str(film)]
    found = (_of_file(film, path, films, ledger) for path, films in files)
    return tuple(one for one in found if one)


def forget() -> None:
    """Read folders again from now on: the files in them may have changed."""
    _listed_at.cache_clear()


@dataclass(frozen=True, kw_only=True)
class _Folder:
    """What matters in a folder: the stems of its films, its subtitle files, its folders of subtitles."""

    films: tuple[str, ...] = ()
    files: tuple[str, ...] = ()
    subtitle_folders: tuple[Path, ...] = ()


def _listed(folder: Path) -> _Folder:
    try:
        changed = folder.stat().st_mtime_ns
    except OSError:
        return _Folder()
    return _listed_at(folder, changed)


@lru_cache(maxsize=256)
def _listed_at(folder: Path, changed: int) -> _Folder:  # noqa: ARG001 - a folder that changed is read again
    films, files, folders = [], [], []
    try:
        with os.scandir(folder) as entries:
            for entry in sorted(entries, key=lambda one: one.name):
                if entry.name.startswith("."):
                    continue
                if entry.name.rpartition(".")[2].casefold() in SUFFIXES:
                    files.append(entry.name)
                elif kinds.by_name(entry.name) in {"film", "unknown", "recording"} and "." in entry.name:
                    films.append(stem_of(Path(entry.name)))
                elif entry.name.casefold() in _FOLDERS and entry.is_dir():
                    folders.append(folder / entry.name)
    except OSError:
        return _Folder()
    return _Folder(films=tuple(films), files=tuple(files), subtitle_folders=tuple(folders))


def _of_track(number: int, track: SubtitleTrack) -> Subtitles:
    sdh = {"hearing_impaired", "captions"} & set(track.purposes)
    tag = language_words.tag_of(track.language) if track.language else None
    region = language_words.read(_BETWEEN.split(track.title)).tag
    if tag and region and region.code == tag.code:
        tag = region
    return Subtitles(
        tag=tag,
        where=f"track {number}",
        form="pictures" if track.coding in _PICTURE_CODINGS else "text",
        forced="forced" in track.purposes or bool(language_words.FORCED_TITLE.search(track.title)),
        sdh=bool(sdh) or bool(language_words.SDH_TITLE.search(track.title)),
    )


def _of_file(film: Path, path: Path, films: Sequence[str], ledger: Ledger) -> Subtitles | None:
    """The subtitles in a file; None if it belongs to another film, or holds none."""
    stem = stem_of(film)
    rest = _rest(path.name.rpartition(".")[0], stem, films, alone=path.parent != film.parent)
    if rest is None:
        return None
    said = language_words.read(word for word in _BETWEEN.split(rest.lstrip("-_ ")) if word)
    alone = all(other == stem or other.startswith(f"{stem}.") for other in films)
    source = ledger.film(path)
    if rest and not said.first and not alone and source != str(film):
        return None
    ours = source == str(film) and not ledger.clip(path) and not ledger.is_partial(path)
    if source == str(film) and not ours:  # of a part of the film, or of a run that failed
        return None
    if not ours and not _holds_some(path):
        return None
    return Subtitles(
        tag=said.tag,
        where=path.name if path.parent == film.parent else f"{path.parent.name}/{path.name}",
        path=path,
        form="pictures" if _is_of_pictures(path) else "text",
        forced=said.forced,
        sdh=said.sdh,
        ours=ours,
        silent=ours and said.tag is None and _NO_LANGUAGE in _BETWEEN.split(rest),
    )


def _rest(name: str, stem: str, films: Sequence[str], *, alone: bool) -> str | None:
    """What follows the film's name in that of a subtitle file; None if it is another film's file.

    A file in a folder of subtitles may have any name if there is only one film (`alone`).
    """
    if alone and len(set(films)) == 1 and not name.startswith(stem):
        return name.replace("_", ".")
    if not name.startswith(stem) or (name != stem and name[len(stem)] not in _BORDER):
        return None
    longer = (other for other in films if len(other) > len(stem) and name.startswith(other))
    return None if any(longer) else name[len(stem) :]


def _holds_some(path: Path) -> bool:
    try:
        return path.stat().st_size >= _LEAST_BYTES
    except OSError:
        return False


def _is_of_pictures(path: Path) -> bool:
    """Whether a file holds pictures: VobSub (`.idx` and `.sub`), PGS (`.sup`). A `.sub` may be text too."""
    suffix = path.suffix[1:].casefold()
    return suffix in _PICTURES or (suffix == "sub" and path.with_suffix(".idx").exists())


def by_language(found: Iterable[Subtitles]) -> Mapping[str, list[Subtitles]]:
    """Subtitles by the shown tag of their language; the empty one for those that state none."""
    tags: dict[str, list[Subtitles]] = {}
    for one in found:
        tags.setdefault(one.tag.shown() if one.tag else "", []).append(one)
    return tags

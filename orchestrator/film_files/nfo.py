"""Finds the `.nfo` files of Kodi, Jellyfin and Emby beside a film, and the series that it belongs to."""

from __future__ import annotations

import html
import re
from pathlib import Path

from ipc.text_files import NotTextError, decoded
from orchestrator.film_files.beside import why_unread
from orchestrator.util.film_names import stem_of

VIDEO = frozenset(
    [".avi", ".divx", ".flv", ".iso", ".m2ts", ".m4v", ".mkv", ".mov", ".mp4", ".mpeg", ".mpg", ".mts",
     ".ogm", ".ogv", ".rmvb", ".ts", ".vob", ".webm", ".wmv"]
)  # fmt: skip
"""Suffixes of films, to decide whether a folder holds one film or several."""
_NUMBERED = re.compile(r"[ ._-]+(?:s(?P<season>\d{1,2})[ ._-]*e\d{1,3}|\d{1,2}x\d{2,3})(?!\d)", re.IGNORECASE)
_AT_FRONT = re.compile(r"^(?:s\d{1,2}[ ._-]*e\d{1,3}|\d{1,2}x\d{2,3})(?!\d)", re.IGNORECASE)
_PART = re.compile(r"[ ._-]+(?:cd|dvd|disc|disk|part|pt)[ ._-]*\d$", re.IGNORECASE)
_EXTRA = re.compile(
    r"(?:[ ._-]|^)(?:trailer|sample|featurette|deleted|behindthescenes|interview|scene|short|other)\d*$",
    re.IGNORECASE,
)
_SEASON = re.compile(
    r"^(?:(?:season|staffel|saison|temporada|series)[ ._-]*\d+|s\d{1,2}|specials)$", re.IGNORECASE
)
_READ = 1 << 20
LARGEST = 4 << 20
"""Bytes. What is larger is no .nfo, and would only take time to hash."""


def nfo_of(film: Path) -> Path | None:
    """The film's own `.nfo`, or None: `<name>.nfo`, or `movie.nfo` if the folder holds no other film."""
    place = _own(film)
    return place if place is not None and not why_unused(place, film) else None


def show_nfo_of(film: Path) -> Path | None:
    """The `tvshow.nfo` in the film's folder or the one above, or None."""
    place = _of_show(film)
    return place if place is not None and not why_unused(place, film) else None


def unused(film: Path) -> tuple[str, ...]:
    """A note for each `.nfo` that is not read, with the reason."""
    notes = ((place, why_unused(place, film)) for place in (_own(film), _of_show(film)) if place)
    return tuple(f"{place.name} is not read: {why}" for place, why in notes if why)


def why_unused(place: Path, film: Path) -> str:
    """Why this `.nfo` of the film is not read; empty if it is."""
    return why_unread(place, film, LARGEST, "an .nfo")


def _own(film: Path) -> Path | None:
    for stem in dict.fromkeys((stem_of(film), _PART.sub("", stem_of(film)))):
        for suffix in (".nfo", ".NFO"):
            if _is_there(place := film.with_name(stem + suffix)):
                return place
    place = film.with_name("movie.nfo")
    return place if _is_file(place) and _alone(film) else None


def _of_show(film: Path) -> Path | None:
    places = (folder / "tvshow.nfo" for folder in (film.parent, film.parent.parent))
    return next((place for place in places if _is_file(place)), None)


def series_of(film: Path) -> str:
    """The series of the film by its `.nfo`, the series' `.nfo` or its name; empty if none names it.

    The XML is not parsed, because an .nfo file is untrusted; a title is found without.
    """
    nfo = nfo_of(film)
    if nfo and (title := _text_of(nfo, "showtitle")):
        return title
    numbered = _NUMBERED.search(stem_of(film))
    at_front = _AT_FRONT.match(stem_of(film))
    if (numbered or at_front) and (show := show_nfo_of(film)) and (title := _text_of(show, "title")):
        return title
    if numbered and not at_front and (named := _plain(stem_of(film)[: numbered.start()])):
        return named
    if at_front:
        folder = film.absolute().parent
        return _plain(folder.parent.name if _SEASON.match(folder.name) else folder.name)
    return ""


def _is_there(path: Path) -> bool:
    """Whether there is anything but a folder."""
    try:
        return path.exists() and not path.is_dir()
    except OSError:
        return False


def _is_file(path: Path) -> bool:
    try:
        return path.is_file()
    except OSError:  # an unreadable folder, or a name that is too long with its new suffix
        return False


def _alone(film: Path) -> bool:
    """Return whether the folder holds no other film, not counting parts, versions and extras of this one."""
    try:
        films = [p for p in film.parent.iterdir() if p.suffix.lower() in VIDEO]
    except OSError:
        return False
    others = [stem for stem in map(stem_of, films) if not _EXTRA.search(stem)]
    if any(_NUMBERED.search(stem) or _AT_FRONT.match(stem) for stem in others):
        return len(others) <= 1
    whole = _PART.sub("", stem_of(film))
    folder = film.absolute().parent.name
    versions = bool(folder) and stem_of(film).startswith(folder)
    return all(_PART.sub("", stem) == whole or (versions and stem.startswith(folder)) for stem in others)


def _text_of(nfo: Path, tag: str) -> str:
    """The text of the first element `tag`; empty if there is none."""
    try:
        with nfo.open("rb") as stream:
            raw = stream.read(_READ)
    except OSError:
        return ""
    try:
        text = decoded(raw).text
    except NotTextError:
        text = raw.decode("utf-8", errors="replace")
    # every repeat is bounded, so that no file can make the search slow
    inner = r"[^<]{1,400}|<!\[CDATA\[[^\]]{1,400}\]\]>"
    found = re.search(rf"<{tag}(?:\s[^<>]{{0,200}})?>({inner})\s{{0,20}}</{tag}\s{{0,20}}>", text)
    if not found:
        return ""
    content = found[1].removeprefix("<![CDATA[").removesuffix("]]>")
    return " ".join(html.unescape(content).replace("\x00", "").split())


def _plain(name: str) -> str:
    """A name as it is spoken: blanks for dots and underscores, without year and trailing tags in brackets."""
    spaced = re.sub(r"[._\s]+", " ", name)
    spaced = re.sub(r"\s*\[[^\]]*\]\s*", " ", spaced)
    return re.sub(r"\s*\((?:19|20)\d\d\)\s*$", "", spaced).strip(" -")

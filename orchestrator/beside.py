"""What lies beside a film and tells what it is: the `.nfo` files that Kodi, Jellyfin and Emby write."""

from __future__ import annotations

import re
from pathlib import Path

_EPISODE = re.compile(r"^(?P<series>.+?)[ ._-]+s\d{1,2}[ ._-]?e\d{1,3}", re.IGNORECASE)


def nfo_of(film: Path) -> Path | None:
    """The film's own `.nfo`, or None."""
    place = film.with_suffix(".nfo")
    return place if place.is_file() else None


def show_nfo_of(film: Path) -> Path | None:
    """The `tvshow.nfo` of the film's folder, or of the one above, or None."""
    places = (folder / "tvshow.nfo" for folder in (film.parent, film.parent.parent))
    return next((place for place in places if place.is_file()), None)


def series_of(film: Path) -> str:
    """The series that the film's name says it belongs to; empty where it says none."""
    found = _EPISODE.match(film.stem)
    return re.sub(r"[._]+", " ", found["series"]).strip() if found else ""

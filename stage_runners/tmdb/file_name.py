"""What a film's file name and its container's title tag say: a title to ask TMDB for, seldom more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners.tmdb.film_facts import Known, clean

_ID = re.compile(r"[\[{](tmdb|imdb|tvdb)(?:id)?[-=](tt\d{6,9}|\d{1,9})[\]}]", re.IGNORECASE)
_NO_TITLE = re.compile(r"https?://|www\.|@|\.(?:com|net|org|info)\b", re.IGNORECASE)


def of_name(name: str) -> Known | None:
    """What guessit reads in a file name; None where it finds no title. An episode is one only where its season is said."""
    return _guessed(name, "name")


def of_tag(title: str) -> Known | None:
    """What the container's title tag says, which may be a release's name, or a link to who made the file."""
    text = clean(title)
    if len(text) < 2 or _NO_TITLE.search(text):
        return None
    # guessit takes what follows the last dot for a suffix
    found = _guessed(f"{text}.mkv", "container")
    return found if found and (found.title or found.series) else None


def of_container(film: Path) -> tuple[str, float]:
    """The title tag, and how many seconds the film says it lasts; empty and 0 where it does not say, or cannot be read here.

    demux reads the same headers: what is wrong with the film is its error to give.
    """
    from stage_runners.media.probe import probe

    try:
        found = probe(film)
    except StageError:
        return "", 0.0
    tags = {name.lower(): value for name, value in found.tags.items()}
    return clean(tags.get("title", "")), found.seconds or 0.0


def _guessed(name: str, source: str) -> Known | None:
    from guessit import guessit

    found = guessit(name)
    title, season, episode = (
        clean(str(_first(found, "title") or "")),
        _first(found, "season"),
        _first(found, "episode"),
    )
    if not title and season is None:
        return None
    year = _first(found, "year") or 0
    ids = {who.lower(): number for who, number in _ID.findall(name)}
    if "tmdb" in ids:  # as Radarr, Sonarr and Jellyfin write it
        ids["tmdb"] = f"{'movie' if season is None else 'tv'}/{ids['tmdb']}"
    if season is None:
        return Known(source=source, title=title, year=year, ids=ids)
    own = clean(str(_first(found, "episode_title") or ""))
    return Known(
        source=source, title=own, series=title, season=season, episode=episode, series_year=year, ids=ids
    )


def _first(found: Any, key: str) -> Any:
    value = found.get(key)
    return value[0] if isinstance(value, list) and value else value

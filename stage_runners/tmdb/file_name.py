"""Reads a film's file name and its container's title tag: a title to search TMDB for, seldom more."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from stage_runners.tmdb import time_limit
from stage_runners.tmdb.film_facts import Known, clean

_ID = re.compile(r"[\[{](tmdb|imdb|tvdb)(?:id)?[-=](tt\d{6,9}|\d{1,9})[\]}]", re.IGNORECASE)
PATIENCE_S = 5.0
"""Computing time for a name, which takes some hundredths of a second."""
_LONGEST = 500
"""Characters of a title tag, which may be a whole text."""
_NO_TITLE = re.compile(r"https?://|www\.|@|\.(?:com|net|org|info)\b", re.IGNORECASE)


class UnreadableNameError(Exception):
    """A name that takes too long to read."""


def of_name(name: str) -> Known | None:
    """The film by guessit; None without a title. It is an episode only if the name has a season.

    Raises `UnreadableNameError`, as `of_tag` does.
    """
    return _guessed(name, "name")


def of_tag(title: str) -> Known | None:
    """The film in the container's title tag, which may also be a release's name, or a link to its maker."""
    text = clean(title)[:_LONGEST]
    if len(text) < 2 or _NO_TITLE.search(text):
        return None
    # guessit reads what follows the last dot as an extension
    found = _guessed(f"{text}.mkv", "container")
    return found if found and (found.title or found.series) else None


def of_container(film: Path) -> tuple[str, float]:
    """The title tag, and the film's length in seconds; empty and 0 if they are missing or cannot be read.

    demux reads the same headers, and reports what is wrong with the film.
    """
    from stage_runners.media.probe import probe

    try:
        found = probe(film)
    except StageError:
        return "", 0.0
    tags = {name.lower(): value for name, value in found.tags.items()}
    return clean(tags.get("title", "")), found.seconds or 0.0


def _guessed(name: str, source: str) -> Known | None:
    found = _facts(name)
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


def _facts(name: str) -> Any:
    """What guessit reads in the name. `UnreadableNameError` if it has not finished within `PATIENCE_S`.

    It counts through every range of seasons and episodes, and a name can hold one that no series has.
    """
    from guessit import guessit

    try:
        with time_limit.computing(PATIENCE_S):
            return guessit(name)
    except time_limit.TimeIsUpError as error:
        raise UnreadableNameError from error


def _first(found: Any, key: str) -> Any:
    value = found.get(key)
    return value[0] if isinstance(value, list) and value else value

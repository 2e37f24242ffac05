"""Samples, trailers, extras and theme videos, by their names, as Jellyfin and Plex define them.

Sources: Jellyfin's `Emby.Naming/Common/NamingOptions.cs` (`VideoExtraRules`), and Plex's article "Local Files
for Trailers and Extras" with its scanner (`VideoFiles.py`), both as of 2026.
"""

from __future__ import annotations

import re
from collections.abc import Collection

from orchestrator.folders.found import EXTRA, SAMPLE, THEME, TRAILER, Rule

_FOLDERS = {
    "trailers": TRAILER, "trailer": TRAILER, "samples": SAMPLE, "sample": SAMPLE, "!sample": SAMPLE,
    "!samples": SAMPLE, "backdrops": THEME, "theme-music": THEME, "behind the scenes": EXTRA,
    "behindthescenes": EXTRA, "deleted scenes": EXTRA, "deleted": EXTRA, "featurettes": EXTRA,
    "featurette": EXTRA, "extras": EXTRA, "extra": EXTRA, "bonus": EXTRA, "bonus disc": EXTRA,
}  # fmt: skip
"""Folders that hold nothing else, wherever they are."""
_INSIDE_A_FILM = frozenset(["interviews", "scenes", "shorts", "clips", "other", "others"])
"""Folders of extras inside a film's or a series' folder; elsewhere they may be a part of the library."""
_SEASON = re.compile(r"(?:season|staffel|saison|temporada|series|specials)\b.*|s\d{1,2}", re.IGNORECASE)
_ENDINGS = {
    "trailer": TRAILER, "sample": SAMPLE, "scene": EXTRA, "clip": EXTRA, "interview": EXTRA,
    "behindthescenes": EXTRA, "deleted": EXTRA, "deletedscene": EXTRA, "featurette": EXTRA, "short": EXTRA,
    "extra": EXTRA, "other": EXTRA,
}  # fmt: skip
_ENDING = re.compile(
    rf"(?:[-._ ](?P<loose>trailer|sample)|-(?P<word>{'|'.join(_ENDINGS)}))\d*$", re.IGNORECASE
)
_WHOLE = re.compile(r"(?P<word>trailer|sample)\d*", re.IGNORECASE)
_ANYWHERE = re.compile(r"(?:^|[-._ ])sample[-._ ]|[-._ ]sample$", re.IGNORECASE)
_PLEX_SAMPLE_BYTES = 300 << 20
"""A larger file with "sample" somewhere in its name is a film for Plex."""


def of_folder(name: str, above: str, films: Collection[str], siblings: Collection[str]) -> Rule | None:
    """The rule by which the films in a folder are extras; None if they are films.

    `above` is the name of the folder that it is in, `films` and `siblings` are those of the films and folders
    there.
    """
    plain = name.casefold().strip()
    if rule := _FOLDERS.get(plain):
        return rule
    if "bonus disc" in plain:
        return EXTRA
    if plain not in _INSIDE_A_FILM:
        return None
    of_series = any(_SEASON.fullmatch(one) for one in (above, *siblings))
    return EXTRA if of_series or _is_of_a_film(above, films) else None


def _is_of_a_film(folder: str, films: Collection[str]) -> bool:
    """Whether a folder is that of one film, not of a library: it holds one, or some with its own name."""
    title = re.sub(r"\s*[(\[{].*", "", folder).casefold()
    return len(films) == 1 or bool(title and any(film.casefold().startswith(title) for film in films))


def of_file(stem: str, size: int) -> Rule | None:
    """The rule by which a film is an extra, by its name without suffix and its bytes; else None."""
    if whole := _WHOLE.fullmatch(stem):
        return _ENDINGS[whole["word"].casefold()]
    if found := _ENDING.search(stem):
        return _ENDINGS[(found["loose"] or found["word"]).casefold()]
    if size < _PLEX_SAMPLE_BYTES and _ANYWHERE.search(stem):
        return SAMPLE
    return None

"""What the webhooks of media servers say: which films are new, as paths of theirs, or as items to ask for.

The bodies are read as they come from Sonarr and Radarr (`On File Import`), Jellyfin (the plugin Webhook),
Emby (`New Media Added`) and Plex (a form with a field `payload`). An event that is about something else says
nothing.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any

_ITEM = re.compile(r"[0-9A-Fa-f-]{1,36}")
_FILMS = {"movie", "episode", "video", "musicvideo"}


@dataclass(frozen=True, kw_only=True)
class News:
    """New films: by their paths on the machine of the program, or by the number that a server gave one."""

    paths: tuple[str, ...] = ()
    item: str = ""


def _sonarr(body: Mapping[str, Any]) -> News:
    if body.get("eventType") != "Download":
        return News()
    folder = _text(_table(body, "series"), "path")
    found = [_table(body, "episodeFile"), *_tables(body, "episodeFiles")]
    return News(paths=_paths(folder, found))


def _radarr(body: Mapping[str, Any]) -> News:
    if body.get("eventType") != "Download":
        return News()
    folder = _text(_table(body, "movie"), "folderPath")
    return News(paths=_paths(folder, [_table(body, "movieFile")]))


def _jellyfin(body: Mapping[str, Any]) -> News:
    if body.get("NotificationType") != "ItemAdded" or _text(body, "ItemType").lower() not in _FILMS:
        return News()
    return _item(body, "ItemId")


def _emby(body: Mapping[str, Any]) -> News:
    item = _table(body, "Item")
    if body.get("Event") not in {"library.new", "item.added"} or _text(item, "Type").lower() not in _FILMS:
        return News()
    path = _text(item, "Path")
    return News(paths=(path,)) if path else _item(item, "Id")


def _plex(body: Mapping[str, Any]) -> News:
    item = _table(body, "Metadata")
    if body.get("event") != "library.new" or _text(item, "type").lower() not in _FILMS:
        return News()
    return _item(item, "ratingKey")


READERS: Mapping[str, Callable[[Mapping[str, Any]], News]] = {
    "sonarr": _sonarr, "radarr": _radarr, "jellyfin": _jellyfin, "emby": _emby, "plex": _plex,
}  # fmt: skip
"""By the last part of the webhook's address."""


def _item(table: Mapping[str, Any], key: str) -> News:
    """A server's number of an item. It becomes a part of an address, so it has nothing else in it."""
    value = str(table.get(key, ""))
    return News(item=value) if _ITEM.fullmatch(value) else News()


def _paths(folder: str, found: list[Mapping[str, Any]]) -> tuple[str, ...]:
    slash = "\\" if "\\" in folder else "/"
    paths = []
    for one in found:
        relative = _text(one, "relativePath")
        path = _text(one, "path") or (
            f"{folder.rstrip(slash)}{slash}{relative}" if folder and relative else ""
        )
        paths += [path] if path else []
    return tuple(dict.fromkeys(paths))


def _table(body: Mapping[str, Any], key: str) -> Mapping[str, Any]:
    value = body.get(key)
    return value if isinstance(value, dict) else {}


def _tables(body: Mapping[str, Any], key: str) -> list[Mapping[str, Any]]:
    value = body.get(key)
    tables: list[Mapping[str, Any]] = []
    if isinstance(value, list):
        tables += [one for one in value[:1000] if isinstance(one, dict)]
    return tables


def _text(table: Mapping[str, Any], key: str) -> str:
    value = table.get(key)
    return value if isinstance(value, str) else ""

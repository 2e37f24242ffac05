"""Asks the media servers that the user named: where a film lies, whether somebody plays, and to look again.

Their addresses and keys come from the user alone; no webhook and no request can name another one. No redirect
is followed, so no key goes elsewhere, and an answer has at most `LARGEST` bytes.
"""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import PurePosixPath
from typing import Any, Protocol

import httpx

from orchestrator.serve.settings import KEYS

LARGEST = 8 << 20
PATIENCE_S = 15.0


class ServerError(Exception):
    """A server did not answer as it should; the message names it."""


class MediaServer(Protocol):
    """What is asked of a server."""

    async def path_of(self, item: str) -> str:
        """The path of an item on the server's machine. Raises `ServerError`."""

    async def playing(self) -> int:
        """How many people play something now. Raises `ServerError`."""

    async def refresh(self, path: str) -> None:
        """Look again at the film at the server's `path`. Raises `ServerError`."""


@dataclass(frozen=True, kw_only=True)
class Http:
    """A server's address, and the headers that its key makes."""

    name: str
    address: str
    headers: Mapping[str, str]

    async def ask(self, method: str, path: str, **more: Any) -> Any:
        """The JSON of an answer; None if it has none. Raises `ServerError`."""
        try:
            async with (
                httpx.AsyncClient(timeout=PATIENCE_S, trust_env=False) as client,
                client.stream(
                    method,
                    f"{self.address}{path}",
                    headers={**self.headers, "Accept": "application/json"},
                    **more,
                ) as answer,
            ):
                content = bytearray()
                async for part in answer.aiter_bytes():
                    content += part
                    if len(content) > LARGEST:
                        raise ServerError(f"{self.name}: its answer is too large")
        except (httpx.HTTPError, httpx.InvalidURL) as error:
            raise ServerError(
                f"{self.name} at {self.address}: {str(error) or type(error).__name__}"
            ) from error
        if answer.status_code not in {200, 204}:
            raise ServerError(
                f"{self.name} at {self.address}: status {answer.status_code} for {path.partition('?')[0]}"
            )
        try:
            return json.loads(content) if content else None
        except (ValueError, RecursionError) as error:
            raise ServerError(f"{self.name} at {self.address}: its answer is not JSON") from error


@dataclass(frozen=True, kw_only=True)
class Jellyfin:
    """Jellyfin, and Emby, from which it comes."""

    http: Http

    async def path_of(self, item: str) -> str:
        """The path of an item."""
        body = await self.http.ask("GET", "/Items", params={"ids": item, "fields": "Path"})
        path = next((one.get("Path") for one in _list(body, "Items")), None)
        if not isinstance(path, str):
            raise ServerError(f"{self.http.name}: it has no path for the item {item}")
        return path

    async def playing(self) -> int:
        """How many play something, and have not paused it."""
        sessions = await self.http.ask("GET", "/Sessions")
        playing = [one for one in _list({"": sessions}, "") if one.get("NowPlayingItem")]
        return sum(not (one.get("PlayState") or {}).get("IsPaused") for one in playing)

    async def refresh(self, path: str) -> None:
        """Tell that the film's files have changed."""
        update = {"Updates": [{"Path": path, "UpdateType": "Modified"}]}
        await self.http.ask("POST", "/Library/Media/Updated", json=update)


@dataclass(frozen=True, kw_only=True)
class Plex:
    """Plex."""

    http: Http

    async def path_of(self, item: str) -> str:
        """The path of an item's first file."""
        body = await self.http.ask("GET", f"/library/metadata/{item}")
        for film in _list(_container(body), "Metadata"):
            for media in _list(film, "Media"):
                for part in _list(media, "Part"):
                    if isinstance(path := part.get("file"), str):
                        return path
        raise ServerError(f"{self.http.name}: it has no file for the item {item}")

    async def playing(self) -> int:
        """How many play something."""
        sessions = _list(_container(await self.http.ask("GET", "/status/sessions")), "Metadata")
        return sum((one.get("Player") or {}).get("state") != "paused" for one in sessions)

    async def refresh(self, path: str) -> None:
        """Have the section that the film is in look at its folder."""
        body = await self.http.ask("GET", "/library/sections")
        folder = str(PurePosixPath(path).parent)
        for section in _list(_container(body), "Directory"):
            places = [str(one.get("path")) for one in _list(section, "Location")]
            key = str(section.get("key"))
            if key.isdigit() and any(PurePosixPath(path).is_relative_to(place) for place in places):
                await self.http.ask("GET", f"/library/sections/{key}/refresh", params={"path": folder})
                return
        raise ServerError(f"{self.http.name}: no library of it has {folder}")


def servers(addresses: Mapping[str, str], environ: Mapping[str, str] = os.environ) -> dict[str, MediaServer]:
    """The servers that have an address, by name."""
    found: dict[str, MediaServer] = {}
    for name, address in addresses.items():
        if not address:
            continue
        key = environ.get(KEYS[name], "")
        header = "X-Plex-Token" if name == "plex" else "X-Emby-Token"
        headers = {header: key}
        if name == "jellyfin":
            headers["Authorization"] = f'MediaBrowser Token="{key}"'
        http = Http(name=name, address=address.rstrip("/"), headers=headers if key else {})
        found[name] = Plex(http=http) if name == "plex" else Jellyfin(http=http)
    return found


def _container(body: Any) -> Any:
    return body.get("MediaContainer") if isinstance(body, dict) else None


def _list(body: Any, key: str) -> list[dict[str, Any]]:
    found = body.get(key) if isinstance(body, dict) else None
    return [one for one in found if isinstance(one, dict)] if isinstance(found, list) else []

"""Addresses of the user with places for what happened: `http://home:8123/api/webhook/x?film={name}`.

The places are filled with percent-encoded values, and may stand behind the host only: no film's name can
choose the server that is told.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from urllib.parse import quote, urlsplit

from orchestrator.errors import USAGE, FatalError

PLACES = ("id", "state", "name", "film", "title", "language")
_PLACE = re.compile(r"\{(\w*)\}")


def check(address: str, option: str) -> None:
    """Raise `FatalError` (usage) if the address is none, or a place is unknown or before the path."""
    try:
        parts = urlsplit(address)
    except ValueError:
        parts = urlsplit("")
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        raise FatalError(f"{option} {address}: not an address", "write it as http://HOST:PORT/PATH", USAGE)
    if "{" in parts.netloc:
        raise FatalError(f"{option} {address}: a place in the host", "put it behind the host", USAGE)
    if unknown := [name for name in _PLACE.findall(address) if name not in PLACES]:
        why = f"there is no place {{{unknown[0]}}}"
        raise FatalError(f"{option} {address}: {why}", f"use {', '.join(PLACES)}", USAGE)


def filled(address: str, values: Mapping[str, str]) -> str:
    """The address with the values in their places."""
    return _PLACE.sub(lambda place: quote(values[place[1]], safe="", errors="replace"), address)

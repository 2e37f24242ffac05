"""Connections over HTTP: opened by the user's settings of proxies and certificates, and never with a key in a
message or a log.
"""

from __future__ import annotations

import logging
import re
from typing import TYPE_CHECKING

from stage_runners.network import answers

if TYPE_CHECKING:
    import httpx


class NetworkSettingsError(Exception):
    """The proxies or certificates that the user's environment names cannot be used; the message says why."""


def opened(headers: dict[str, str] | None = None) -> httpx.Client:
    """A pool of connections. Redirects are not followed, because a key is for one host.

    Raises `NetworkSettingsError`.
    """
    import httpx

    for library in ("httpx", "httpcore"):  # they log addresses, and some addresses hold a key
        logging.getLogger(library).setLevel(logging.WARNING)
    try:
        return httpx.Client(
            follow_redirects=False, headers={"Accept-Encoding": answers.PACKED, **(headers or {})}
        )
    except (ImportError, OSError, ValueError) as error:
        raise NetworkSettingsError(described(error)) from error


def described(error: Exception, key: str = "") -> str:
    """Why a request failed, in a few words and without the key."""
    text = re.sub(r"^\[.*?\]\s*", "", str(error)).strip() or type(error).__name__
    return masked(text, key)


def masked(text: str, key: str) -> str:
    """The text without the key."""
    return text.replace(key, "***") if key else text

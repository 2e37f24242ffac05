"""TMDB's API over HTTP: answers kept on disk, a rate limit obeyed, a dead network said once. The key stays in this file."""

from __future__ import annotations

import contextlib
import email.utils
import hashlib
import json
import logging
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from ipc import atomic

BASE = "https://api.themoviedb.org/3"
BASE_VARIABLE = "ORCHESTRATOR_TMDB_URL"
KEY_VARIABLE = "TMDB_API_KEY"
FRESH_S = 14 * 24 * 3600
"""How long an answer is used without asking again. An older one still counts where TMDB cannot be reached."""
TRIES = 4
_LARGEST = 16 << 20
_KEY = re.compile(r"[\w.-]{1,2000}", re.ASCII)


class UnreachableError(Exception):
    """TMDB did not answer as it should; the message says how, without the address's parameters."""


class RefusedError(Exception):
    """TMDB does not accept the key."""


class NotFoundError(Exception):
    """TMDB has nothing of this id."""


class Client:
    """Questions to TMDB. A key of version 3 travels in the address, a token of version 4 in a header.

    All questions together may take `deadline_s`. `pause` is called while it waits, with what it waits for: it may raise.
    """

    def __init__(
        self,
        key: str,
        *,
        base: str = BASE,
        cache: Path | None = None,
        deadline_s: float = 60.0,
        pause: Callable[[str], None] = lambda _: None,
    ) -> None:
        self._key = key.strip()
        self._base = base.rstrip("/")
        self._cache = cache
        self._ends = time.monotonic() + deadline_s
        self._deadline_s = deadline_s
        self._pause = pause
        self._dead: UnreachableError | RefusedError | None = None
        self._http: Any = None
        self.asked = 0
        self.kept = 0

    def __repr__(self) -> str:
        return f"Client({self._base})"

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> dict[str, Any]:
        """TMDB's answer to GET `path`. Raises `UnreachableError`, `RefusedError` or `NotFoundError`; after the first two never asks again."""
        address = f"{self._base}{path}"
        if params:
            address += f"?{urlencode(sorted(params.items()))}"
        known, age = self._remembered(address)
        if known is not None and age < FRESH_S:
            self.kept += 1
            return known
        try:
            self._alive()
            answer = self._asked(path, params or {})
        except (UnreachableError, RefusedError) as error:
            self._dead = error
            if known is None or isinstance(error, RefusedError):
                raise
            self.kept += 1
            return known
        self._remember(address, answer)
        return answer

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()

    def _alive(self) -> None:
        if not _KEY.fullmatch(self._key):
            raise RefusedError  # no header and no address takes it
        if self._dead:
            raise self._dead

    def _asked(self, path: str, params: Mapping[str, str | int]) -> dict[str, Any]:
        reason = "no answer"
        for attempt in range(TRIES):
            left = self._ends - time.monotonic()
            if left <= 0:
                break
            self._pause("")
            self.asked += 1
            reason, wait, answer = self._once(path, params, left)
            if answer is not None:
                return answer
            if wait is None:
                break
            delay = max(wait, 0.5 * 2**attempt)
            if attempt + 1 == TRIES or time.monotonic() + delay >= self._ends:
                break
            self._rest(delay, reason)
        if time.monotonic() >= self._ends:
            reason = f"{reason}, within {self._deadline_s:g} s"
        raise UnreachableError(reason) from None

    def _once(
        self, path: str, params: Mapping[str, str | int], left: float
    ) -> tuple[str, float | None, dict[str, Any] | None]:
        """One try: what went wrong, how long to wait before the next (None: no use), and the answer."""
        import httpx

        try:
            http = self._opened()
        except (
            ImportError,
            OSError,
            ValueError,
        ) as error:  # a proxy or certificates that the user's settings name
            return f"the settings of the network are wrong: {_words(error, self._key)}", None, None
        key = {} if self._token() else {"api_key": self._key}
        timeout = httpx.Timeout(min(15.0, left), connect=min(8.0, left))
        body = bytearray()
        try:
            with http.stream("GET", f"{self._base}{path}", params={**params, **key}, timeout=timeout) as got:
                status, after = got.status_code, got.headers.get("Retry-After", "")
                for piece in got.iter_bytes():
                    body += piece
                    if len(body) > _LARGEST:
                        return f"the answer to {path} does not end", None, None
                    if time.monotonic() >= self._ends:
                        return "its answer takes too long", None, None
        except httpx.TimeoutException:
            return "no answer in time", 0.0, None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            return f"{BASE_VARIABLE} is no address", None, None
        except (httpx.HTTPError, UnicodeError, ValueError) as error:
            return _words(error, self._key), 0.0, None
        return self._judged(path, status, after, bytes(body))

    def _opened(self) -> Any:
        import httpx

        if self._http is None:
            for library in ("httpx", "httpcore"):  # they log addresses, and a key is in some
                logging.getLogger(library).setLevel(logging.WARNING)
            # no redirects: the key is for this address alone
            self._http = httpx.Client(follow_redirects=False, headers=self._headers())
        return self._http

    def _judged(
        self, path: str, status: int, after: str, body: bytes
    ) -> tuple[str, float | None, dict[str, Any] | None]:
        answer: Any = None
        with contextlib.suppress(ValueError):
            answer = json.loads(body)
        if status == 200:
            if isinstance(answer, dict):
                return "", None, answer
            return "what answered is not TMDB: its answer is no JSON object", None, None
        if status == 401:
            raise RefusedError
        if status == 404:
            if isinstance(answer, dict):
                raise NotFoundError(path)
            return "what answered is not TMDB: it knows none of its addresses", None, None
        if status == 429:
            return "it asks for fewer questions (429)", _seconds(after), None
        if status >= 500:
            return f"it answers with an error of its own ({status})", _seconds(after), None
        return f"it does not take the question ({status})", None, None

    def _rest(self, seconds: float, reason: str) -> None:
        self._pause(f"{reason}: waiting {seconds:.0f} s" if seconds >= 2 else "")
        until = time.monotonic() + seconds
        while (left := until - time.monotonic()) > 0:
            time.sleep(min(0.5, left))
            self._pause("")

    def _token(self) -> bool:
        return re.fullmatch(r"[\w-]+\.[\w-]+\.[\w-]+", self._key) is not None

    def _headers(self) -> dict[str, str]:
        named = {"Accept": "application/json", "User-Agent": "orchestrator"}
        return named | ({"Authorization": f"Bearer {self._key}"} if self._token() else {})

    def _file(self, address: str) -> Path | None:
        return self._cache / f"{hashlib.sha256(address.encode()).hexdigest()}.json" if self._cache else None

    def _remembered(self, address: str) -> tuple[dict[str, Any] | None, float]:
        """The answer that is kept and its age in seconds; None where there is none that can be read."""
        place = self._file(address)
        if place is None:
            return None, 0.0
        try:
            age = max(0.0, time.time() - place.stat().st_mtime)
            said = json.loads(place.read_bytes())
        except (OSError, ValueError):
            return None, 0.0
        fits = (
            isinstance(said, dict) and said.get("address") == address and isinstance(said.get("answer"), dict)
        )
        return (said["answer"], age) if fits else (None, 0.0)

    def _remember(self, address: str, answer: Mapping[str, Any]) -> None:
        place = self._file(address)
        if place is not None:  # what cannot be written is asked again
            atomic.try_write_json(place, {"address": address, "answer": answer})


def _seconds(after: str) -> float:
    """Seconds that a `Retry-After` asks for: a number, or a date."""
    with contextlib.suppress(ValueError):
        return max(0.0, float(after))
    with contextlib.suppress(TypeError, ValueError):
        return max(0.0, email.utils.parsedate_to_datetime(after).timestamp() - time.time())
    return 0.0


def _words(error: Exception, key: str) -> str:
    """Why no connection came about, as short as it can be said, and never with the key."""
    text = re.sub(r"^\[.*?\]\s*", "", str(error)).strip() or type(error).__name__
    return text.replace(key, "***") if key else text

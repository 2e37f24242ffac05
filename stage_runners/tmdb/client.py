"""TMDB's API over HTTP: answers are stored, the rate limit is obeyed, and a dead network is tried once.

The key does not leave this module.
"""

from __future__ import annotations

import contextlib
import re
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING
from urllib.parse import urlencode

from ipc.parsing import json_of
from stage_runners.network import answers, connection, retry
from stage_runners.network.answer_store import AnswerStore
from stage_runners.network.retry import RetryableError

if TYPE_CHECKING:
    import httpx

BASE = "https://api.themoviedb.org/3"
BASE_VARIABLE = "ORCHESTRATOR_TMDB_URL"
KEY_VARIABLE = "TMDB_API_KEY"
FRESH_S = 14 * 24 * 3600
"""Seconds that an answer is used without a new request. An older one still counts if TMDB cannot be
reached."""
ATTEMPTS = 4
_FIRST_WAIT_S = 0.5
_ANSWER_S, _CONNECT_S = 15.0, 8.0
_SHOWN_WAIT_S = 2.0
"""Waits from this long on are reported."""
_KEY = re.compile(r"[\w.-]{1,2000}", re.ASCII)
_TOKEN = re.compile(r"[\w-]+\.[\w-]+\.[\w-]+")

Json = dict[str, object]


class UnreachableError(Exception):
    """TMDB did not answer as it should; the message says how, without the address's parameters."""


class RefusedError(Exception):
    """TMDB does not accept the key."""


class NotFoundError(Exception):
    """TMDB has nothing with this id."""


class Client:
    """Requests to TMDB. A key of version 3 travels in the address, a token of version 4 in a header.

    All requests together may take `deadline_s`. `pause` is called before each and during waits, with the
    reason for a long wait: it may raise.
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
        self._store = AnswerStore(cache)
        self._ends = time.monotonic() + deadline_s
        self._deadline_s = deadline_s
        self._pause = pause
        self._dead: UnreachableError | RefusedError | None = None
        self._http: httpx.Client | None = None
        self.requests = 0

    def __repr__(self) -> str:
        return f"Client({self._base})"

    def get(self, path: str, params: Mapping[str, str | int] | None = None) -> Json:
        """TMDB's answer to GET `path`: a JSON object.

        Raises `UnreachableError`, `RefusedError` or `NotFoundError`; after one of the first two it makes no
        request again.
        """
        question = f"{self._base}{path}"
        if params:
            question += f"?{urlencode(sorted(params.items()))}"
        kept = self._store.get(question)
        stored = kept.answer if kept and isinstance(kept.answer, dict) else None
        if kept and stored is not None and kept.age_s < FRESH_S:
            return stored
        try:
            self._check_usable()
            answer = self._requested(path, params or {})
        except UnreachableError as error:
            self._dead = error
            if stored is None:
                raise
            return stored
        except RefusedError as error:
            self._dead = error
            raise
        self._store.keep(question, answer)
        return answer

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()

    def _check_usable(self) -> None:
        if not _KEY.fullmatch(self._key):
            raise RefusedError  # no header and no address takes it
        if self._dead:
            raise self._dead

    def _requested(self, path: str, params: Mapping[str, str | int]) -> Json:
        def request() -> Json:
            left = self._ends - time.monotonic()
            if left <= 0:
                raise UnreachableError(f"no answer within {self._deadline_s:g} s")
            self._pause("")
            self.requests += 1
            return self._once(path, params, left)

        try:
            return retry.repeated(
                request, first_wait_s=_FIRST_WAIT_S, give_up=self._gives_up, sleep=self._sleep
            )
        except RetryableError as error:
            raise UnreachableError(f"{error}{self._late()}") from None

    def _late(self) -> str:
        """The time that has passed, for a sentence; empty before the deadline."""
        return f", within {self._deadline_s:g} s" if time.monotonic() >= self._ends else ""

    def _gives_up(self, attempts: int, wait: float) -> bool:
        return attempts == ATTEMPTS or time.monotonic() + wait >= self._ends

    def _sleep(self, seconds: float, reason: str) -> None:
        self._pause(f"{reason}: waiting {seconds:.0f} s" if seconds >= _SHOWN_WAIT_S else "")
        retry.sleep(seconds, lambda: self._pause(""))

    def _once(self, path: str, params: Mapping[str, str | int], left: float) -> Json:
        """One request, which may take `left` seconds."""
        import httpx

        http = self._opened()
        key = {} if self._is_token() else {"api_key": self._key}
        timeout = httpx.Timeout(min(_ANSWER_S, left), connect=min(_CONNECT_S, left))
        try:
            with http.stream("GET", f"{self._base}{path}", params={**params, **key}, timeout=timeout) as got:
                status, after = got.status_code, got.headers.get("Retry-After", "")
                body = answers.received(got, until=self._ends, check=lambda: self._pause(""))
        except answers.EndlessError as error:
            raise UnreachableError(f"its answer {error}{self._late()}") from None
        except answers.UnreadableError as error:
            raise RetryableError(f"its answer {error}") from None
        except httpx.TimeoutException:
            raise RetryableError("no answer in time") from None
        except (httpx.InvalidURL, httpx.UnsupportedProtocol):
            raise UnreachableError(f"{BASE_VARIABLE} is not a valid address") from None
        except (httpx.HTTPError, UnicodeError, ValueError) as error:
            raise RetryableError(connection.described(error, self._key)) from None
        return self._judged(path, status, after, body)

    def _opened(self) -> httpx.Client:
        if self._http is None:
            headers = {"Accept": "application/json", "User-Agent": "orchestrator"}
            if self._is_token():
                headers["Authorization"] = f"Bearer {self._key}"
            try:
                self._http = connection.opened(headers)
            except connection.NetworkSettingsError as error:
                reason = connection.masked(str(error), self._key)
                raise UnreachableError(f"the settings of the network are wrong: {reason}") from None
        return self._http

    def _judged(self, path: str, status: int, after: str, body: bytes) -> Json:
        """The answer in `body`; raises if its status says that there is none."""
        answer: object = None
        with contextlib.suppress(ValueError):
            answer = json_of(body)
        if status == 200:
            if isinstance(answer, dict):
                return answer
            raise UnreachableError("what answered is not TMDB: its answer is not a JSON object")
        if status == 401:
            raise RefusedError
        if status == 404:
            if isinstance(answer, dict):
                raise NotFoundError(path)
            raise UnreachableError("what answered is not TMDB: it has no such address")
        if status == 429:
            raise RetryableError("it limits the rate of requests (429)", retry.retry_after(after))
        if status >= 500:
            raise RetryableError(f"it answers with a server error ({status})", retry.retry_after(after))
        raise UnreachableError(f"it rejects the request ({status})")

    def _is_token(self) -> bool:
        return _TOKEN.fullmatch(self._key) is not None

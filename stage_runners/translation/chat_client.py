"""A server that speaks OpenAI's chat completions: one question, one answer, with patience for a busy one. The key stays in this file."""

from __future__ import annotations

import contextlib
import email.utils
import os
import time
from collections.abc import Callable, Mapping, Sequence
from typing import Any
from urllib.parse import urlsplit

from ipc.errors import StageError

KEY_VARIABLE = "TRANSLATION_API_KEY"
OPENAI_HOST, OPENAI_VARIABLE = "api.openai.com", "OPENAI_API_KEY"
TRIES = 4
_UNREACHED_TRIES = 2
"""Where nobody ever answered, nobody is there."""
_LONGEST_WAIT = 60.0
"""Seconds that a server's `Retry-After` is obeyed for at most."""
_CONNECT_S = 10.0
_OPTIONAL = ("response_format", "seed", "temperature")
"""What some servers and models do not take: left out, one after the other, where a question is refused because of it."""
_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})


class RefusedError(Exception):
    """The server does not take this very question (too long, for one); the message is what it said."""


class Chat:
    """Questions to `model` at `endpoint`. `rest` is called again and again while it waits: it may raise."""

    def __init__(
        self, endpoint: str, model: str, *, timeout_s: float = 300.0, rest: Callable[[], None] = lambda: None
    ) -> None:
        self.address = address_of(endpoint)
        self.host = urlsplit(self.address).hostname or ""
        self.rest = rest
        self.without: list[str] = []
        self.answers = 0
        self._model, self._timeout_s = model, timeout_s
        self._key = _key(self.host)
        self._http: Any = None
        self._reached = False

    def __repr__(self) -> str:
        return f"Chat({self.address})"

    def ask(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The answer's text. `RefusedError` where the question cannot be answered, `StageError` where no question can."""
        body: dict[str, Any] = {
            "model": self._model, "messages": list(messages), "temperature": 0, "seed": 0, "stream": False,
            "response_format": {"type": "json_object"},
        }  # fmt: skip
        reason = "no answer"
        tries = 0
        while tries < (TRIES if self._reached else _UNREACHED_TRIES):
            self.rest()
            reason, wait, answer = self._once({k: v for k, v in body.items() if k not in self.without})
            if answer is not None:
                self.answers += 1
                return answer
            if wait is None:  # another try at once, without what the server does not know
                continue
            tries += 1
            if tries < (TRIES if self._reached else _UNREACHED_TRIES):
                self._sleep(max(wait, 0.5 * 2**tries))
        raise StageError(
            "auth",  # nothing on the command line is wrong, and asking at once again helps nobody
            f"{self.address} does not answer: {reason}; asked {tries} times.",
            "Is the server running, and is this its address? What it has translated is kept for the next run.",
        )

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _once(self, body: Mapping[str, Any]) -> tuple[str, float | None, str | None]:
        """One request: what went wrong, seconds to wait before the next (None: none, ask otherwise), and the answer."""
        import httpx

        self._open()
        try:
            headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
            response = self._http.post(self.address, json=body, headers=headers)
        except httpx.ReadTimeout:
            self._reached = True
            return f"nothing came within {self._timeout_s:g} s", 0.0, None
        except httpx.InvalidURL as error:
            raise StageError("config", f"{self.address} is no address: {self._masked(str(error))}") from error
        except httpx.HTTPError as error:
            return self._masked(str(error)) or type(error).__name__, 0.0, None
        self._reached = True
        if response.status_code == 200:
            return self._read(response)
        said = self._masked(_said(response))
        if response.status_code in _BUSY:
            return (
                f"{response.status_code} {said}",
                _retry_after(response.headers.get("retry-after", "")),
                None,
            )
        if response.status_code in {401, 403}:
            hint = f"Set {KEY_VARIABLE} to a key that may use it."
            raise StageError(
                "auth", f"{self.address} does not let us in: {response.status_code} {said}", hint
            )
        if response.status_code in {400, 413, 422}:
            if option := self._unknown(said, body):
                self.without.append(option)
                return said, None, None
            raise RefusedError(f"{response.status_code} {said}")
        hint = f"Does it have the model {self._model}, and is this the address of its OpenAI-compatible interface?"
        raise StageError("config", f"{self.address} says {response.status_code} {said}", hint)

    def _open(self) -> None:
        """Make the connections' pool; redirects are not followed, for the key is for this host."""
        import httpx

        if self._http is not None:
            return
        try:
            self._http = httpx.Client(timeout=httpx.Timeout(self._timeout_s, connect=_CONNECT_S))
        except (
            ImportError,
            OSError,
            ValueError,
        ) as error:  # a proxy or certificates that the user's settings name
            raise StageError(
                "config",
                f"The settings of the network are wrong: {self._masked(str(error))}",
                "Look at HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and SSL_CERT_FILE.",
            ) from error

    def _read(self, response: Any) -> tuple[str, float | None, str | None]:
        try:
            content = response.json()["choices"][0]["message"]["content"]
        except (ValueError, KeyError, IndexError, TypeError):
            return "what it sends is no chat completion", 0.0, None
        return ("", 0.0, content) if isinstance(content, str) else ("its answer is empty", 0.0, None)

    def _unknown(self, said: str, body: Mapping[str, Any]) -> str:
        """The option that the server complains of, or the next that some servers do not take; empty where none is left.

        After one answer the options are known to be fine, unless one is named.
        """
        left = [option for option in _OPTIONAL if option in body]
        named = [option for option in left if option in said]
        return next(iter(named or ([] if self.answers else left)), "")

    def _sleep(self, seconds: float) -> None:
        ends = time.monotonic() + seconds
        while (left := ends - time.monotonic()) > 0:
            self.rest()
            time.sleep(min(0.2, left))

    def _masked(self, text: str) -> str:
        return text.replace(self._key, "***") if self._key else text


def address_of(endpoint: str) -> str:
    """The address of the chat completions at `endpoint`: a host, its `/v1`, or the whole; `StageError` where it is none."""
    parts = urlsplit(endpoint.strip())
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        hint = "It begins with http:// or https://, such as http://localhost:11434/v1."
        raise StageError("config", f"--translation-endpoint {endpoint!r} is no address of a server.", hint)
    if parts.username or parts.password:
        said = f"--translation-endpoint holds a password for {parts.hostname}, and addresses are kept in reports."
        raise StageError("config", said, f"Take it out, and put the key into {KEY_VARIABLE}.")
    path = parts.path.rstrip("/")
    if not path.endswith("/chat/completions"):
        path = f"{path or '/v1'}/chat/completions"
    return parts._replace(path=path, fragment="").geturl()


def _key(host: str) -> str:
    """The key for this host; OpenAI's own goes to OpenAI alone."""
    key = os.environ.get(KEY_VARIABLE, "").strip()
    if not key and host == OPENAI_HOST:
        key = os.environ.get(OPENAI_VARIABLE, "").strip()
    if not key.isascii() or not key.isprintable():
        raise StageError(
            "auth", f"{KEY_VARIABLE} holds what no key can: characters that are not ASCII, or a line's end."
        )
    return key


def _said(response: Any) -> str:
    """What the server says of its refusal, in a line."""
    text = response.text
    with contextlib.suppress(ValueError, KeyError, TypeError):
        error = response.json()["error"]
        text = error["message"] if isinstance(error, dict) else str(error)
    return " ".join(str(text).split())[:300]


def _retry_after(text: str) -> float:
    """Seconds that `Retry-After` asks for, as a number or as a date; 0 where it is neither."""
    with contextlib.suppress(ValueError):
        return min(_LONGEST_WAIT, max(0.0, float(text)))
    with contextlib.suppress(ValueError, TypeError):
        until = email.utils.parsedate_to_datetime(text).timestamp() - time.time()
        return min(_LONGEST_WAIT, max(0.0, until))
    return 0.0

"""A server that speaks OpenAI's chat completions: one question, one answer, with patience for a busy one. The
key stays in this file.
"""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, NamedTuple
from urllib.parse import urlsplit

from ipc.errors import StageError
from ipc.parsing import json_of
from stage_runners.network import answers, connection, retry
from stage_runners.network.retry import RetryableError

if TYPE_CHECKING:
    import httpx

KEY_VARIABLE = "TRANSLATION_API_KEY"
OPENAI_HOST, OPENAI_VARIABLE = "api.openai.com", "OPENAI_API_KEY"
ATTEMPTS = 4
_UNREACHED_ATTEMPTS = 2
"""Attempts while the server has never answered: then it is not running."""
_FIRST_WAIT_S = 1.0
_LONGEST_WAIT_S = 60.0
"""A longer `Retry-After` is cut to this."""
_CONNECT_S = 10.0
_OPTIONAL = ("response_format", "seed", "temperature")
"""Options that some servers and models reject: left out one by one if a request is rejected because of
them."""
_BUSY = frozenset({408, 409, 425, 429, 500, 502, 503, 504, 529})
_REJECTED = frozenset({400, 413, 422})
_LONGEST_REASON = 300
"""Characters."""
_LARGEST = 4 << 20
"""Bytes of an answer. A model that never ends its thoughts writes more."""


class _Answer(NamedTuple):
    """A server's answer: its status, its header `Retry-After`, its body."""

    status: int
    retry_after: str
    body: bytes


@dataclass
class Spent:
    """What the answers cost: characters of the questions and answers; tokens as far as the server says."""

    requests: int = 0
    sent: int = 0
    received: int = 0
    prompt_tokens: int = 0
    completion_tokens: int = 0

    def add(self, messages: Sequence[Mapping[str, str]], answer: str, usage: object) -> None:
        """Count an answer; `usage` is what the server reports."""
        self.requests += 1
        self.sent += sum(len(one["content"]) for one in messages)
        self.received += len(answer)
        if isinstance(usage, dict):
            self.prompt_tokens += _count(usage.get("prompt_tokens"))
            self.completion_tokens += _count(usage.get("completion_tokens"))


def _count(value: object) -> int:
    plain = isinstance(value, int) and not isinstance(value, bool)
    return value if plain and 0 <= value < 1 << 40 else 0  # type: ignore[operator,return-value]


class RefusedError(Exception):
    """The server rejects this one question (too long, for example); the message is the server's."""


class Chat:
    """Questions to `model` at `endpoint`. `check` is called again and again during waits: it may raise."""

    def __init__(
        self, endpoint: str, model: str, *, timeout_s: float = 300.0, check: Callable[[], None] = lambda: None
    ) -> None:
        self.address = address_of(endpoint)
        self.host = urlsplit(self.address).hostname or ""
        self.answers = 0
        self.spent = Spent()
        self._check = check
        self._left_out: list[str] = []
        self._model, self._timeout_s = model, timeout_s
        self._key = _key(self.host)
        self._http: httpx.Client | None = None
        self._reached = False

    def __repr__(self) -> str:
        return f"Chat({self.address})"

    def ask(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The answer's text. `RefusedError` if this question cannot be answered, `StageError` if none can."""
        try:
            answer = retry.repeated(
                lambda: self._once(messages),
                first_wait_s=_FIRST_WAIT_S,
                give_up=lambda attempts, _: attempts >= (ATTEMPTS if self._reached else _UNREACHED_ATTEMPTS),
                sleep=lambda seconds, _: retry.sleep(seconds, self._check),
            )
        except RetryableError as error:
            # Not an error of the command line, and an immediate retry does not help.
            raise StageError(
                "auth",
                f"{self.address} does not answer: {error} ({error.attempts} attempts)",
                "check that the server is running at this address; finished translations are stored for "
                "the next run",
            ) from None
        self.answers += 1
        return answer

    def close(self) -> None:
        """Close the connections."""
        if self._http is not None:
            self._http.close()
            self._http = None

    def _once(self, messages: Sequence[Mapping[str, str]]) -> str:
        """The answer to one request, or to the first that holds no option which the server rejects."""
        while True:
            self._check()
            body = self._body(messages)
            answer = self._post(body)
            if answer.status == 200:
                text = _content(answer.body)
                self.spent.add(messages, text, json_of(answer.body).get("usage"))
                return text
            reason = connection.masked(_reason(answer.body), self._key)
            option = self._rejected_option(reason, body) if answer.status in _REJECTED else ""
            if not option:
                raise self._error(answer, reason)
            self._left_out.append(option)

    def _body(self, messages: Sequence[Mapping[str, str]]) -> dict[str, object]:
        body: dict[str, object] = {
            "model": self._model, "messages": list(messages), "temperature": 0, "seed": 0, "stream": False,
            "response_format": {"type": "json_object"},
        }  # fmt: skip
        return {name: value for name, value in body.items() if name not in self._left_out}

    def _post(self, body: Mapping[str, object]) -> _Answer:
        import httpx

        timeout = httpx.Timeout(self._timeout_s, connect=_CONNECT_S)
        headers = {"Authorization": f"Bearer {self._key}"} if self._key else {}
        try:
            if self._http is None:
                self._http = connection.opened()
            until = time.monotonic() + self._timeout_s
            with self._http.stream(
                "POST", self.address, json=body, headers=headers, timeout=timeout
            ) as response:
                found = _Answer(
                    response.status_code,
                    response.headers.get("retry-after", ""),
                    answers.received(response, until=until, most=_LARGEST, check=self._check),
                )
        except connection.NetworkSettingsError as error:
            raise StageError(
                "config",
                f"the settings of the network are wrong: {connection.masked(str(error), self._key)}",
                "check HTTPS_PROXY, HTTP_PROXY, ALL_PROXY and SSL_CERT_FILE",
            ) from None
        except httpx.ReadTimeout:
            self._reached = True
            raise RetryableError(f"no answer within {self._timeout_s:g} s") from None
        except (answers.EndlessError, answers.UnreadableError) as error:
            self._reached = True
            raise RetryableError(f"its answer {error}") from None
        except httpx.InvalidURL as error:
            reason = connection.described(error, self._key)
            raise StageError("config", f"{self.address} is not a valid address: {reason}") from None
        except httpx.HTTPError as error:
            raise RetryableError(connection.described(error, self._key)) from None
        self._reached = True
        return found

    def _error(self, answer: _Answer, reason: str) -> Exception:
        """What to raise for an answer with an error's status."""
        status = answer.status
        if status in _BUSY:
            wait = retry.retry_after(answer.retry_after)
            return RetryableError(f"{status} {reason}", min(_LONGEST_WAIT_S, wait))
        if status in {401, 403}:
            hint = f"set {KEY_VARIABLE} to a key that is valid there"
            if not self._key:
                hint += "; no key goes to a server that only a job file names"
            return StageError("auth", f"{self.address} refuses access: {status} {reason}", hint)
        if status in _REJECTED:
            return RefusedError(f"{status} {reason}")
        hint = f"check that it has the model {self._model}, and that this is its OpenAI-compatible address"
        return StageError("config", f"{self.address} answers {status} {reason}", hint)

    def _rejected_option(self, reason: str, body: Mapping[str, object]) -> str:
        """The option that the server names, or the next that some servers reject; empty if there is none.

        After one answer the options are known to be accepted, unless one is named.
        """
        left = [option for option in _OPTIONAL if option in body]
        named = [option for option in left if option in reason]
        return next(iter(named or ([] if self.answers else left)), "")


def address_of(endpoint: str) -> str:
    """The address of the chat completions at `endpoint`: a host, its `/v1`, or the whole; `StageError` if it
    is not an address.
    """
    parts = urlsplit(endpoint.strip())
    if parts.username or parts.password:
        raise StageError(
            "config",
            f"--translation-endpoint holds a password for {parts.hostname}, and reports show the address",
            f"take it out, and put the key into {KEY_VARIABLE}",
        )
    if parts.scheme not in {"http", "https"} or not parts.hostname:
        hint = "it begins with http:// or https://, such as http://localhost:11434/v1"
        raise StageError(
            "config", f"--translation-endpoint {endpoint!r} is not the address of a server", hint
        )
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
            "auth", f"{KEY_VARIABLE} is not a key: it holds a line break, or characters that are not ASCII"
        )
    return key


def _content(body: bytes) -> str:
    """The text of a chat completion."""
    try:
        content = json_of(body)["choices"][0]["message"]["content"]
    except (ValueError, KeyError, IndexError, TypeError):
        raise RetryableError("its answer is not a chat completion") from None
    if not isinstance(content, str):
        raise RetryableError("its answer is empty")
    return content


def _reason(body: bytes) -> str:
    """The server's reason for a refusal, on one line."""
    text: object = answers.text_of(body)
    with contextlib.suppress(ValueError, KeyError, TypeError):
        error = json_of(body)["error"]
        text = error["message"] if isinstance(error, dict) else error
    return " ".join(str(text).split())[:_LONGEST_REASON]

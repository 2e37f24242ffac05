"""Turns errors of huggingface_hub and of its HTTP clients into sentences with advice.

Their classes are known by name, because the library is in other environments, in two versions: with
`requests` (huggingface_hub before 1) and with `httpx` (since then).
"""

from __future__ import annotations

import errno
import os
import re
from collections.abc import Mapping
from typing import Any

from ipc.errors import storage_hint
from orchestrator.errors import FAILED, STORAGE, FatalError
from orchestrator.models import hub
from orchestrator.util.redact import masked


class GatedError(FatalError):
    """The conditions of the model have not been accepted with this user's token, or there is no token."""


class UnreachedError(FatalError):
    """No server answers: no network, or a proxy that lets nothing through."""


class BrokenOffError(FatalError):
    """The connection broke off several times; what has arrived is kept."""


_UNREACHED = frozenset({
    "LocalEntryNotFoundError", "OfflineModeIsEnabled", "ConnectionError", "Timeout", "TransportError",
})  # fmt: skip
_BROKEN = frozenset({
    "ChunkedEncodingError", "ProtocolError", "ReadError", "RemoteProtocolError", "ReadTimeout",
})  # fmt: skip
_PROXIES = ("HTTPS_PROXY", "https_proxy", "HTTP_PROXY", "http_proxy", "ALL_PROXY", "all_proxy")
AGAIN = "what has arrived is kept: run the same command again to continue"


def page(repository: str) -> str:
    """Return the address of a model's page."""
    return f"{(os.environ.get('HF_ENDPOINT') or 'https://huggingface.co').rstrip('/')}/{repository}"


def error(repository: str, revision: str, answer: Mapping[str, Any], instead: str = "") -> FatalError:
    """The error for an `answer` of the script: its classes, its text and the number of the system's error.

    `instead` ends the hint.
    """
    kind, message, hint, status = _explained(
        repository, revision, frozenset(answer["names"]), str(answer["text"]), answer.get("errno")
    )
    return kind(masked(message), masked("; ".join(filter(None, (hint, instead)))), status)


def gated(repository: str) -> GatedError:
    """The error for a model whose conditions are not accepted yet."""
    accept = f"accept its conditions on {page(repository)}"
    hint = (
        f"your token cannot read it: {accept}"
        if hub.has_token()
        else f"{accept}, then set HF_TOKEN to a token that can read it"
    )
    return GatedError(f"{repository} is a gated repository on the Hugging Face Hub", masked(hint), FAILED)


def _explained(
    repository: str, revision: str, names: frozenset[str], text: str, number: int | None
) -> tuple[type[FatalError], str, str, int]:
    if "GatedRepoError" in names:
        refusal = gated(repository)
        return GatedError, refusal.message, refusal.hint, FAILED
    if "Invalid credentials" in text or "Invalid user token" in text:
        hint = f"create a new one on {page('settings/tokens')}, or unset HF_TOKEN"
        return FatalError, "the Hugging Face Hub rejects your token", hint, FAILED
    if "RevisionNotFoundError" in names:
        return FatalError, f"{repository} has no revision {revision} on the Hugging Face Hub", "", FAILED
    if "RepositoryNotFoundError" in names:
        hint = "if it is private, set HF_TOKEN to a token that can read it"
        return FatalError, f"the Hugging Face Hub has no model {repository}", hint, FAILED
    if "DamagedError" in names:
        message = f"{repository}: {text} arrived damaged, its SHA-256 is not the Hub's; it was removed"
        return FatalError, message, "run the same command again", FAILED
    if number in {errno.ENOSPC, errno.EDQUOT, errno.EROFS, errno.EACCES}:
        full = OSError(number, os.strerror(number))
        message = f"{repository} cannot be written to {hub.cache()}: {full.strerror}"
        hint = storage_hint(full, "set HF_HUB_CACHE to a folder that can be written")
        return FatalError, message, f"{hint}; {AGAIN}", STORAGE
    if "ProxyError" in names or " 407 " in f" {text} ":
        proxy = next((os.environ[name] for name in _PROXIES if os.environ.get(name)), "").rpartition("@")[2]
        reason = (re.findall(r"'([^']+)'", text) or [text])[-1]  # the innermost of its causes
        message = (
            f"the proxy{f' {proxy}' if proxy else ''} does not let the Hugging Face Hub through: {reason}"
        )
        return UnreachedError, message, "check HTTPS_PROXY, with user and password if it wants them", FAILED
    if names & _BROKEN:
        return (
            BrokenOffError,
            f"{repository}: the connection to the Hugging Face Hub broke off",
            AGAIN,
            FAILED,
        )
    if names & _UNREACHED:
        message = f"{repository} is not on this disk, and the Hugging Face Hub cannot be reached"
        hint = "check the network, and the proxy if you have one"
        return UnreachedError, message, hint, FAILED
    return FatalError, f"{repository} could not be downloaded: {text}", "", FAILED

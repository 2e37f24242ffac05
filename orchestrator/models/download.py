"""Downloads from the Hugging Face Hub, made by the library huggingface_hub of a stage's environment.

The orchestrator imports no huggingface_hub: it starts a process in the environment that will use the model,
with the user's own HF_* settings and token, and lets it go on once it has told size and licence, and the disk
has room.
"""

from __future__ import annotations

import contextlib
import json
import queue
import subprocess
import tempfile
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import IO, Any

from orchestrator.environments import registry
from orchestrator.errors import STORAGE, USAGE, FatalError
from orchestrator.models import download_progress, hub, hub_errors
from orchestrator.models.family import ModelFamily
from orchestrator.models.hub_script import SCRIPT
from orchestrator.util import notices, terminal
from orchestrator.util import text as fmt
from orchestrator.util.free_space import free_space

_POLL_S = 0.2
_SLACK = 64 << 20
"""Bytes that a download must leave free."""


@dataclass(frozen=True, kw_only=True)
class Offer:
    """What the Hub says of a model: its size in bytes (0 if unknown), the bytes of it that are on this disk
    already, its licence (empty if the author names none), and whether its files are refused to this user.
    """

    repository: str
    commit: str
    size: int
    there: int
    licence: str
    gated: bool = False

    @property
    def described(self) -> str:
        """Size and licence, and what is there already, in a few words."""
        size = fmt.size(self.size) if self.size else "unknown size"
        rest = f", {fmt.size(self.there)} of it are here" if 0 < self.there < self.size else ""
        return f"{size}{rest}, licence {self.licence or 'not stated'}"


def look(family: ModelFamily, repository: str, *, device: str = "cpu", environment: str = "") -> Offer:
    """Ask the Hub what a model for `device` is, and download nothing; `FatalError` if it cannot be had.

    `environment` is another one than the family's to ask from, if that is not installed yet.
    """
    with _asking(family, repository, "", device=device, look=True, environment=environment) as said:
        return _offer(repository, "", said.answer(), "")[0]


def download(
    family: ModelFamily,
    repository: str,
    revision: str,
    *,
    instead: str,
    marks: Sequence[str] = (),
    device: str = "cpu",
) -> Path | None:
    """Download a model of `family` and return its snapshot's folder. An interrupted download is resumed.

    None, and nothing is downloaded, if the repository holds none of the files `marks`. `FatalError` with the
    reason if it cannot be downloaded; its hint ends with `instead`, which names what can be used.
    """
    if revision and not hub.is_revision(revision):
        message = f"{repository}@{revision}: this is not a revision"
        raise FatalError(message, "after the @, write a branch, a tag or a commit", USAGE)
    with _asking(family, repository, revision, device=device, marks=marks) as said:
        first = said.answer()
        if "UnfitError" in first.get("names", ()):
            return None
        offer, arrived = _offer(repository, revision, first, instead)
        _check_room(offer)
        if not notices.quiet():
            terminal.tell(f"downloading {repository}: {offer.described}")
        said.go()
        with download_progress.view(repository, offer.size, offer.there) as view:
            while True:
                line = said.answer(_POLL_S)
                view.arrived(arrived())
                if "broken" in line:
                    view.say("the connection broke off; continuing")
                elif "path" in line:
                    return Path(line["path"])
                elif "names" in line:
                    raise hub_errors.error(repository, revision, line, instead)


@contextlib.contextmanager
def _asking(
    family: ModelFamily,
    repository: str,
    revision: str,
    *,
    device: str,
    marks: Sequence[str] = (),
    look: bool = False,
    environment: str = "",
) -> Iterator[Conversation]:
    """Start the process of the library; it ends with the block."""
    asked = {
        "repository": repository,
        "revision": revision,
        "allow": list(family.files(device)),
        "ignore": list(family.ignore),
        "marks": list(marks),
        "unfinished": str(hub.unfinished(repository)),
        "blobs": str(hub.blobs(repository)),
        "look": look,
    }
    env = environment or family.environment
    python = registry.require(env)
    with tempfile.TemporaryFile("w+", encoding="utf-8", errors="replace") as errors:
        process = subprocess.Popen(
            [python, "-P", "-c", SCRIPT, json.dumps(asked)],
            text=True, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors,
            env=registry.child_environment(env, {"HF_HUB_DISABLE_PROGRESS_BARS": "1"}, fetching=True),
            cwd=registry.get(env).folder,
        )  # fmt: skip
        try:
            yield Conversation(process, errors)
        finally:
            process.kill()
            process.communicate()


class Conversation:
    """The process: what it answers, as soon as it does."""

    def __init__(self, process: subprocess.Popen[str], errors: IO[str]) -> None:
        self._process = process
        self._errors = errors
        self._lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._read, daemon=True).start()

    def go(self) -> None:
        """Let the process download."""
        with contextlib.suppress(OSError):  # it is gone, and the next answer says why
            if self._process.stdin:
                self._process.stdin.write("go\n")
                self._process.stdin.flush()

    def answer(self, timeout: float | None = None) -> Mapping[str, Any]:
        """The next line; an empty one if there is none within `timeout` seconds."""
        try:
            text = self._lines.get(timeout=timeout)
        except queue.Empty:
            return {}
        with contextlib.suppress(ValueError):
            line = json.loads(text)
            if isinstance(line, dict):
                return line
        self._errors.seek(0)
        words = self._errors.read().strip().splitlines() or ["its process ended without a message"]
        return {"names": [], "text": words[-1][-300:]}

    def _read(self) -> None:
        with contextlib.suppress(ValueError):  # closed while it is read: the process was stopped
            for line in self._process.stdout or ():
                self._lines.put(line)
        self._lines.put("")


def _offer(
    repository: str, revision: str, line: Mapping[str, Any], instead: str
) -> tuple[Offer, Callable[[], int]]:
    """What the Hub says, and a function that counts the bytes on this disk; `FatalError` if it refuses."""
    if "commit" not in line:
        raise hub_errors.error(repository, revision, line, instead)
    names = {blob for blob in line["blobs"].values() if blob}

    def arrived() -> int:
        return hub.arrived(repository, names)

    size = sum(line["sizes"].values())
    offer = Offer(
        repository=repository,
        commit=line["commit"],
        size=size,
        there=min(size, arrived()),
        licence=str(line["licence"]),
        gated=bool(line["gated"]),
    )
    return offer, arrived


def _check_room(offer: Offer) -> None:
    """Raise `FatalError` (storage) if the disk has no room for the rest of a download."""
    needed, (place, free) = offer.size - offer.there, free_space(hub.cache())
    if needed and free < needed + _SLACK:
        raise FatalError(
            f"{offer.repository}: needs {fmt.size(needed)} in {place}, which has {fmt.size(free)} free",
            "free some space there, or set HF_HUB_CACHE to a folder on another disk",
            STORAGE,
        )

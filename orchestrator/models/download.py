"""Downloads from the Hugging Face Hub, made by the library huggingface_hub of a stage's environment.

The orchestrator imports no huggingface_hub: it starts a process in the environment that will use the model,
with the user's own HF_* settings and token.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from pathlib import Path

from orchestrator.environments import registry
from orchestrator.errors import FAILED, USAGE, FatalError
from orchestrator.models import hub
from orchestrator.models.family import ModelFamily
from orchestrator.util import terminal

_SCRIPT = """
import json, pathlib, sys
from huggingface_hub import HfApi, snapshot_download
asked = json.loads(sys.argv[1])
try:
    about = HfApi().model_info(asked["repository"], revision=asked["revision"] or None)
    files = [file.rfilename for file in about.siblings or []]
    if not all(map(str.isprintable, files)):
        raise ValueError("the name of a file in it has control characters")
    begun = pathlib.Path(asked["unfinished"]) / about.sha
    if asked["marks"] and not set(asked["marks"]) & set(files):
        raise type("UnfitError", (Exception,), {})()
    if any(name.startswith("model") and ".safetensors" in name for name in files):
        asked["ignore"].append("pytorch_model*.bin")
    begun.parent.mkdir(parents=True, exist_ok=True)
    begun.touch()
    found = snapshot_download(asked["repository"], revision=asked["revision"] or None,
                              allow_patterns=asked["allow"] or None, ignore_patterns=asked["ignore"] or None)
    begun.unlink(missing_ok=True)
    print(json.dumps({"path": found}))
except Exception as error:
    text = (str(error).strip() or "no message").splitlines()[0]
    print(json.dumps({"names": [kind.__name__ for kind in type(error).__mro__], "text": text}))
"""
"""Prints one JSON line. Its stderr is the library's progress with names of files, which a terminal shows."""

_UNREACHED = frozenset({
    "LocalEntryNotFoundError", "OfflineModeIsEnabled", "ConnectionError", "Timeout", "TransportError",
})  # fmt: skip
"""What requests (huggingface_hub before 1) and httpx (since then) raise when no server answers."""


def page(repository: str) -> str:
    """Return the address of a model's page."""
    return f"{(os.environ.get('HF_ENDPOINT') or 'https://huggingface.co').rstrip('/')}/{repository}"


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
    asked = {
        "repository": repository,
        "revision": revision,
        "allow": list(family.files(device)),
        "ignore": list(family.ignore),
        "marks": list(marks),
        "unfinished": str(hub.unfinished(repository)),
    }
    on_terminal = sys.stderr.isatty()
    quiet = {} if on_terminal else {"HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    terminal.tell(f"downloading {repository} from the Hugging Face Hub")
    process = subprocess.run(
        [registry.require(family.environment), "-P", "-c", _SCRIPT, json.dumps(asked)],
        text=True, check=False, stdout=subprocess.PIPE, stderr=None if on_terminal else subprocess.PIPE,
        env=registry.child_environment(family.environment, quiet, fetching=True),
        cwd=registry.get(family.environment).folder,
    )  # fmt: skip
    try:
        answer = json.loads(process.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        answer = {
            "names": [],
            "text": (process.stderr or "its process ended without a message").strip()[-300:],
        }
    if "path" in answer:
        return Path(answer["path"])
    if "UnfitError" in answer["names"]:
        return None
    message, hint = _reason(repository, revision, answer["names"], answer["text"])
    raise FatalError(message, "; ".join(filter(None, (hint, instead))), FAILED)


def _reason(repository: str, revision: str, names: Sequence[str], text: str) -> tuple[str, str]:
    """The message and hint for an error of the library, by the `names` of its classes and its `text`."""
    if "GatedRepoError" in names:
        accept = f"accept its conditions on {page(repository)}"
        hint = (
            f"your token cannot read it: {accept}"
            if hub.has_token()
            else f"{accept}, then set HF_TOKEN to a token that can read it"
        )
        return f"{repository} is a gated repository on the Hugging Face Hub", hint
    if "Invalid credentials" in text or "Invalid user token" in text:
        hint = f"create a new one on {page('settings/tokens')}, or unset HF_TOKEN"
        return "the Hugging Face Hub rejects your token", hint
    if "RevisionNotFoundError" in names:
        return f"{repository} has no revision {revision} on the Hugging Face Hub", ""
    if "RepositoryNotFoundError" in names:
        hint = "if it is private, set HF_TOKEN to a token that can read it"
        return f"the Hugging Face Hub has no model {repository}", hint
    if not _UNREACHED.isdisjoint(names):
        return f"{repository} is not on this disk, and the Hugging Face Hub cannot be reached", ""
    return f"{repository} could not be downloaded: {text}", ""

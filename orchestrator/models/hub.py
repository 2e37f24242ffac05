"""The Hugging Face Hub: its cache on this disk, read directly, and a download made by a stage's environment.

The orchestrator imports no huggingface_hub: looking into the cache is a few `stat`s, and only a download needs the
library, which then runs in the environment that will use the model, with the user's own HF_* settings and token.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.environments import registry
from orchestrator.errors import FAILED, USAGE, FatalError
from orchestrator.paths import home

ENVIRONMENT_OF = {
    "whisper": "whisperx", "aligner": "whisperx", "segmentation": "pyannote", "diarization": "pyannote",
    "translation": "translation",
}  # fmt: skip
"""The environment whose huggingface_hub fetches models of a role."""


def is_repository(name: str) -> bool:
    """Say whether `name` can be the id of a model on the Hub."""
    return re.fullmatch(r"[A-Za-z0-9][\w.-]*/[A-Za-z0-9][\w.-]*", name) is not None


def cache() -> Path:
    """Return the Hub's cache folder, by the variables that huggingface_hub documents."""
    if chosen := os.environ.get("HF_HUB_CACHE") or os.environ.get("HUGGINGFACE_HUB_CACHE"):
        return Path(chosen).expanduser()
    return _home() / "hub"


def _home() -> Path:
    if chosen := os.environ.get("HF_HOME"):
        return Path(chosen).expanduser()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base).expanduser() if base else Path.home() / ".cache") / "huggingface"


def cached(repository: str, revision: str, whole: Callable[[Path], bool]) -> Path | None:
    """Return the snapshot of `repository` on this disk that is `whole`, or None.

    `revision` is a branch, a tag, a commit or empty for the main branch; without it, the newest whole snapshot serves
    where the main branch was never fetched.
    """
    folder = cache() / f"models--{repository.replace('/', '--')}"
    try:
        commit = (folder / "refs" / (revision or "main")).read_text(encoding="ascii").strip()
    except OSError:
        commit = revision
    snapshots = folder / "snapshots"
    if commit:
        candidates = [snapshots / commit]
    else:
        candidates = sorted(snapshots.glob("*"), key=lambda path: path.stat().st_mtime, reverse=True)
    # A snapshot's files are links to blobs: one that is being fetched, or that lost its blob, does not exist.
    return next((path for path in candidates if not cut_short(repository, path.name) and whole(path)), None)


def repositories(role: str, whole: Callable[[Path], bool]) -> list[str]:
    """Return the ids of the cached repositories that can be models of `role`: a guess for listings, from file names."""
    found = []
    for folder in sorted(cache().glob("models--*--*")):
        repository = folder.name.removeprefix("models--").replace("--", "/", 1)
        snapshot = cached(repository, "", whole)
        if snapshot is not None and _looks_like(snapshot, role):
            found.append(repository)
    return found


def _looks_like(snapshot: Path, role: str) -> bool:
    if role == "aligner":
        return (snapshot / "vocab.json").exists() and (snapshot / "preprocessor_config.json").exists()
    if role == "segmentation":
        return "segmentation" in snapshot.parent.parent.name
    return True


def has_token() -> bool:
    """Say whether there is a token: from the environment, or from the Hub's own login. It is not looked at."""
    if any(os.environ.get(name) for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN")):
        return True
    chosen = os.environ.get("HF_TOKEN_PATH")
    return (Path(chosen).expanduser() if chosen else _home() / "token").is_file()


def size_of(snapshot: Path) -> int:
    """Return the bytes of a snapshot's files."""
    return sum(file.stat().st_size for file in snapshot.rglob("*") if file.is_file())


def remove(repository: str) -> int:
    """Remove a repository from the cache; return how many bytes that frees (0 where it was not there)."""
    folder = cache() / f"models--{repository.replace('/', '--')}"
    size = sum(file.stat().st_size for file in folder.rglob("*") if file.is_file() and not file.is_symlink())
    shutil.rmtree(_fetching(repository), ignore_errors=True)
    shutil.rmtree(folder, ignore_errors=True)
    return size


FETCH = """
import json, pathlib, sys
from huggingface_hub import HfApi, snapshot_download
asked = json.loads(sys.argv[1])
try:
    about = HfApi().model_info(asked["repository"], revision=asked["revision"] or None)
    files = [file.rfilename for file in about.siblings or []]
    begun = pathlib.Path(asked["fetching"]) / about.sha
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
"""Prints one JSON line; its stderr is the library's progress, which a terminal shows."""

ALLOW = {
    "whisper": [
        "config.json",
        "generation_config.json",
        "preprocessor_config.json",
        "tokenizer.json",
        "tokenizer_config.json",
        "vocabulary.*",
        "vocab.json",
        "merges.txt",
        "normalizer.json",
        "added_tokens.json",
        "special_tokens_map.json",
        "model.bin",
        "weights.*",
        "model*.safetensors*",
        "pytorch_model*.bin",
        "pytorch_model.bin.index.json",
    ],
}
IGNORE = {
    "aligner": ["*.h5", "*.msgpack", "*.onnx", "*.ot", "language_model/*"],
    "whisper": ["*fp32*"],  # openai/whisper-large-v3 holds its weights twice: these are twice as large
}


def _fetching(repository: str) -> Path:
    """The folder of files named like a commit, each there from the beginning of its fetch until that has ended well."""
    return home() / "memo" / "fetching" / repository.replace("/", "--")


def cut_short(repository: str, commit: str) -> bool:
    """Say whether a fetch of ours was begun and has not ended: what lies in the cache may lack files, whatever they are."""
    return (_fetching(repository) / commit).exists()


def page(repository: str) -> str:
    """Return the address of a model's page."""
    return f"{(os.environ.get('HF_ENDPOINT') or 'https://huggingface.co').rstrip('/')}/{repository}"


def fetch(
    repository: str, revision: str, *, role: str, there: str, marks: Sequence[str] = (), env: str = "",
    allow: Sequence[str] = (),
) -> Path:  # fmt: skip
    """Fetch a model and return its snapshot's folder; FatalError that says why it cannot be had and what is there.

    Nothing is fetched of a repository that holds none of the files `marks`, and of others only what `allow` names (or all that
    models of the role need). The library of `env`, or of the role's environment, does it. A fetch that was cut short goes on.
    """
    env = env or ENVIRONMENT_OF[role]
    asked = {
        "repository": repository,
        "revision": revision,
        "allow": list(allow) or ALLOW.get(role, []),
        "ignore": IGNORE.get(role, []),
        "marks": list(marks),
        "fetching": str(_fetching(repository)),
    }
    shown = sys.stderr.isatty()
    quiet = {} if shown else {"HF_HUB_DISABLE_PROGRESS_BARS": "1"}
    print(f"fetching {repository} from the Hub", file=sys.stderr)
    done = subprocess.run(
        [registry.require(env), "-P", "-c", FETCH, json.dumps(asked)], text=True, check=False,
        stdout=subprocess.PIPE, stderr=None if shown else subprocess.PIPE,
        env=registry.child_environment(env, quiet, fetching=True),
    )  # fmt: skip
    try:
        answer = json.loads(done.stdout.strip().splitlines()[-1])
    except (ValueError, IndexError):
        answer = {"names": [], "text": (done.stderr or "its process said nothing").strip()[-300:]}
    if "path" in answer:
        return Path(answer["path"])
    raise _refused(repository, role, answer["names"], answer["text"], there, marks)


_UNREACHED = frozenset({
    "LocalEntryNotFoundError", "OfflineModeIsEnabled", "ConnectionError", "Timeout", "TransportError",
})  # fmt: skip
"""What requests (huggingface_hub before 1) and httpx (since then) raise where nobody answers."""


def _refused(
    repository: str, role: str, names: Sequence[str], text: str, there: str, marks: Sequence[str]
) -> FatalError:
    if "GatedRepoError" in names:
        first = (
            f"your token may not read it: accept its conditions on {page(repository)}"
            if has_token()
            else f"accept its conditions on {page(repository)}, then set HF_TOKEN to a token that may read it"
        )
        hint = f"{first}; {there}"
        return FatalError(f"the Hub does not give {repository} to everybody", hint, FAILED)
    if "UnfitError" in names:
        return FatalError(
            f"{repository} is no {role} model: it holds none of {', '.join(marks)}", there, USAGE
        )
    if "Invalid credentials" in text or "Invalid user token" in text:
        hint = f"make a new one on {page('settings/tokens')}, or unset HF_TOKEN; {there}"
        return FatalError("the Hub does not know your token", hint, FAILED)
    if "RevisionNotFoundError" in names:
        return FatalError(f"{repository} has no such revision on the Hub", there, FAILED)
    if "RepositoryNotFoundError" in names:
        hint = f"if it is private, set HF_TOKEN to a token that may read it; {there}"
        return FatalError(f"the Hub has no model {repository}", hint, FAILED)
    if not _UNREACHED.isdisjoint(names):
        return FatalError(f"{repository} is not on this disk, and the Hub cannot be reached", there, FAILED)
    return FatalError(f"{repository} could not be fetched: {text}", there, FAILED)

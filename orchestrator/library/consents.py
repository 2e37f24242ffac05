"""Stores the user's consents to job files in `home()/consent/`: to a file of this path with this content.

As direnv's `allow`: a file that changed, moved or was copied needs consent again.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path

from orchestrator.paths import home
from orchestrator.util import memo, own_files
from orchestrator.util.storage_errors import storage_errors

_PRIVATE_FILE, _PRIVATE_FOLDER = 0o600, 0o700


@dataclass(frozen=True, kw_only=True)
class Consent:
    """A consent: the job file's real path and SHA-256, when it was given, and the options that it is for.

    `targets` has, for options that are paths, what was there: see `orchestrator.config.consent`.
    """

    path: str
    digest: str
    when: str
    keys: tuple[str, ...] = ()
    targets: Mapping[str, str] = field(default_factory=dict)


def find(path: Path) -> Consent | None:
    """The consent to the job file at this real path; None if there is none, or it cannot be read."""
    found = memo.read(_file(path), Consent)
    return found if found is not None and found.path == str(path) else None


def give(consent: Consent) -> None:
    """Store a consent; it replaces one to the same path. `FatalError` (storage) if it cannot be written."""
    file = _file(Path(consent.path))
    with storage_errors(f"cannot write {file}", "set ORCHESTRATOR_HOME to a folder that can be written"):
        own_files.make_folder(file.parent, below=home(), mode=_PRIVATE_FOLDER)
        text = json.dumps(dataclasses.asdict(consent))
        own_files.write(file, text, below=home(), mode=_PRIVATE_FILE, durable=True)


def revoke(path: Path) -> bool:
    """Remove the consent to the job file at this real path; return whether there was one."""
    with storage_errors(f"cannot remove the consent to {path}", "make its folder writable"):
        try:
            _file(path).unlink()
        except FileNotFoundError:
            return False
    return True


def everything() -> list[Consent]:
    """All consents, by path."""
    found = filter(None, (memo.read(file, Consent) for file in _folder().glob("*.json")))
    return sorted(found, key=lambda consent: consent.path)


def _folder() -> Path:
    return home() / "consent"


def _file(path: Path) -> Path:
    return _folder() / f"{hashlib.sha256(os.fsencode(path)).hexdigest()[:32]}.json"

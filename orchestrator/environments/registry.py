"""The stages' environments: where they are, whether they are healthy, what is in them, how a child starts in them.

An environment is a folder `envs/<name>/`: `pyproject.toml` says what is asked, `requirements.lock` what it resolved to,
and `.venv` and `.state.json` are what `orchestrator.environments.sync` made of it. It counts as installed when the state file,
written last, names the lock's hash and a health check that found nothing. Everything here is cheap but `examine`.
"""

from __future__ import annotations

import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from orchestrator.environments import process_env
from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.paths import checkout


@dataclass(frozen=True, kw_only=True)
class Environment:
    """An environment's folder and what its `pyproject.toml` asks."""

    name: str
    folder: Path
    dependencies: tuple[str, ...]
    pythons: tuple[str, ...] = ("3.13", "3.12", "3.11")
    platforms: tuple[str, ...] = ()
    default_on: tuple[str, ...] | None = None
    """Platforms where it is installed without being asked for; None is all of its own, and none is an empty tuple."""
    wheels_of: Mapping[str, str] = field(default_factory=dict)
    description: str = ""

    @property
    def venv(self) -> Path:
        """Its virtual environment."""
        return self.folder / ".venv"

    @property
    def python(self) -> Path:
        """The interpreter that its stages run with."""
        return self.venv / "bin" / "python"

    @property
    def lock(self) -> Path:
        """What its packages resolved to, with hashes."""
        return self.folder / "requirements.lock"

    @property
    def state(self) -> Path:
        """What the last installation said when it ended."""
        return self.folder / ".state.json"

    def fits(self) -> bool:
        """Say whether this platform can use it."""
        return not self.platforms or this_platform() in self.platforms

    def by_default(self) -> bool:
        """Say whether it is installed here without being asked for by name."""
        return self.fits() and (self.default_on is None or this_platform() in self.default_on)


def this_platform() -> str:
    """Return `linux-x86_64`, `linux-aarch64`, `darwin-arm64`, ..."""
    return f"{sys.platform}-{platform.machine()}"


def root() -> Path:
    """Return the folder of all environments; ORCHESTRATOR_ENVS puts them elsewhere (a read-only checkout, a test)."""
    chosen = os.environ.get("ORCHESTRATOR_ENVS")
    return Path(chosen).expanduser().absolute() if chosen else checkout() / "envs"


def names() -> tuple[str, ...]:
    """Return the names of all environments there are, those of other platforms too."""
    return tuple(sorted(file.parent.name for file in root().glob("*/pyproject.toml")))


@cache
def _read(asked: Path) -> dict[str, Any]:
    return tomllib.loads(asked.read_text(encoding="utf-8"))


def get(env: str) -> Environment:
    """Return the environment named `env`; FatalError that names those there are."""
    folder = root() / env
    try:
        asked = _read(folder / "pyproject.toml")
    except FileNotFoundError:
        message = f"there is no environment {env!r}"
        raise FatalError(message, f"there are: {', '.join(names())}", ENVIRONMENT) from None
    own = asked.get("tool", {}).get("orchestrator", {})
    return Environment(
        name=env,
        folder=folder,
        dependencies=tuple(asked["project"]["dependencies"]),
        description=asked["project"].get("description", ""),
        pythons=tuple(own.get("pythons", Environment.pythons)),
        platforms=tuple(own.get("platforms", ())),
        default_on=tuple(own["default-on"]) if "default-on" in own else None,
        wheels_of=own.get("wheels-of", {}),
    )


def python(env: str) -> Path:
    """Return the interpreter of `env`, whether it is there or not."""
    return root() / env / ".venv" / "bin" / "python"


def state(env: str) -> dict[str, Any]:
    """Return what the installation of `env` wrote last; empty where there is none."""
    try:
        found = json.loads((root() / env / ".state.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def lock_hash(env: str) -> str:
    """Return the SHA-256 of the environment's lock; empty where there is none."""
    try:
        return hashlib.sha256((root() / env / "requirements.lock").read_bytes()).hexdigest()
    except OSError:
        return ""


def health(env: str) -> str | None:
    """Return None when `env` can be used, else the reason why not. No subprocess: a few milliseconds."""
    environment = get(env)
    if not environment.fits():
        return f"it is not for this platform ({this_platform()})"
    if not environment.lock.is_file():
        return "it has no requirements.lock"
    found = state(env)
    if not found:
        return "it is not installed"
    if not found.get("complete"):
        return "its installation did not finish"
    if found.get("lock") != lock_hash(env):
        return "its lock has changed since it was installed"
    if found.get("checkout") != str(checkout()):
        return f"it was installed for the checkout {found.get('checkout')}"
    if not os.access(environment.python, os.X_OK):
        return f"its Python is gone ({environment.python})"
    reason = found.get("health")
    return str(reason) if reason else None


def require(env: str) -> Path:
    """Return the interpreter of a healthy `env`; else FatalError with the command that mends it."""
    if reason := health(env):
        hint = f"mend it with: orchestrator envs sync {env}"
        raise FatalError(f"the environment {env} is not ready: {reason}", hint, ENVIRONMENT)
    return python(env)


def locked(env: str) -> Mapping[str, str]:
    """Return the versions of the packages of `env`, by normalised name.

    They are what the installation found after it had installed the lock. Where `env` is not installed, they are
    read from the lock, with markers ignored and the first of several versions taken: good for showing, and a result
    stored under them is never a wrong one, only one that is not found.
    """
    packages = state(env).get("packages")
    if packages and state(env).get("lock") == lock_hash(env):
        return dict(packages)
    found: dict[str, str] = {}
    try:
        text = (root() / env / "requirements.lock").read_text(encoding="utf-8")
    except OSError:
        return found
    for name, version in re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", text, re.MULTILINE):
        found.setdefault(normalised(name), version)
    return found


def normalised(name: str) -> str:
    """Return a distribution's name as the packaging standards compare it (PEP 503)."""
    return re.sub(r"[-_.]+", "-", name).lower()


def child_environment(
    env: str, extra: Mapping[str, str] | None = None, *, fetching: bool = False
) -> dict[str, str]:
    """Return the variables that a process in `env` gets; see `orchestrator.environments.process_env`."""
    return process_env.environment(python(env).parent, os.environ, extra, fetching=fetching)


EXAMINATION = """
import csv, importlib.metadata as metadata, json, os, pathlib, platform, re, sys
packages, broken = {}, []
for found in metadata.distributions():
    name = re.sub(r"[-_.]+", "-", found.metadata["Name"]).lower()
    packages[name] = found.version
    base = str(found.locate_file(""))
    for row in csv.reader((found.read_text("RECORD") or "").splitlines()):
        path, size = row[0], row[2] if len(row) > 2 else ""
        try:
            there = os.stat(os.path.join(base, path)).st_size
        except OSError:
            there = -1
        if there < 0 and path.endswith(".pyc"):
            continue
        if there < 0 or (size and there != int(size)):
            broken.append(f"{name}: {path}")
import ipc
answer = {"packages": packages, "broken": broken[:20], "python": platform.python_version(), "ipc": ipc.__file__}
print(json.dumps(answer))
"""


def examine(env: str) -> tuple[str | None, dict[str, Any]]:
    """Look at every file of `env`, from within: return (reason against it or None, what was found).

    It compares the files with what their packages' records say of presence and size, sees that the asked packages and
    `ipc` are importable from there, and imports nothing heavy: 0.3 to 2 s.
    """
    environment = get(env)
    try:
        done = subprocess.run(
            [environment.python, "-P", "-c", EXAMINATION], capture_output=True, text=True, check=False,
            env=child_environment(env), timeout=300, cwd=environment.folder,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"its Python does not start: {error}", {}
    if done.returncode:
        return f"its Python does not work: {(done.stderr.strip().splitlines() or ['no message'])[-1]}", {}
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if found["broken"]:
        return f"files are missing or cut short, such as {found['broken'][0]}", found
    if Path(found["ipc"]).resolve().parent.parent != checkout():
        return f"it takes ipc from {found['ipc']}, not from this checkout", found
    recorded = state(env).get("packages")
    if recorded and recorded != found["packages"]:
        changed = sorted(set(recorded.items()) ^ set(found["packages"].items()))
        return f"its packages were changed since: {changed[0][0]}", found
    return None, found

"""The stages' environments: their folders, health and packages, and the variables of their processes.

An environment is a folder `envs/<name>/` with `pyproject.toml` (the requirements) and `requirements.lock`;
`orchestrator.environments.sync` adds `.venv` and, last, `.state.json`. It is installed if the state file has
the hash of the lock and a health check without problems. Only `examine` takes more than milliseconds.
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field
from functools import cache, wraps
from pathlib import Path
from typing import Any, ParamSpec, TypeVar

from ipc.parsing import json_of
from orchestrator.environments import process_env
from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.paths import checkout
from orchestrator.surroundings.current_folder import absolute
from orchestrator.surroundings.home_folder import expanded

P = ParamSpec("P")
T = TypeVar("T")


@dataclass(frozen=True, kw_only=True)
class Environment:
    """An environment: its folder and the content of its `pyproject.toml`."""

    name: str
    folder: Path
    dependencies: tuple[str, ...]
    pythons: tuple[str, ...] = ("3.13", "3.12", "3.11")
    platforms: tuple[str, ...] = ()
    default_on: tuple[str, ...] | None = None
    """Platforms where it is installed by default. None: all of `platforms`; empty: none of them."""
    tested: bool = True
    """Whether the project's own tests use it, so that `install.sh --dev` installs it."""
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
        """The lock: versions and hashes of its packages."""
        return self.folder / "requirements.lock"

    @property
    def state(self) -> Path:
        """The state file, which the last installation wrote."""
        return self.folder / ".state.json"

    def fits(self) -> bool:
        """Whether this platform can use it."""
        return not self.platforms or this_platform() in self.platforms

    def for_development(self) -> bool:
        """Whether the project's own tests use it on this platform."""
        return self.fits() and self.tested

    def by_default(self) -> bool:
        """Whether it is installed on this platform by default."""
        return self.fits() and (self.default_on is None or this_platform() in self.default_on)


def this_platform() -> str:
    """The name of this platform, such as `linux-x86_64`, `linux-aarch64` or `darwin-arm64`."""
    return f"{sys.platform}-{platform.machine()}"


def root() -> Path:
    """The folder of all environments: `ORCHESTRATOR_ENVS`, or `envs` in the checkout."""
    chosen = os.environ.get("ORCHESTRATOR_ENVS")
    return absolute(expanded(chosen, f"ORCHESTRATOR_ENVS={chosen}")) if chosen else checkout() / "envs"


_steady: dict[tuple[Any, ...], Any] | None = None
"""What was read of environments while they are taken to stay as they are; None otherwise."""


@contextlib.contextmanager
def unchanged() -> Iterator[None]:
    """Take environments to stay as they are: the plans of a library ask thousands of times."""
    global _steady
    before, _steady = _steady, {} if _steady is None else _steady
    try:
        yield
    finally:
        _steady = before


def _once(ask: Callable[P, T]) -> Callable[P, T]:
    """Read once while environments are `unchanged`."""

    @wraps(ask)
    def asked(*env: P.args, **none: P.kwargs) -> T:
        if _steady is None:
            return ask(*env, **none)
        key = (ask, os.environ.get("ORCHESTRATOR_ENVS"), *env)
        if key not in _steady:
            _steady[key] = ask(*env, **none)
        answer: T = _steady[key]
        return answer

    return asked


@_once
def names() -> tuple[str, ...]:
    """The names of all environments, including those of other platforms."""
    return tuple(sorted(file.parent.name for file in root().glob("*/pyproject.toml")))


@cache
def _read(file: Path) -> dict[str, Any]:
    return tomllib.loads(file.read_text(encoding="utf-8"))


def get(env: str) -> Environment:
    """The environment named `env`; `FatalError` that lists the environments if there is no such one."""
    folder = root() / env
    try:
        content = _read(folder / "pyproject.toml")
    except FileNotFoundError:
        message = f"there is no environment {env!r}"
        raise FatalError(message, f"choose from: {', '.join(names())}", ENVIRONMENT) from None
    settings = content.get("tool", {}).get("orchestrator", {})
    return Environment(
        name=env,
        folder=folder,
        dependencies=tuple(content["project"]["dependencies"]),
        description=content["project"].get("description", ""),
        pythons=tuple(settings.get("pythons", Environment.pythons)),
        platforms=tuple(settings.get("platforms", ())),
        default_on=tuple(settings["default-on"]) if "default-on" in settings else None,
        tested=bool(settings.get("tested", True)),
        wheels_of=settings.get("wheels-of", {}),
    )


def python(env: str) -> Path:
    """The path of the interpreter of `env`, whether it exists or not."""
    return root() / env / ".venv" / "bin" / "python"


@_once
def state(env: str) -> dict[str, Any]:
    """The content of the state file of `env`; empty if it is not installed."""
    try:
        content = json_of((root() / env / ".state.json").read_bytes())
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


@_once
def lock_hash(env: str) -> str:
    """The SHA-256 of the environment's lock; empty if there is no lock."""
    try:
        return hashlib.sha256((root() / env / "requirements.lock").read_bytes()).hexdigest()
    except OSError:
        return ""


@_once
def health(env: str) -> str | None:
    """None if `env` can be used, else the reason why not. Takes a few milliseconds."""
    environment = get(env)
    if not environment.fits():
        return f"it is not for this platform ({this_platform()})"
    if not environment.lock.is_file():
        return "it has no requirements.lock"
    record = state(env)
    if not record:
        return "it is not installed"
    if not record.get("complete"):
        return "its installation did not finish"
    if record.get("lock") != lock_hash(env):
        return "its lock has changed since it was installed"
    if record.get("checkout") != str(checkout()):
        return f"it was installed for the checkout {record.get('checkout')}"
    if not os.access(environment.python, os.X_OK):
        return f"its Python is missing ({environment.python})"
    reason = record.get("health")
    return str(reason) if reason else None


def require(env: str) -> Path:
    """The interpreter of `env` if it is healthy; else `FatalError` with the command that repairs it."""
    if reason := health(env):
        message = f"the environment {env} is not ready: {reason}"
        raise FatalError(message, status=ENVIRONMENT, command=f"orchestrator envs sync {env}")
    return python(env)


@_once
def locked(env: str) -> Mapping[str, str]:
    """The versions of the packages of `env`, by normalised name.

    If `env` is not installed, they are read from the lock: markers are ignored, and the first of several
    versions is taken. A wrong version in the key of a result can only cause a cache miss.
    """
    packages = state(env).get("packages")
    if packages and state(env).get("lock") == lock_hash(env):
        return dict(packages)
    versions: dict[str, str] = {}
    try:
        text = (root() / env / "requirements.lock").read_text(encoding="utf-8")
    except OSError:
        return versions
    for name, version in re.findall(r"^([A-Za-z0-9][\w.-]*)==([^\s;\\]+)", text, re.MULTILINE):
        versions.setdefault(normalised(name), version)
    return versions


def normalised(name: str) -> str:
    """A distribution's name, normalised as in PEP 503."""
    return re.sub(r"[-_.]+", "-", name).lower()


def child_environment(
    env: str, extra: Mapping[str, str] | None = None, *, fetching: bool = False
) -> dict[str, str]:
    """The variables of a process in `env`; see `orchestrator.environments.process_env`."""
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
version = platform.python_version()
print(json.dumps({"packages": packages, "broken": broken[:20], "python": version, "ipc": ipc.__file__}))
"""


def examine(env: str) -> tuple[str | None, dict[str, Any]]:
    """Check every file of `env`: returns the first problem, or None, and what the check found.

    It compares presence and size of the files with the packages' records, and checks that `ipc` is imported
    from this checkout. Takes 0.3 to 2 s.
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
    report: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    if report["broken"]:
        return f"files are missing or incomplete, such as {report['broken'][0]}", report
    if Path(report["ipc"]).resolve().parent.parent != checkout():
        return f"it imports ipc from {report['ipc']}, not from this checkout", report
    recorded = state(env).get("packages")
    if recorded and recorded != report["packages"]:
        changed = sorted(set(recorded.items()) ^ set(report["packages"].items()))
        return f"its packages have changed since the installation: {changed[0][0]}", report
    return None, report

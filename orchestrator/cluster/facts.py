"""What a machine needs to make the same results: the program's code, its environments, its models.

`python -m orchestrator.cluster.facts` prints them as JSON; a worker's machine does so when it joins, and
what it prints is compared with the facts of the machine that the run was started on.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator import __version__
from orchestrator.environments import registry
from orchestrator.models import families, listing
from orchestrator.paths import checkout
from orchestrator.util import git_commit

_CODE = ("orchestrator", "ipc", "stage_runners")
_KINDS = (".py", ".toml", ".js", ".css", ".html")
_SHOWN = 3


@dataclass(frozen=True, kw_only=True)
class Facts:
    """What decides a machine's results, beside the film and its options.

    `code` is a digest of the program's files, `commit` names it for people. `locks` are the digests of the
    locks by environment, `unready` why an environment that is used here by default cannot be used, `models`
    the names of the models by role, each with its revision.
    """

    checkout: str
    version: str
    commit: str
    code: str
    locks: Mapping[str, str] = field(default_factory=dict)
    unready: Mapping[str, str] = field(default_factory=dict)
    models: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class Difference:
    """Why a machine cannot take part: what is wrong there, and what to do there."""

    message: str
    hint: str
    installing: bool = False
    """Whether `./install.sh` there repairs it."""


def here() -> Facts:
    """The facts of this checkout and machine. Takes about a tenth of a second."""
    folder = checkout()
    return Facts(
        checkout=str(folder),
        version=__version__,
        commit=git_commit.of(folder),
        code=code_digest(folder),
        locks={env: registry.lock_hash(env) for env in registry.names()},
        unready={
            env: why
            for env in registry.names()
            if registry.get(env).by_default() and (why := registry.health(env))
        },
        models={
            f"{role} {row.name}": row.revision
            for role in families.ROLES
            for row in listing.describe(role)
            if row.state == "ready"
        },
    )


def code_digest(folder: Path) -> str:
    """SHA-256, as hex, of the names and contents of the program's files."""
    sha = hashlib.sha256()
    for package in _CODE:
        for path in sorted((folder / package).rglob("*")):
            if path.suffix in _KINDS and "__pycache__" not in path.parts:
                sha.update(f"{path.relative_to(folder).as_posix()}\n".encode())
                sha.update(hashlib.sha256(path.read_bytes()).digest())
    return sha.hexdigest()


def of_json(text: str) -> Facts:
    """The facts that another machine printed; `ValueError` if they are none."""
    import msgspec

    return msgspec.json.decode(text, type=Facts)


def difference(ours: Facts, theirs: Facts) -> Difference | None:
    """The first thing that the other machine lacks or has otherwise; None if its results are the same."""
    if theirs.code != ours.code:
        there, here_ = _called(theirs), _called(ours)
        if there == here_:
            return Difference(
                message=f"its program files differ from those here, although both are {here_}",
                hint=f"undo the changes in {theirs.checkout}, or copy this checkout there",
            )
        commit = ours.commit.rstrip("+")
        wanted = f"check out {commit} in" if commit else "copy this checkout to"
        return Difference(
            message=f"it has version {there} of this program, not {here_}",
            hint=f"{wanted} {theirs.checkout}, then run ./install.sh there",
        )
    if different := [env for env, lock in ours.locks.items() if theirs.locks.get(env) != lock]:
        return Difference(
            message=f"the locks of {_listed(different)} differ from those here",
            hint=f"copy the folder envs to {theirs.checkout}, then run ./install.sh there",
        )
    if theirs.unready:
        env, why = next(iter(theirs.unready.items()))
        return Difference(
            message=f"the environment {env} is not ready there: {why}",
            hint=f"run ./install.sh in {theirs.checkout}, or start with --ray-install",
            installing=True,
        )
    return _models(ours, theirs)


def _models(ours: Facts, theirs: Facts) -> Difference | None:
    """The model that only one of them has: a run takes the best that is there, so results would differ."""
    if lacking := [model for model in ours.models if model not in theirs.models]:
        names = " ".join(model.partition(" ")[2] for model in lacking)
        return Difference(
            message=f"it lacks the models {_listed(lacking)}",
            hint=f"run there: orchestrator models pull {names}",
        )
    if more := [model for model in theirs.models if model not in ours.models]:
        names = " ".join(model.partition(" ")[2] for model in more)
        return Difference(
            message=f"it has models that are not here, and would use them: {_listed(more)}",
            hint=f"run here: orchestrator models pull {names}",
        )
    if other := [model for model, revision in ours.models.items() if theirs.models[model] != revision]:
        names = " ".join(model.partition(" ")[2] for model in other)
        return Difference(
            message=f"it has another revision of the models {_listed(other)}",
            hint=f"run on both machines: orchestrator models pull {names}",
        )
    return None


def _called(facts: Facts) -> str:
    return f"{facts.version} ({facts.commit})" if facts.commit else facts.version


def _listed(names: list[str]) -> str:
    return ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")


def main() -> int:
    """Print this machine's facts."""
    facts: Any = dataclasses.asdict(here())
    sys.stdout.write(json.dumps(facts) + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())

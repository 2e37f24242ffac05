"""`orchestrator envs`: list, check, sync and remove the stages' environments, with the reason when one is not healthy."""

from __future__ import annotations

import argparse
import json
from typing import Any

from orchestrator.environments import registry
from orchestrator.errors import ENVIRONMENT, OK, USAGE, FatalError


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "envs",
        help="list, check, sync or remove the stages' environments",
        description="The stages' environments, one lock each. Without a verb: list.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="VERB")
    ls = verbs.add_parser("ls", aliases=["list"], help="list them, with the reason when one is not healthy")
    ls.add_argument("--json", action="store_true", help="as JSON")
    check = verbs.add_parser(
        "check", help="look at every file of them; exit status 3 when one is not healthy"
    )
    check.add_argument("names", nargs="*", metavar="NAME", help="default: all of this platform")
    sync = verbs.add_parser("sync", help="install them from their locks, or repair them")
    sync.add_argument("names", nargs="*", metavar="NAME", help="default: all of this platform")
    sync.add_argument("--without", action="append", default=[], metavar="NAME", help="leave this one out")
    sync.add_argument("--offline", action="store_true", help="only from uv's cache")
    sync.add_argument(
        "--torch-backend", metavar="BUILD",
        help="torch's build: cpu, cu126, ..., auto, a folder or index that holds one, or `default` for the lock's own (kept until told otherwise)",
    )  # fmt: skip
    rm = verbs.add_parser("rm", help="remove what was installed of them")
    rm.add_argument("names", nargs="*", metavar="NAME")
    rm.add_argument("--all", action="store_true", help="all of them")


def run(arguments: argparse.Namespace) -> int:
    """Do what the verb says; without one, list."""
    match arguments.verb:
        case "check":
            return _check(_chosen(arguments.names))
        case "sync":
            names = [name for name in _chosen(arguments.names) if name not in _known(arguments.without)]
            from orchestrator.environments.sync_progress import sync_shown

            return sync_shown(names, offline=arguments.offline, torch_backend=arguments.torch_backend)
        case "rm":
            return _remove(_known(arguments.names), everything=arguments.all)
        case _:
            return _list(as_json=getattr(arguments, "json", False))


def _chosen(names: list[str]) -> list[str]:
    """Return the named environments; without names, this platform's own and those that somebody has installed."""
    return list(_known(names)) or [
        name for name in registry.names() if registry.get(name).by_default() or registry.state(name)
    ]


def _known(names: list[str]) -> list[str]:
    """Return `names`, where commas may stand between them; FatalError for one that does not exist."""
    split = [name for item in names for name in item.split(",") if name]
    there = registry.names()
    if unknown := [name for name in split if name not in there]:
        raise FatalError(f"there is no environment {unknown[0]!r}", f"there are: {', '.join(there)}", USAGE)
    return list(dict.fromkeys(split))


def _list(*, as_json: bool) -> int:
    rows: list[dict[str, Any]] = []
    for name in registry.names():
        env, state = registry.get(name), registry.state(name)
        reason = registry.health(name)
        rows.append(
            {
                "name": name, "healthy": reason is None, "reason": reason, "description": env.description,
                "python": state.get("python"), "packages": len(state.get("packages") or {}),
                "torch_backend": state.get("torch_backend") or None, "fits": env.fits(),
                "by_default": env.by_default(), "folder": str(env.venv),
            }
        )  # fmt: skip
    if as_json:
        print(json.dumps(rows, indent=2))
        return OK
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        if row["healthy"]:
            build = f", torch {row['torch_backend']}" if row["torch_backend"] else ""
            said = f"healthy   Python {row['python']}, {row['packages']} packages{build}"
        else:
            word = "not ready" if row["by_default"] else "optional" if row["fits"] else "not here"
            said = f"{word:9} {row['reason']}"
        print(f"{row['name']:{width}}  {said}\n{'':{width}}  {'':9} {row['description']}")
    if any(not row["healthy"] and row["by_default"] for row in rows):
        print("mend them with: orchestrator envs sync")
    return OK


def _check(names: list[str]) -> int:
    status = OK
    for name in names:
        reason = registry.health(name) or registry.examine(name)[0]
        print(f"{name}: {reason or 'healthy'}")
        if reason:
            status = ENVIRONMENT
    if status:
        print("mend them with: orchestrator envs sync")
    return status


def _remove(names: list[str], *, everything: bool) -> int:
    from orchestrator.environments import sync as install

    if not names and not everything:
        raise FatalError("no environment is named", "name some, or say --all", USAGE)
    for name in registry.names() if everything else names:
        print(f"{name}: {'removed' if install.remove(name) else 'was not installed'}")
    return OK

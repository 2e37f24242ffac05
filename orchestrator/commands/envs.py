"""`orchestrator envs`: lists, checks, syncs and removes the stages' environments."""

from __future__ import annotations

import argparse
from typing import Any

from ipc.suggest import hint
from orchestrator.commands import verbosity
from orchestrator.environments import registry
from orchestrator.errors import ENVIRONMENT, OK, USAGE, FatalError
from orchestrator.util import terminal


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "envs",
        help="list, check, sync or remove the stages' environments",
        description="Each stage runs in an environment with locked packages. Without an action: list the "
        "environments.",
    )
    verbs = parser.add_subparsers(dest="verb", metavar="ACTION")
    ls = verbs.add_parser("ls", aliases=["list"], help="list the environments and their state")
    ls.add_argument("--json", action="store_true", help="print JSON")
    check = verbs.add_parser(
        "check", help="check every installed file; the exit status is 3 if one is damaged"
    )
    check.add_argument("names", nargs="*", metavar="ENV", help="default: all environments of this platform")
    sync = verbs.add_parser("sync", help="install or repair environments, with the locked package versions")
    sync.add_argument("names", nargs="*", metavar="ENV", help="default: all environments of this platform")
    sync.add_argument("--without", action="append", default=[], metavar="ENV", help="skip this environment")
    sync.add_argument("--offline", action="store_true", help="install from uv's cache only")
    sync.add_argument(
        "--torch-backend",
        metavar="BUILD",
        help="torch build to install, and to use in later syncs: cpu, cu126, ..., auto, a folder or an "
        "index with such a build, or `default` for the locked one",
    )
    rm = verbs.add_parser("rm", help="remove environments")
    rm.add_argument("names", nargs="*", metavar="ENV", help="the environments to remove")
    rm.add_argument("--all", action="store_true", help="remove all environments")
    for verb in (check, sync, rm):
        verbosity.add(verb)


def run(arguments: argparse.Namespace) -> int:
    """Run the verb; without one, list."""
    match arguments.verb:
        case "check":
            return _check(_chosen(arguments.names))
        case "sync":
            names = [name for name in _chosen(arguments.names) if name not in _existing(arguments.without)]
            from orchestrator.environments.sync_progress import sync_shown

            return sync_shown(names, offline=arguments.offline, torch_backend=arguments.torch_backend)
        case "rm":
            return _remove(_existing(arguments.names), everything=arguments.all)
        case _:
            return _list(as_json=getattr(arguments, "json", False))


def _chosen(names: list[str]) -> list[str]:
    """The named environments; without names, this platform's defaults and all that are installed."""
    return list(_existing(names)) or [
        name for name in registry.names() if registry.get(name).by_default() or registry.state(name)
    ]


def _existing(names: list[str]) -> list[str]:
    """`names`, split at commas; `FatalError` for one that does not exist."""
    split = [name for item in names for name in item.split(",") if name]
    every = registry.names()
    if unknown := [name for name in split if name not in every]:
        raise FatalError(f"there is no environment {unknown[0]!r}", hint(unknown[0], every), USAGE)
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
        terminal.show_json(rows)
        return OK
    width = max(len(row["name"]) for row in rows)
    for row in rows:
        if row["healthy"]:
            build = f", torch {row['torch_backend']}" if row["torch_backend"] else ""
            line = f"healthy   Python {row['python']}, {row['packages']} packages{build}"
        else:
            word = "not ready" if row["by_default"] else "optional" if row["fits"] else "unusable"
            line = f"{word:9} {row['reason']}"
        terminal.show(f"{row['name']:{width}}  {line}")
        terminal.show(f"{'':{width}}  {'':9} {row['description']}")
    if any(not row["healthy"] and row["by_default"] for row in rows):
        terminal.show("repair with: orchestrator envs sync")
    return OK


def _check(names: list[str]) -> int:
    status = OK
    for name in names:
        reason = registry.health(name) or registry.examine(name)[0]
        terminal.show(f"{name}: {reason or 'healthy'}")
        if reason:
            status = ENVIRONMENT
    if status:
        terminal.show("repair with: orchestrator envs sync")
    return status


def _remove(names: list[str], *, everything: bool) -> int:
    from orchestrator.environments import sync as install

    if not names and not everything:
        raise FatalError("no environment is named", "name environments, or use --all", USAGE)
    for name in registry.names() if everything else names:
        terminal.show(f"{name}: {'removed' if install.remove(name) else 'was not installed'}")
    return OK

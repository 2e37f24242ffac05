"""`orchestrator upgrade`: updates the checkout that this program runs from, and its environments."""

from __future__ import annotations

import argparse
import os
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestrator.commands import verbosity
from orchestrator.errors import ENVIRONMENT, FAILED, OK, FatalError
from orchestrator.paths import checkout
from orchestrator.util import terminal

_PATIENCE_S = 120.0
CHANGES = "CHANGELOG.md"


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "upgrade",
        help="update this installation from its git repository",
        description="Pull the newest version into the folder that you cloned, show what changed, and run "
        "./install.sh there. Nothing happens if the folder has changes of your own.",
    )
    parser.add_argument("--check", action="store_true", help="show what would change, and stop")
    verbosity.add(parser)


def run(arguments: argparse.Namespace) -> int:
    """Upgrade; returns the exit status."""
    folder = checkout()
    _refuse_without_git(folder)
    if changed := _git(folder, "status", "--porcelain", "--untracked-files=no").strip():
        first = changed.splitlines()[0][2:].strip()
        raise FatalError(
            f"{folder}: {first} was changed here, so nothing was updated",
            "keep your changes with git commit or git stash, then run it again",
        )
    fetched = _called(folder, "fetch", "--quiet")
    if fetched.returncode:
        why = (fetched.stderr.strip().splitlines() or ["no reason given"])[-1]
        raise FatalError(
            f"the repository cannot be reached: {why}",
            "check the network; the installed version stays as it is",
        )
    before, after = _git(folder, "rev-parse", "HEAD").strip(), _upstream(folder)
    if before == after or not _git(folder, "rev-list", f"{before}..{after}").strip():
        terminal.show("this is the newest version")
        return OK
    for line in news(_changelog(folder, before), _changelog(folder, after)):
        terminal.show(line)
    if arguments.check:
        return OK
    merged = _called(folder, "merge", "--ff-only", "--quiet", after)
    if merged.returncode:
        if _called(folder, "merge-base", "--is-ancestor", "HEAD", after).returncode:
            raise FatalError(
                f"{folder}: this branch has commits that the newest version lacks, so nothing was updated",
                "update it yourself: git pull --rebase, then ./install.sh",
            )
        why = " ".join(line.strip() for line in merged.stderr.splitlines()[:2])
        raise FatalError(
            f"{folder}: nothing was updated, because git refuses: {why}",
            "move such files away, then run it again",
        )
    return _install(folder)


def news(before: str, after: str) -> Iterator[str]:
    """The lines of the newer changelog that the older one lacks."""
    known = set(before.splitlines())
    yield from (line for line in after.splitlines() if line.strip() and line not in known)


def _install(folder: Path) -> int:
    try:
        done = subprocess.run(["./install.sh"], cwd=folder, check=False)
    except OSError as error:
        raise FatalError(f"{folder}/install.sh: {error.strerror}", "run it yourself", ENVIRONMENT) from error
    return done.returncode


def _refuse_without_git(folder: Path) -> None:
    try:
        found = _called(folder, "rev-parse", "--show-toplevel")
    except FileNotFoundError as error:
        raise FatalError("git is not installed", "install it with the system's package manager") from error
    if found.returncode and "not a git repository" not in found.stderr:  # it belongs to another user
        why = (found.stderr.strip().splitlines() or ["no reason given"])[0]
        raise FatalError(
            f"{folder}: git does not work there: {why}", f"see what it says: git -C {folder} status"
        )
    if found.returncode or Path(found.stdout.strip()).resolve() != folder.resolve():
        raise FatalError(
            f"{folder} is not a git repository, so it cannot be updated by git",
            "download the newest version into it, then run ./install.sh there",
        )


def _upstream(folder: Path) -> str:
    found = _called(folder, "rev-parse", "@{upstream}")
    if found.returncode and _called(folder, "symbolic-ref", "--quiet", "HEAD").returncode:
        raise FatalError(f"{folder}: a single version is checked out, no branch", "run: git checkout main")
    if found.returncode:
        raise FatalError(
            f"{folder}: its branch follows no branch of a repository",
            "choose one: git branch --set-upstream-to=origin/main",
        )
    return found.stdout.strip()


def _changelog(folder: Path, commit: str) -> str:
    return _called(folder, "show", f"{commit}:{CHANGES}").stdout


def _git(folder: Path, *words: str) -> str:
    done = _called(folder, *words)
    if done.returncode:
        raise FatalError(f"git {words[0]}: {done.stderr.strip()}", "", FAILED)
    return done.stdout


def _called(folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    try:
        return subprocess.run(
            ["git", "-c", "core.hooksPath=/dev/null", "-C", str(folder), *words], capture_output=True,
            text=True, errors="replace", check=False, timeout=_PATIENCE_S, stdin=subprocess.DEVNULL,
            env={**os.environ, "LC_ALL": "C"},  # its messages are read
            cwd=folder,
        )  # fmt: skip
    except subprocess.TimeoutExpired as error:
        raise FatalError(
            "the repository does not answer", "check the network; the installed version stays as it is"
        ) from error

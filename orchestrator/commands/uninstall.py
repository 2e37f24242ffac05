"""`orchestrator uninstall`: removes what the installer and the runs made, never the files beside films."""

from __future__ import annotations

import argparse
import os
import shlex
import shutil
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestrator.commands import completion, verbosity
from orchestrator.environments import registry
from orchestrator.errors import FAILED, OK, STORAGE, USAGE, FatalError
from orchestrator.paths import COMMAND_MARK, checkout, config_file, home
from orchestrator.serve.install import files
from orchestrator.serve.install.place import place
from orchestrator.storage.store import Store
from orchestrator.surroundings.home_folder import expanded
from orchestrator.util import locks, terminal

_OWN = ("store", "runs", "models", "tmdb", "translation", "debug", "bugs", "review", "tmp")
"""Folders of the tool's home that can be made again."""
_LEDGER = "written"
_USERS = ("voices", "edits", "names", "consent", f"memo/{_LEDGER}")
"""Folders of the tool's home with what the user made, and the list of the files that this tool wrote beside
films, by which another installation recognises them."""


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "uninstall",
        help="remove this installation",
        description="Remove the command, the environments, and the results, models and records of runs. Your "
        "saved voices, edits and configuration stay, and so do all files beside films. It lists what "
        "it removes, and asks.",
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")
    parser.add_argument(
        "--purge", action="store_true", help="also remove saved voices, edits, corrections and configuration"
    )
    verbosity.add(parser)


def run(arguments: argparse.Namespace) -> int:
    """Remove the installation; returns the exit status."""
    unwanted = list(removed(purge=arguments.purge))
    spared = [path for path in _of_user() if path.exists()] if not arguments.purge else []
    if not unwanted:
        terminal.show("nothing to remove")
    for path in unwanted:
        terminal.show(f"remove {path}")
    for path in spared:
        terminal.show(f"keep   {path}")
    terminal.show(f"keep   {checkout()} (delete this folder yourself), and every file beside your films")
    if not unwanted or not (arguments.yes or _agreed()):
        return OK if not unwanted else FAILED
    _refuse_while_running()
    _refuse_while_a_service()
    for path in unwanted:
        try:
            if path.is_dir() and not path.is_symlink():
                shutil.rmtree(path)
            else:
                path.unlink(missing_ok=True)
        except OSError as error:
            raise FatalError(
                f"cannot remove {path}: {error.strerror}", "remove it yourself", STORAGE
            ) from error
    for folder in (home() / "memo", home()):
        _remove_empty(folder)
    terminal.show("removed")
    return OK


def removed(*, purge: bool) -> Iterator[Path]:
    """What is removed and exists: files that this tool made, by name, never a whole folder that it shares."""
    places = [
        *_commands(),
        *completion.installed(os.environ),
        *(home() / name for name in _OWN),
        *(path for path in (home() / "memo").glob("*") if path.name != _LEDGER),
        *(registry.get(name).venv for name in registry.names()),
        *(_of_user() if purge else ()),
        checkout() / ".uv",
        # The environment that runs this is the last one: what is imported stays usable until the end.
        *([Path(sys.prefix)] if Path(sys.prefix).parent == checkout() else []),
    ]
    yield from (path for path in places if path.exists() or path.is_symlink())


def _commands() -> Iterator[Path]:
    """The command on the user's path, if the installer of this checkout wrote it."""
    chosen = os.environ.get("ORCHESTRATOR_BIN") or "~/.local/bin"
    folder = expanded(chosen, f"ORCHESTRATOR_BIN={chosen}").absolute()
    command = folder / "orchestrator"
    try:
        text = command.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return
    if COMMAND_MARK in text and _started_by(text) == checkout().resolve():
        yield command


def _started_by(text: str) -> Path | None:
    """The checkout whose Python a command executes: `exec CHECKOUT/.venv/bin/python ...`."""
    try:
        words = shlex.split(text.partition(COMMAND_MARK)[2])
    except ValueError:
        return None
    python = Path(words[1]) if words[:1] == ["exec"] and len(words) > 1 else Path()
    return python.parents[2].resolve() if python.is_absolute() and len(python.parts) > 3 else None


def _of_user() -> Iterator[Path]:
    yield from (home() / name for name in _USERS)
    yield config_file(os.environ)


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise FatalError("nobody can be asked here", "to remove it without a question, use --yes", USAGE)
    try:
        return input("remove this? [y/N] ").strip().lower() in {"y", "yes"}
    except EOFError:  # Ctrl-D
        terminal.show("")
        return False


def _refuse_while_running() -> None:
    store = Store(home() / "store")
    here = os.uname().nodename
    # Of a store that machines share, only the link to it is removed.
    others = [machine for machine in store.living() if machine == here or not store.root.is_symlink()]
    lock = store.root / "lock"
    if not others and lock.exists():
        try:
            locks.hold(lock, wait=False).close()  # an earlier version holds only this
        except BlockingIOError:
            others = [here]
        except OSError:
            return
    if others:
        what = "a run is" if set(others) == {here} else f"runs on {', '.join(sorted(set(others)))} are"
        raise FatalError(f"{what} going on, so nothing was removed", "try again when it has ended")


def _refuse_while_a_service() -> None:
    """Raise `FatalError` if a service manager starts this installation: it would go on trying."""
    for where, option in ((place(system=False), ""), (place(system=True), " --system")):
        try:
            text = files.present(where)
        except FatalError:  # it is somebody else's
            continue
        if text and sys.executable in text:
            raise FatalError(
                f"{where.file} starts this program, so nothing was removed",
                f"first run: orchestrator serve --uninstall{option}",
                USAGE,
            )


def _remove_empty(folder: Path) -> None:
    try:
        folder.rmdir()
    except OSError:
        return

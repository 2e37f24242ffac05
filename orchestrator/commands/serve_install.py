"""`orchestrator serve --install` and `--uninstall`: the service as the machine starts it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from orchestrator.errors import FAILED, OK, USAGE, FatalError
from orchestrator.serve.install import files, launchd, start, systemd
from orchestrator.serve.install.place import Place, launchd_log, place, systemd_runs
from orchestrator.surroundings import current_folder, home_folder
from orchestrator.util import terminal
from orchestrator.util.notices import notice

_OWN = ("--install", "--uninstall", "--system", "--yes", "--new-token")
"""Options that the installed service is not started with."""


def add(group: Any) -> None:
    """Add the options."""
    group.add_argument(
        "--install", action="store_true",
        help="let systemd or launchd start the service with the other options given here: show the file for "
        "it, ask, and write it",
    )  # fmt: skip
    group.add_argument("--uninstall", action="store_true", help="remove that file")
    group.add_argument(
        "--system", action="store_true",
        help="with --install or --uninstall: for the whole machine, started at boot and hardened, "
        "not for your session",
    )  # fmt: skip
    group.add_argument("--yes", action="store_true", help="with --install: do not ask")


def asked(arguments: argparse.Namespace) -> bool:
    """Whether it is about the installation; `FatalError` (usage) for options that make no sense together."""
    if arguments.install and arguments.uninstall:
        raise FatalError("--install and --uninstall exclude each other", "use one of them", USAGE)
    for option in ("system", "yes"):
        if getattr(arguments, option) and not (arguments.install or arguments.uninstall):
            raise FatalError(f"--{option} is for --install and --uninstall", "add one of them", USAGE)
    return bool(arguments.install or arguments.uninstall)


def install(arguments: argparse.Namespace, films: Sequence[Path], words: Sequence[str]) -> int:
    """Show and write the file by which `serve` with `words` starts; returns the exit status.

    `films` are the folders that the service may write.
    """
    where = place(system=arguments.system)
    user = _user() if where.system else ""
    begun = start.of(_program(), _kept(words), films, current_folder.here() or Path("/"))
    text = _text(begun, where, user)
    present = files.present(where)
    if present == text:
        terminal.show(f"{where.file} is up to date")
        return _tell(where, ())
    terminal.show(f"{where.file}{', which this replaces' if present is not None else ''}:")
    terminal.show_lines(["", *text.splitlines(), ""])
    for name in begun.secrets:
        notice(f"{name} is not in the file, which every user can read; {_otherwise(name, where, begun)}")
    if where.is_systemd and not systemd_runs():
        notice("systemd does not manage this machine, so the file has no effect here")
    if not (arguments.yes or _agreed()):
        terminal.show("nothing was written")
        return FAILED
    return _tell(where, files.write(where, text, begun.home / "serve"))


def uninstall(arguments: argparse.Namespace) -> int:
    """Remove the file; returns the exit status."""
    where = place(system=arguments.system)
    if files.present(where) is None:
        terminal.show(f"{where.file} does not exist: nothing to remove")
        return OK
    more = files.remove(where)
    if more:
        terminal.show_lines(["only root can remove it:", "", *(f"  {line}" for line in more), ""])
        return FAILED
    terminal.show(f"removed {where.file}")
    if not where.is_systemd:
        terminal.show_lines(["to end the service now:", "", *(f"  {line}" for line in where.disable), ""])
    return OK


def _tell(where: Place, before: Sequence[str]) -> int:
    if not before:
        terminal.show(f"wrote {where.file}")
    lines = [f"  {line}" for line in (*before, *where.enable)]
    terminal.show_lines(["to start it, now and whenever the machine starts:", "", *lines, ""])
    terminal.show_lines(["to see what it does:", "", f"  {where.log}", ""])
    return OK


def _program() -> tuple[str, ...]:
    """The command that starts this program, as the installer writes it (`orchestrator.bootstrap`)."""
    return (sys.executable, "-I", "-X", "utf8", "-m", "orchestrator")


def _kept(words: Sequence[str]) -> list[str]:
    """The words without options of the installation; argparse accepts their beginnings, too."""
    return [
        word for word in words
        if not (len(word) > len("--") and any(own.startswith(word) for own in _OWN))
    ]  # fmt: skip


def _text(begun: start.Start, where: Place, user: str) -> str:
    if where.is_systemd:
        return systemd.unit(begun, user=user)
    return launchd.plist(begun, log=launchd_log(home_folder.of(os.environ)), user=user)


def _otherwise(name: str, where: Place, begun: start.Start) -> str:
    if where.is_systemd:
        return f"write {name}=... to {begun.keys}, and chmod 600 that"
    return f"until the next login, this gives it to services: launchctl setenv {name} ..."


def _user() -> str:
    """The user that the machine's service runs as: the one who installs it.

    `FatalError` (usage) under sudo, where home, films and options would be those of root.
    """
    import pwd

    if os.getuid() == 0 and os.environ.get("SUDO_USER", "root") != "root":
        raise FatalError(
            "--install --system is for the user that the service runs as",
            "run it without sudo; it shows the commands that need sudo",
            USAGE,
        )
    try:
        return pwd.getpwuid(os.getuid()).pw_name
    except KeyError:  # a user id without a name
        return str(os.getuid())


def _agreed() -> bool:
    if not sys.stdin.isatty():
        raise FatalError("nobody can be asked here", "to write the file without a question, use --yes", USAGE)
    try:
        return input("write this file? [Y/n] ").strip().lower() in {"", "y", "yes"}
    except EOFError:  # Ctrl-D
        terminal.show("")
        return False

"""`orchestrator completion`: prints or installs the script by which a shell completes commands and options.

The script is static: the shell reads it once, and at a TAB nothing of this program is started. The ids of
runs are the names of folders, which the shell lists itself.
"""

from __future__ import annotations

import argparse
import contextlib
import os
import shlex
from collections.abc import Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any

from orchestrator.errors import FAILED, OK, STORAGE, FatalError
from orchestrator.paths import home
from orchestrator.util import terminal

SHELLS = ("bash", "zsh", "fish")
NAME = "orchestrator"
_GENERATOR = "shtab"
"""The library that makes the scripts, as each of them says."""


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "completion",
        help="print or install shell completion",
        description="Print the script that completes commands, options, stages, models and files in a shell, "
        "or install it where the shell looks for it.",
    )
    parser.add_argument("shell", choices=SHELLS, help="the shell")
    parser.add_argument("--install", action="store_true", help="write the script to the shell's folder")


def run(arguments: argparse.Namespace) -> int:
    """Print or install the script; returns the exit status."""
    text = script(arguments.shell)
    if not arguments.install:
        terminal.show_text(text)
        return OK
    target = place(arguments.shell, os.environ)
    try:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_text(text + "\n", encoding="utf-8")
    except OSError as error:
        hint = f"print it, and store it yourself: orchestrator completion {arguments.shell}"
        raise FatalError(f"cannot write {target}: {error.strerror}", hint, STORAGE) from error
    terminal.show(f"wrote {target}; open a new terminal")
    if arguments.shell == "zsh":
        terminal.show(
            f"for zsh to find it, add to ~/.zshrc: fpath=({target.parent} $fpath); autoload -U compinit; "
            "compinit"
        )
    return OK


def place(shell: str, environ: Mapping[str, str]) -> Path:
    """The file that the shell reads by itself (zsh: once its folder is in `fpath`)."""
    data = Path(environ.get("XDG_DATA_HOME") or Path.home() / ".local" / "share")
    if shell == "bash":
        return data / "bash-completion" / "completions" / NAME
    if shell == "fish":
        return (
            Path(environ.get("XDG_CONFIG_HOME") or Path.home() / ".config")
            / "fish"
            / "completions"
            / f"{NAME}.fish"
        )
    return data / "zsh" / "site-functions" / f"_{NAME}"


def installed(environ: Mapping[str, str]) -> Iterator[Path]:
    """The scripts that `--install` wrote: another program may have the same name."""
    for target in (place(shell, environ) for shell in SHELLS):
        with contextlib.suppress(OSError):
            if _GENERATOR in target.read_text(encoding="utf-8", errors="replace"):
                yield target


def script(shell: str) -> str:
    """The completion script for a shell."""
    import shtab

    parser = _whole_parser()
    _annotate(parser, _words())
    if shell not in shtab.SUPPORTED_SHELLS:
        raise FatalError(f"shtab {shtab.__version__} cannot complete in {shell}", "run ./install.sh", FAILED)
    runs = {"bash": _BASH_RUNS, "zsh": _ZSH_RUNS}.get(shell, "")
    folder = shlex.quote(str(home() / "runs"))
    return str(shtab.complete(parser, shell, preamble=runs % folder if runs else ""))


_BASH_RUNS = '_orchestrator_runs() { compgen -W "last $(command ls -1 %s 2>/dev/null)" -- "$1"; }'
_ZSH_RUNS = "_orchestrator_runs() { compadd last $(command ls -1 %s 2>/dev/null) }"


def _whole_parser() -> argparse.ArgumentParser:
    """The parser with every command."""
    from orchestrator import __version__
    from orchestrator.commands import COMMANDS, module_of

    parser = argparse.ArgumentParser(prog=NAME)
    parser.add_argument("--version", action="version", version=__version__)
    commands = parser.add_subparsers(dest="command")
    for name in COMMANDS:
        module_of(name).add(commands)
    return parser


def _words() -> Mapping[str, Sequence[str]]:
    """What the arguments with these placeholders can be."""
    from ipc.whisper_languages import LANGUAGES
    from orchestrator.config import device_requests, house_styles
    from orchestrator.environments import registry
    from orchestrator.models import families
    from orchestrator.outputs.names import FORMATS
    from orchestrator.stages.catalog import STAGES

    languages = sorted(LANGUAGES)
    return {
        "STAGE": tuple(STAGES),
        "CODE": languages,
        "CODE,...": languages,
        "LANG": ("spoken", *languages),
        "FORMAT,...": ("all", *FORMATS),
        "DEVICE|STAGE=DEVICE,...": (*device_requests.NAMES, device_requests.AUTO),
        "NAME|FILE": house_styles.names(),
        "MODEL": tuple(name for family in families.ROLES["recognition"] for name in family.short_names),
        "ENV": registry.names(),
    }


_FILES = {"FILM", "FILE", "CLIP"}
_FOLDERS = {"DIR"}


def _annotate(parser: argparse.ArgumentParser, words: Mapping[str, Sequence[str]]) -> None:
    """Tell shtab what each argument can be, by its placeholder."""
    import shtab

    for action in parser._actions:
        if isinstance(action, argparse._SubParsersAction):
            for command in action.choices.values():
                _annotate(command, words)
            continue
        shown = str(action.metavar or "")
        if shown in _FILES:
            action.complete = shtab.FILE  # type: ignore[attr-defined]
        elif shown in _FOLDERS:
            action.complete = shtab.DIRECTORY  # type: ignore[attr-defined]
        elif shown == "ID" and not action.option_strings:
            action.complete = {"bash": "_orchestrator_runs", "zsh": "_orchestrator_runs"}  # type: ignore[attr-defined]
        elif shown.startswith("{"):
            action.choices = shown.strip("{}").split(",")
        elif shown in words and action.choices is None:
            action.choices = list(words[shown])

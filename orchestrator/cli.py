"""The command line: runs a command, and turns errors into a message and an exit status."""

from __future__ import annotations

import argparse
import os
import shlex
import sys
import traceback
from collections.abc import Sequence
from pathlib import Path
from typing import Any, NoReturn

from ipc.legible import legible
from ipc.suggest import hint, nearest
from orchestrator import __version__
from orchestrator.commands import COMMANDS, MEANINGS, VERBS, module_of
from orchestrator.errors import BUG, CLOSED_PIPE, ENVIRONMENT, INTERRUPTED, OK, STORAGE, USAGE, FatalError
from orchestrator.surroundings import stop_requests
from orchestrator.surroundings.streams import OutputError, discard_output
from orchestrator.util import machine_errors, terminal
from orchestrator.util.notices import say
from orchestrator.util.option_names import normalise


class Parser(argparse.ArgumentParser):
    """A parser whose errors take two lines, without the list of all options."""

    def error(self, message: str) -> NoReturn:
        """Print the message and exit with the usage status."""
        self.exit(USAGE, f"orchestrator: {legible(message)}\n  see: {self.prog} --help\n")

    def _get_value(self, action: argparse.Action, arg_string: str) -> Any:
        """Convert a value as `argparse` does, with this program's sentence if that fails."""
        if action.type is Path and not arg_string:
            what = max(action.option_strings, key=len, default=str(action.metavar or action.dest))
            raise FatalError(f"{what}: the name is empty", "check for a variable that is not set", USAGE)
        try:
            return super()._get_value(action, arg_string)
        except argparse.ArgumentError as error:
            kind = _KINDS.get(action.type, "valid")
            cause = error.__context__
            why, advice = getattr(cause, "why", f"not {kind}"), getattr(cause, "hint", "")
            raise FatalError(
                f"{_written(action, arg_string)}: {why}", advice or self._see(), USAGE
            ) from error

    def _check_value(self, action: argparse.Action, value: Any) -> None:
        """Refuse a value that is no choice, with the nearest one."""
        if action.choices is not None and value not in action.choices:
            names = [name for name in action.choices if isinstance(name, str)]
            meant = {word: name for word, name in VERBS if name in names}
            advice = hint(str(value), names, meant) if names else self._see()
            raise FatalError(f"{_written(action, value)}: there is no such {_noun(action)}", advice, USAGE)

    def _see(self) -> str:
        return f"see: {self.prog} --help"


_KINDS: dict[Any, str] = {int: "a whole number", float: "a number"}


def _written(action: argparse.Action, value: Any) -> str:
    """The value as it stands on the command line."""
    option = max(action.option_strings, key=len, default="")
    return f"{option} {value}".strip()


def _noun(action: argparse.Action) -> str:
    return "action" if action.dest in {"action", "verb"} else "value" if action.option_strings else "name"


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command and return its exit status; nothing that it prints can act on the terminal."""
    with terminal.guarded():
        return _main(argv)


def _main(argv: Sequence[str] | None) -> int:
    typed = list(sys.argv[1:] if argv is None else argv)
    words = normalise(typed)
    debug = "ORCHESTRATOR_DEBUG" in os.environ
    try:
        _check_no_file_is_an_option(typed)
        return _complete(words)
    except FatalError as error:
        if debug:
            traceback.print_exc()
        say(error)
        return error.status
    except KeyboardInterrupt:
        return INTERRUPTED
    except ModuleNotFoundError as error:
        if debug or error.name is None:
            raise
        remedy = "update the installation with: ./install.sh"
        say(FatalError(f"the Python package {error.name} is not installed", remedy, ENVIRONMENT))
        return ENVIRONMENT
    except Exception as error:
        if stop_requests.received():  # its exception was caught somewhere, and became another one
            return INTERRUPTED
        if debug:
            raise
        if explained := machine_errors.explained(error):
            say(explained)
            return explained.status
        from orchestrator.util import bug_log

        say(bug_log.reported(words, error))
        return BUG


def _check_no_file_is_an_option(words: Sequence[str]) -> None:
    """Raise `FatalError` (usage) for an option that is also a file in the current folder.

    `orchestrator run *` in a stranger's folder would take a file called `--output-dir=..` for an option.
    """
    options = words[: words.index("--")] if "--" in words else words
    for word in options:
        if word.startswith("-") and os.path.lexists(word):
            raise FatalError(
                f"{word} is an option, and also the name of a file in this folder",
                f"write ./{word} for the file; for the option, run the command in another folder",
                USAGE,
            )


def _complete(words: Sequence[str]) -> int:
    """Run the command and write all its output: a command that was cut short never ends with 0.

    Raises `FatalError` (storage) if standard output cannot be written.
    """
    try:
        try:
            status = _command(words)
        except SystemExit as ended:  # of argparse, which has printed help or an error
            status = ended.code if isinstance(ended.code, int) else OK
        sys.stdout.flush()
    except OutputError as error:
        discard_output()
        if error.reader_gone:
            return CLOSED_PIPE
        raise FatalError(
            f"cannot write the output: {error.strerror}", "send it elsewhere", STORAGE
        ) from error
    return status


def _command(words: Sequence[str]) -> int:
    parser = Parser(
        prog="orchestrator",
        description="Turn films into subtitles with speaker labels, on your own machine.",
        epilog="For a command's options: orchestrator COMMAND --help. Documentation: README.md and docs/, in "
        "the folder that you cloned.",
    )
    parser.add_argument("--version", action="version", version=f"orchestrator {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    chosen = next((word for word in words if not word.startswith("-")), None)
    if chosen == "help":
        words = [*[word for word in words if word != "help"][:1], "--help"]
        chosen = words[0]
    elif chosen is not None and chosen not in COMMANDS:
        raise FatalError(f"there is no command {chosen!r}", _command_hint(chosen), USAGE)
    for name, summary in COMMANDS.items():
        if name == chosen:  # only the command that runs is imported
            module_of(name).add(commands)
        else:
            commands.add_parser(name, help=summary, add_help=False)
    arguments = _parsed(parser, commands, chosen, words)
    if arguments.command is None:
        parser.print_help()
        return USAGE
    module = module_of(arguments.command)
    from orchestrator.commands import verbosity

    with verbosity.obeyed(arguments):
        status: int = module.run(arguments)
    return status


def _parsed(
    parser: argparse.ArgumentParser, commands: Any, chosen: str | None, words: Sequence[str]
) -> argparse.Namespace:
    """Parse the arguments. Films may stand before and after options; an unknown option gets a suggestion."""
    command = commands.choices.get(chosen)
    rest = list(words)
    if command is None or chosen is None:
        return parser.parse_args(words)
    if command._subparsers is not None:
        values, unknown = parser.parse_known_args(words)
        if unknown:
            _refuse(unknown, [], chosen)
        return values
    at = rest.index(chosen)
    values, unknown = command.parse_known_intermixed_args(_without_dashes(rest[at + 1 :]))
    if unknown:
        flags = [flag for action in command._actions for flag in action.option_strings]
        _refuse(unknown, flags, chosen, str(getattr(values, "film", "")))
    parsed = parser.parse_args(rest[:at]) if at else argparse.Namespace()
    for name, value in vars(values).items():
        setattr(parsed, name, value)
    parsed.command = chosen
    return parsed


def _command_hint(word: str) -> str:
    """The hint for an unknown command: films and addresses are mistaken for one too."""
    from orchestrator.planning.film_path import FILMS, is_address
    from orchestrator.util.command_line import typed

    if is_address(word) or Path(word).suffix.lower() in FILMS or Path(word).is_file():
        return f"did you mean: orchestrator run {typed(word)}"
    near = nearest(word, COMMANDS, MEANINGS)
    return f"did you mean {near}?" if near else f"commands: {', '.join(COMMANDS)}"


def _refuse(unknown: Sequence[str], flags: Sequence[str], command: str, film: str = "") -> NoReturn:
    """Raise the error for words that `command` does not take: options of others, or misspelt ones.

    `film` is the word that was taken for the film.
    """
    word = unknown[0].partition("=")[0]
    if not word.startswith("-"):
        if film and Path(unknown[0]).is_file() and not Path(film).exists():
            from orchestrator.util.command_line import typed

            raise FatalError(
                f"{film}: {command} takes no such argument",
                f"did you mean: orchestrator {command} {typed(unknown[0])} (see also --help)",
                USAGE,
            )
        advice = f"see: orchestrator {command} --help"
        if command == "align" and Path(unknown[0]).is_file():
            advice = f"give the text as --text {shlex.quote(unknown[0])}"
        raise FatalError(f"{word}: {command} takes no such argument", advice, USAGE)
    others = argparse.ArgumentParser().add_subparsers()
    for name in COMMANDS:
        module_of(name).add(others)
    having = [name for name, parser in others.choices.items() if word in parser._option_string_actions]
    if having:
        raise FatalError(f"{command} has no option {word}", f"it is an option of: {', '.join(having)}", USAGE)
    near = nearest(word, flags)
    advice = f"did you mean {near}?" if near else f"see: orchestrator {command} --help"
    raise FatalError(f"{command} has no option {word}", advice, USAGE)


def _without_dashes(words: Sequence[str]) -> list[str]:
    """Put `./` before words after `--` that begin with a dash, because intermixed parsing ignores `--`."""
    at = words.index("--") if "--" in words else len(words)
    return [*words[:at], *(f"./{word}" if word.startswith("-") else word for word in words[at + 1 :])]

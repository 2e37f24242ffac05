"""The command line: finds the command, runs it, and turns what goes wrong into a sentence and an exit status."""

from __future__ import annotations

import argparse
import difflib
import errno
import importlib
import os
import sys
import traceback
from collections.abc import Sequence
from typing import Any, NoReturn

from orchestrator import __version__
from orchestrator.errors import BUG, INTERRUPTED, STORAGE, USAGE, FatalError
from orchestrator.util.notices import say
from orchestrator.util.option_names import normalise

COMMANDS = {
    "run": "turn films into subtitles that say who speaks",
    "plan": "say what a run would do, and why",
    "config": "show every option, its value, and where it came from",
    "prepare": "write a job file beside each film, to be edited before the run",
    "stage": "run one stage alone, in its environment, to debug it",
    "demo": "make a small film from a packaged recording and subtitle it",
    "devices": "show what this machine has, and what each stage would use of it",
    "doctor": "try every environment, device and model, and say what mends them",
    "envs": "list, check, sync or remove the stages' environments",
    "models": "list, fetch or remove models",
    "review": "mend a film's subtitles beside the film, in the browser",
    "edits": "what was edited of a film's subtitles; take it back",
    "names": "a film's names: what was corrected and why, who speaks",
    "voices": "the voices that are known by name",
    "score": "how good is what the last run made, against a human's reference",
    "profiles": "the limits and manners that --profile takes",
    "report": "write the report of a film's last run again",
    "cache": "look into the store of results",
    "runs": "past runs with their logs",
}


class Parser(argparse.ArgumentParser):
    """A parser that says what is wrong in a line or two; the list of all options is behind `--help`."""

    def error(self, message: str) -> NoReturn:
        """End with the usage status."""
        self.exit(USAGE, f"orchestrator: {message}\n  {self.prog} --help says what there is\n")


def main(argv: Sequence[str] | None = None) -> int:
    """Run one command; returns its exit status."""
    words = normalise(sys.argv[1:] if argv is None else argv)
    debug = "ORCHESTRATOR_DEBUG" in os.environ
    try:
        return _command(words)
    except FatalError as error:
        if debug:
            traceback.print_exc()
        say(error)
        return error.status
    except KeyboardInterrupt:
        return INTERRUPTED
    except BrokenPipeError:
        # The reader went away (`orchestrator plan film.mkv | head`): no error of ours.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if debug:
            raise
        if isinstance(error, OSError) and (refused := _home_refused(error)):
            say(refused)
            return refused.status
        log = _write_log(words)
        print(f"orchestrator: this is a bug in orchestrator. Please send us {log}", file=sys.stderr)
        return BUG


def _home_refused(error: OSError) -> FatalError | None:
    """The sentence for a home that cannot be written: that is the user's to mend, whatever met it first."""
    from orchestrator.paths import home

    if not str(error.filename or "").startswith(str(home())):
        return None
    full = error.errno in {errno.ENOSPC, errno.EDQUOT}
    hint = (
        f"{'free some space there, or ' if full else ''}set ORCHESTRATOR_HOME to a folder that can be written"
    )
    return FatalError(f"cannot write {home()}: {error.strerror}", hint, STORAGE)


def _command(words: Sequence[str]) -> int:
    parser = Parser(
        prog="orchestrator",
        description="Turn a film into subtitles that say who speaks, on your own machine.",
        epilog="orchestrator COMMAND --help says more of each. Documents: docs/ in the checkout.",
    )
    parser.add_argument("--version", action="version", version=f"orchestrator {__version__}")
    commands = parser.add_subparsers(dest="command", metavar="COMMAND", title="commands")
    chosen = next((word for word in words if not word.startswith("-")), None)
    if chosen == "help":
        words = [*[word for word in words if word != "help"][:1], "--help"]
        chosen = words[0]
    elif chosen is not None and chosen not in COMMANDS:
        near = difflib.get_close_matches(chosen, COMMANDS, 1)
        hint = f"did you mean {near[0]}?" if near else f"commands: {', '.join(COMMANDS)}"
        raise FatalError(f"there is no command {chosen!r}", hint, USAGE)
    for name, summary in COMMANDS.items():
        if name == chosen:  # only the command that runs is imported
            importlib.import_module(f"orchestrator.commands.{name}").add(commands)
        else:
            commands.add_parser(name, help=summary, add_help=False)
    arguments = _parsed(parser, commands, chosen, words)
    if arguments.command is None:
        parser.print_help()
        return USAGE
    module = importlib.import_module(f"orchestrator.commands.{arguments.command}")
    status: int = module.run(arguments)
    return status


def _parsed(
    parser: argparse.ArgumentParser, commands: Any, chosen: str | None, words: Sequence[str]
) -> argparse.Namespace:
    """The arguments. Films may stand before and after options; what is unknown gets the nearest name there is."""
    own = commands.choices.get(chosen)
    after = list(words)
    if own is None or chosen is None or own._subparsers is not None:
        return parser.parse_args(words)
    at = after.index(chosen)
    known, unknown = own.parse_known_intermixed_args(_without_dashes(after[at + 1 :]))
    if unknown:
        flags = [flag for action in own._actions for flag in action.option_strings]
        near = difflib.get_close_matches(unknown[0].partition("=")[0], flags, 1)
        meant = f" (did you mean {near[0]}?)" if near else ""
        own.error(f"unrecognized arguments: {' '.join(unknown)}{meant}")
    parsed = parser.parse_args(after[:at]) if at else argparse.Namespace()
    for name, value in vars(known).items():
        setattr(parsed, name, value)
    parsed.command = chosen
    return parsed


def _without_dashes(words: Sequence[str]) -> list[str]:
    """The words, those behind `--` made into paths that begin with no dash: argparse forgets `--` where words are intermixed."""
    at = words.index("--") if "--" in words else len(words)
    return [*words[:at], *(f"./{word}" if word.startswith("-") else word for word in words[at + 1 :])]


def _write_log(words: Sequence[str]) -> str:
    """Keep the traceback of our bug for a report; where no file can be written, print it."""
    import datetime as dt
    import platform

    from orchestrator.paths import home
    from orchestrator.util.redact import masked

    # It is to be sent to strangers: no key or password of a command line may stand in it.
    text = "\n".join(
        (
            f"orchestrator {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"arguments: {masked(list(words))}",
            masked(traceback.format_exc()),
        )
    )
    stamp = dt.datetime.now(dt.UTC).strftime("%Y%m%dT%H%M%SZ")
    log = home() / "bugs" / f"{stamp}.log"
    try:
        log.parent.mkdir(parents=True, exist_ok=True)
        log.write_text(text)
    except OSError:
        print(text, file=sys.stderr)
        return "the text above"
    return str(log)

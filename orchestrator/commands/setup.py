"""`orchestrator setup`: proposes what suits this machine and its user's films, and gets it."""

from __future__ import annotations

import argparse
import os
import sys
from collections.abc import Sequence
from typing import Any

from orchestrator.commands import verbosity
from orchestrator.config import files, merge
from orchestrator.config.values import Layer
from orchestrator.errors import INTERRUPTED, OK, USAGE, FatalError
from orchestrator.util import terminal


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    parser: argparse.ArgumentParser = subparsers.add_parser(
        "setup",
        help="download the models that suit this machine and your films",
        description="Show what suits this machine and the languages of your films: a speech recognition "
        "model, aligners, pyannote's diarization pipeline if you have a token, a translation model if you "
        "want one, each with size, licence and time. Download what you choose, and set your configuration. "
        "If everything is there, it does nothing.",
    )
    parser.add_argument("--language", metavar="CODES", help="languages spoken in your films, such as de,en")
    parser.add_argument(
        "--target-language", metavar="CODE", help="also propose a model that translates into this language"
    )
    parser.add_argument("--yes", action="store_true", help="get all that is proposed, without questions")
    parser.add_argument("--dry-run", action="store_true", help="show what would be proposed, and stop")
    verbosity.add(parser)


def parsed(options: Sequence[str]) -> argparse.Namespace:
    """The arguments of the command with `options`, for the installer."""
    parser = argparse.ArgumentParser()
    add(parser.add_subparsers())
    return parser.parse_args(["setup", *options])


def run(arguments: argparse.Namespace) -> int:
    """Propose, ask, download and configure; returns the exit status."""
    asks = not arguments.yes and not arguments.dry_run
    if asks and arguments.quiet:
        raise FatalError("setup asks questions, which --quiet would hide", "add --yes", USAGE)
    if asks and not (sys.stdin.isatty() and sys.stdout.isatty()):
        hint = "orchestrator setup --yes takes all that suits this machine; --dry-run only shows it"
        raise FatalError("setup asks questions, and standard input or output is not a terminal", hint, USAGE)
    if merge.settings(Layer()).run.offline and not arguments.dry_run:
        raise FatalError(
            "setup downloads models, and your configuration says offline", "unset it once", USAGE
        )
    try:
        return _run(arguments, asks=asks)
    except (KeyboardInterrupt, EOFError):
        terminal.tell("")
        terminal.tell("orchestrator: stopped; what has arrived is kept. To go on: orchestrator setup")
        return INTERRUPTED


def _run(arguments: argparse.Namespace, *, asks: bool) -> int:
    from orchestrator.machine import profile
    from orchestrator.setup import figures, flow, languages, questions, shown, suits, survey

    machine = profile.here()
    shown.show([shown.machine(machine)])
    spoken, target = _languages(arguments, asks=asks)
    shown.show([f"Languages of your films: {shown.names(spoken)} (--language {','.join(spoken)})", ""])
    measured = figures.measured()
    found = survey.of(suits.items(machine, spoken, target))
    flow.show(found, measured)
    if arguments.dry_run:
        shown.show(["", "Nothing was downloaded."])
        return flow.status(found, ())
    open_ones = [one for one in found if not one.here and not one.error]
    shown.show([""])
    if asks:
        chosen = [one for each in open_ones if (one := questions.choice(each, measured)) is not None]
        wanted = [one.item for one in chosen if not one.here]
        here = [one.item for one in chosen if one.here]
    else:
        wanted, here = flow.unasked(open_ones), []
    results = flow.pull(wanted)
    new = [result.item for result in results if result.error is None]
    there = [*here, *(one.item for one in found if one.here), *new]

    def agreed(question: str, default: bool) -> bool:
        return questions.agreed(f"  {question}", default=default) if asks else default

    flow.configure(there, [*new, *here], machine, files.user_path(os.environ), agreed)
    languages.remember(spoken, target)
    if all(one.here for one in found):
        shown.show(["There is nothing to download."])
    status = flow.status(found, results)
    shown.show(["Next: orchestrator run movie.mp4" if status == OK else "To try again: orchestrator setup"])
    return status


def _languages(arguments: argparse.Namespace, *, asks: bool) -> tuple[tuple[str, ...], str]:
    """The languages spoken, and the one to translate into, which is empty for none."""
    from orchestrator.setup import languages, questions

    given = languages.given(arguments.language, "--language")
    target = (languages.given(arguments.target_language, "--target-language") or ("",))[0]
    known = languages.remembered()
    if given is None and known is None and asks:
        default = ",".join(languages.default())
        given = languages.read(
            questions.text("Languages spoken in your films, such as de,en", default, languages.read)
        )
        target = target or _asked_target()
    if not target and known is not None and arguments.language is None:
        target = known[1]
    return given or languages.default(), target


def _asked_target() -> str:
    from orchestrator.setup import languages, questions

    def read(text: str) -> object:
        return "" if text == "no" else languages.read(text)

    answer = questions.text("Translate them into a language, such as en", "no", read)
    return "" if answer == "no" else languages.read(answer)[0]

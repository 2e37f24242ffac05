"""The options of `orchestrator bench`: their declaration, their faults, and those that go to `run`."""

from __future__ import annotations

import argparse
import re
from pathlib import Path
from typing import Any

from orchestrator.commands import film_options
from orchestrator.errors import USAGE, FatalError
from orchestrator.surroundings import current_folder


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    from orchestrator.bench import lengths

    parser: argparse.ArgumentParser = subparsers.add_parser(
        "bench",
        help="measure speed, memory and energy on this machine, or accuracy against references",
        description="Measure what a run takes, stage by stage: on films composed of a packaged recording, or "
        "on films of yours. Nothing of yours is read from the cache or written to it. With --accuracy, score "
        "recordings that have references instead. Takes the options of `run` too.",
    )
    parser.add_argument("films", nargs="*", type=Path, metavar="FILM", help="films to use instead")
    own = parser.add_argument_group("benchmark")
    own.add_argument(
        "--lengths", default=lengths.DEFAULT, metavar="LENGTH,...",
        help=f"lengths of the composed films, such as 90s, 5m or 2h; all is {lengths.ALL} "
        f"(default: {lengths.DEFAULT})",
    )  # fmt: skip
    own.add_argument("--repeat", type=int, default=3, metavar="N", help="runs of each (default: 3)")
    own.add_argument(
        "--against", metavar="PROGRAM,...",
        help="run others in turn with ours: whisperx, pyannote, cpu (ours without its GPU), or the folder of "
        "another checkout of this program; none for none (default: cpu where a GPU is used)",
    )  # fmt: skip
    own.add_argument("--accuracy", type=Path, metavar="DIR", help="score the recordings in this folder")
    own.add_argument(
        "--compare", type=Path, metavar="FILE", help="show the change since these results (JSON)"
    )
    own.add_argument(
        "--fail-above", metavar="PERCENT",
        help="exit with status 1 if something got worse by more than this (--accuracy: by percentage points)",
    )  # fmt: skip
    own.add_argument(
        "--results", type=Path, metavar="FILE", help="measure nothing, show these results (JSON)"
    )
    own.add_argument(
        "--markdown", type=Path, metavar="FILE", help="put the tables into this document (docs/benchmarks.md)"
    )
    own.add_argument("--output", type=Path, metavar="FILE", help="write the results (JSON) to this file")
    own.add_argument("--json", action="store_true", help="print the results as JSON")
    own.add_argument(
        "--workspace", type=Path, metavar="DIR",
        help="keep the films and logs in this folder, and use the films in it (default: a temporary folder)",
    )  # fmt: skip
    film_options.add(parser, run=True)


def limit(text: str | None) -> float | None:
    """The percentage of `--fail-above` as a share; None if it is not given."""
    if text is None:
        return None
    found = re.fullmatch(r"(\d+(?:\.\d+)?)\s*%?", text.strip())
    if found is None:
        raise FatalError(f"--fail-above {text}: not a percentage", "write it as 10%", USAGE)
    return float(found[1]) / 100


def check(arguments: argparse.Namespace) -> None:
    """Raise `FatalError` (usage) for options that contradict each other, or would have no effect."""
    if arguments.from_ or arguments.force:
        raise FatalError("--from and --force have no effect on a benchmark", "omit them", USAGE)
    others = ("films", "against", "markdown", "results", "workspace")
    if arguments.accuracy and any(getattr(arguments, name) for name in others):
        hint = "omit the films and --against, --markdown, --results and --workspace"
        raise FatalError("--accuracy scores the recordings of its folder, with our program only", hint, USAGE)
    if arguments.results and (arguments.films or arguments.against):
        raise FatalError("--results measures nothing", "omit the films and --against, or --results", USAGE)
    if len({film.stem for film in arguments.films}) < len(arguments.films):
        raise FatalError("two of the films have the same name", "measure them one after the other", USAGE)
    if arguments.fail_above and not arguments.compare and not arguments.accuracy:
        raise FatalError("--fail-above needs results to compare with", "name them with --compare", USAGE)
    if not 1 <= arguments.repeat <= 100:
        raise FatalError(f"--repeat {arguments.repeat}: not a number from 1 to 100", "", USAGE)
    if arguments.output_dir:
        raise FatalError("--output-dir has no effect on a benchmark", "use --workspace", USAGE)


def of_run(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The options of `run` on the command line, as they are passed on."""
    words: list[str] = []
    for one in film_options.typed(argparse.Namespace(**{**vars(arguments), "device": []})).values.values():
        name, _, text = one.words.partition(" ")
        words += [name, _from_anywhere(text)] if text else [name]
    words += [word for device in arguments.device or () for word in ("--device", device)]
    words += ["--until", arguments.until] if arguments.until else []
    return tuple(words)


def _from_anywhere(text: str) -> str:
    """An option's value, which is read in another folder: a path in the current one becomes absolute."""
    place = current_folder.absolute(Path(text))
    return str(place) if ("/" in text and place.exists()) or place.is_file() else text

"""Writes options and output files into docs/reference.md, and the types of the options for Python.

Each part of the reference stands between two comments; what is around it is written by hand. A test fails if
something is stale.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
sys.path.insert(0, str(ROOT))

from orchestrator.commands import run  # noqa: E402
from orchestrator.config.options import BY_KEY, DEVICE, GROUPS, OPTIONS, Option  # noqa: E402
from stage_runners.subtitles.formats import FORMATS  # noqa: E402

REFERENCE = ROOT / "docs" / "reference.md"
TYPES = ROOT / "orchestrator" / "api" / "options.py"


def options() -> Iterator[str]:
    """The lines of a table for each group of options of `run`; what is asked of one run only comes last."""
    parser = argparse.ArgumentParser(add_help=False)
    run.add_options(parser)
    of_one_run = []
    for group in parser._action_groups:
        if group.title not in GROUPS:
            of_one_run += group._group_actions
        else:
            yield from _table(GROUPS[group.title], group._group_actions)
    yield from _table("One run only", of_one_run)


def _table(title: str, actions: Iterable[argparse.Action]) -> Iterator[str]:
    yield f"### {title}\n"
    yield "| option | default | what it does |"
    yield "|---|---|---|"
    for action in actions:
        option = BY_KEY.get(action.dest)
        text = option.help if option else (action.help or "")
        unset = option.unset if option else ""
        yield f"| {_names(action)} | {_cell('' if unset == 'none' else unset)} | {_cell(text)} |"
    yield ""


def _names(action: argparse.Action) -> str:
    metavar = action.metavar or ("{" + ",".join(action.choices) + "}" if action.choices else "")
    words = [f"{name} {metavar}".strip() if name.startswith("--") else name for name in action.option_strings]
    return ", ".join(f"`{_cell(word)}`" for word in words)


def _cell(text: object) -> str:
    return str(text).replace("|", "\\|")


def output_files() -> Iterator[str]:
    """The lines of the table of formats."""
    yield "| file | format | by default | media type | what it holds |"
    yield "|---|---|---|---|---|"
    for one in FORMATS:
        file, default = one.name_beside("FILM", "LANG"), "yes" if one.by_default else "no"
        yield f"| `{file}` | `{one.name}` | {default} | `{one.media_type}` | {_cell(one.description)} |"
    yield ""


PARTS: dict[str, Callable[[], Iterator[str]]] = {"options": options, "output files": output_files}
"""What makes the part between `<!-- NAME: made by docs/make_reference.py -->` and `<!-- NAME: end -->`."""


def made(document: str) -> str:
    """The document with all parts in their places."""
    for name, lines in PARTS.items():
        begin, end = f"<!-- {name}: made by docs/make_reference.py -->", f"<!-- {name}: end -->"
        before, rest = document.split(begin)
        _, after = rest.split(end)
        document = "\n".join([f"{before}{begin}\n", *lines(), f"{end}{after}"])
    return document


def types_of_options() -> str:
    """The module with the types of the options that `subtitle` takes."""
    fields = {option.key: _type(option) for option in OPTIONS}
    fields[DEVICE] = "str | Sequence[str] | Mapping[str, str]"
    lines = [f"    {key}: {kind} | None" for key, kind in sorted(fields.items())]
    return _HEAD + "\n".join(lines) + "\n"


def _type(option: Option) -> str:
    if option.cli.several:
        return "str | Sequence[str]"
    return {Path: "str | os.PathLike[str]"}.get(option.type, option.type.__name__)


_HEAD = '''"""The options of `subtitle` and their types; made by docs/make_reference.py, not to be edited."""

from __future__ import annotations

import os
from collections.abc import Mapping, Sequence
from typing import TypedDict


class Options(TypedDict, total=False):
    """The options of a film, by the names of a job file; docs/reference.md says what each does."""

'''


if __name__ == "__main__":
    TYPES.write_text(types_of_options(), encoding="utf-8")
    REFERENCE.write_text(made(REFERENCE.read_text(encoding="utf-8")), encoding="utf-8")

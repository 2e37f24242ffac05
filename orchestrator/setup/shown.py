"""What setup shows: the items with their size, licence and time, and the disk."""

from __future__ import annotations

import shutil
import textwrap
from collections.abc import Iterable, Iterator, Sequence

from orchestrator.machine.profile import Machine
from orchestrator.models import hub, hub_errors
from orchestrator.run_state.paces import Paces
from orchestrator.setup import figures
from orchestrator.setup.item import TITLES, Item
from orchestrator.setup.survey import Found
from orchestrator.util import terminal
from orchestrator.util import text as fmt
from orchestrator.util.free_space import free_space
from stage_runners.text.iso639 import language

_WIDEST = 100
_WITHOUT = {
    "diarization": "Without it, embedded voices tell the speakers apart.",
}


def show(lines: Iterable[str]) -> None:
    """Print lines, wrapped to the terminal; what follows an indented line is indented too."""
    width = min(shutil.get_terminal_size().columns, _WIDEST)
    for line in lines:
        indent = " " * (len(line) - len(line.lstrip()))
        wrapped = textwrap.wrap(
            line, width, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
        )
        terminal.show_lines(wrapped or [""])


def machine(here: Machine) -> str:
    """The hardware in one line."""
    names = {answer.name for of_env in here.envs.values() for answer in of_env.values() if answer.accelerator}
    usable = ", ".join(sorted(filter(None, names)))
    gpu = usable or ", ".join(here.gpus) or "no GPU that can be used"
    return f"This machine: {here.cpu}, {here.cores} cores, {here.memory_mb / 1024:.0f} GB; {gpu}"


def names(languages: Sequence[str]) -> str:
    """The names of languages, separated by commas."""
    return ", ".join(language(code).name for code in languages)


def heading(item: Item) -> str:
    """The purpose of an item and its model."""
    into = "into " if item.role == "translation" else ""
    purpose = f"{TITLES[item.role]}, {into}{names(item.languages)}" if item.languages else TITLES[item.role]
    return f"{purpose}: {item.model}"


def facts(found: Found, measured: Paces) -> str:
    """Size, licence and time of an item, and the environments that it needs too."""
    size = f"about {fmt.size(found.item.size)}" if found.item.size else "size unknown"
    if found.offer and found.offer.size:
        size = fmt.size(found.offer.size)
        if 0 < found.offer.there < found.offer.size:
            size += f" ({fmt.size(found.offer.there)} of it here)"
    licence = f"licence {found.licence}" if found.licence else "licence not stated"
    if found.non_commercial:
        licence += " (not for commercial use)"
    parts = [size, licence, figures.described(found.item, measured)]
    if lacking := found.item.missing_environments:
        parts.append(f"and its environment {', '.join(lacking)}")
    return ", ".join(parts)


def block(found: Found, measured: Paces) -> Iterator[str]:
    """The lines of an item."""
    item = found.item
    if found.here:
        yield f"{heading(item)}: is here"
        return
    if found.on_disk:
        yield f"{heading(item)}: is here, but not its environment {', '.join(item.missing_environments)}"
        return
    yield heading(item)
    if isinstance(found.error, hub_errors.GatedError):
        yield f"  not available yet: {found.error.hint}."
        if without := _WITHOUT.get(item.role):
            yield f"  {without}"
        return
    if found.error and not isinstance(found.error, hub_errors.UnreachedError):
        hint = f"; {found.error.hint}" if found.error.hint else ""
        yield f"  not available now: {found.error.message}{hint}"
        return
    yield f"  {facts(found, measured)}"
    if item.why:
        yield f"  {item.why}"


def disk(found: Iterable[Found]) -> str:
    """What the downloads need, and what is free."""
    needed = sum(one.to_come for one in found)
    place, free = free_space(hub.cache())
    return f"Disk: {fmt.size(needed)} needed in {place}, {fmt.size(free)} free"

"""Options that contradict each other, by what is declared beside them (`at_most`, `needs`, `unless`).

An option on the command line that could have no effect is an error. If a place of lower rank sets it, the
command line overrides it, and a notice says so. Options of stages that are off: `planning.validation`.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, NamedTuple

from orchestrator.config.options import BY_KEY, OPTIONS, Option
from orchestrator.config.values import Value
from orchestrator.errors import USAGE, FatalError
from orchestrator.util.redact import masked

Ranks = Mapping[str, int]
"""The rank of the place that set each option, by key: 0 is the command line, and the highest."""
HINT = "omit one of the two options"


class Cause(NamedTuple):
    """Why an option has no effect, to follow "has no effect", and the option that it `lacks`, if so."""

    words: str
    lacks: Option | None = None


def resolved(chosen: Mapping[str, Value], ranks: Ranks) -> tuple[dict[str, Value], list[str]]:
    """The options without those that another one of higher rank rules out, and a notice for each.

    Raises `FatalError` (usage) if two options of the same place contradict each other, or if an option on the
    command line would have no effect.
    """
    values = dict(chosen)
    notices = []
    for low, high in _bounds():
        if _set(values, low) and _set(values, high) and values[low].value > values[high].value:
            notices.append(_out_of_order(values, low, high, ranks))
    for option in OPTIONS:
        if option.key not in values or is_idle(option, values[option.key].value):
            continue
        cause = next(_causes(option, values), None)
        if cause is None:
            continue
        message = masked(f"{values[option.key].stated(option.key)} has no effect{cause.words}")
        if ranks[option.key] == 0:
            raise FatalError(message, _remedy(cause), USAGE)
        if cause.lacks is None:  # a general default, such as a translation model, contradicts nothing
            notices.append(message)
    return values, notices


def is_idle(option: Option, value: Any) -> bool:
    """Return whether the value asks for nothing that does not happen anyway."""
    return value in (None, False, 0, "none") or value == option.default


def _bounds() -> Iterator[tuple[str, str]]:
    """Pairs of options by key, the first of which must not be more than the second."""
    for option in OPTIONS:
        yield from ((option.key, key) for key in option.cli.at_most)


def _set(values: Mapping[str, Value], key: str) -> bool:
    return key in values and values[key].value is not None


def _out_of_order(values: dict[str, Value], low: str, high: str, ranks: Ranks) -> str:
    """Remove the option of lower rank, and return the notice; `FatalError` if both have the same rank."""
    less, more = values[low], values[high]
    if ranks[low] == ranks[high]:
        raise FatalError(f"{less.words} is more than {more.words}", HINT, USAGE)
    loser, other = (low, high) if ranks[low] > ranks[high] else (high, low)
    lost = values.pop(loser)
    return f"{lost.stated(loser)} is ignored, because {values[other].stated(other)} contradicts it"


def _remedy(cause: Cause) -> str:
    if cause.lacks is None:
        return HINT
    return f"add it, such as --{cause.lacks.name} {cause.lacks.cli.example}"


def _lack(key: str, values: Mapping[str, Value]) -> Cause | None:
    """Why an option that another one needs is off; None if it is on."""
    other = BY_KEY[key]
    value = values[key].value if key in values else other.default
    if value is None or (value is False and key not in values):
        return Cause(f" without --{other.name}", lacks=other)
    return Cause(f", because of {values[key].stated(key)}") if value is False else None


def _causes(option: Option, values: Mapping[str, Value]) -> Iterator[Cause]:
    """Why the option has no effect; nothing if it has."""
    for needed in option.cli.needs:
        causes = [_lack(key, values) for key in needed.split("|")]
        if all(causes) and causes[0]:
            yield causes[0]
    for key in option.cli.unless:
        if key in values and not is_idle(BY_KEY[key], values[key].value):
            yield Cause(f", because of {values[key].stated(key)}")

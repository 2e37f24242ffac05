"""The parts of a setup that `orchestrator setup` and `orchestrator models pull recommended` share."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from orchestrator.config import editing
from orchestrator.config.editing import Change
from orchestrator.errors import FAILED, OK
from orchestrator.machine.profile import Machine
from orchestrator.models import hub_errors
from orchestrator.run_state.paces import Paces
from orchestrator.setup import keys, pulling, shown, survey
from orchestrator.setup.item import Item
from orchestrator.setup.pulling import Result
from orchestrator.setup.survey import Found


def show(found: Iterable[Found], measured: Paces) -> None:
    """Print the items, and the disk if something is to be downloaded."""
    every = list(found)
    for one in every:
        shown.show(shown.block(one, measured))
    if any(one.offer and not one.error for one in every):
        shown.show([shown.disk(one for one in every if not one.error)])
    unreached = (one.error for one in every if isinstance(one.error, hub_errors.UnreachedError))
    for error in [*unreached][:1]:
        shown.show([f"{error.message}; {error.hint}" if error.hint else error.message])


def unasked(found: Iterable[Found]) -> list[Item]:
    """The items to get without a question: all that can be had, under a licence without restrictions.

    Whoever wants one for non-commercial use alone has to say so; a smaller one may take its place.
    """
    wanted = []
    for one in found:
        if one.here or one.error:
            continue
        others = (survey.one(item) for item in one.item.smaller if one.non_commercial)
        free = next((each for each in (one, *others) if not each.error and not each.non_commercial), None)
        if free is None:
            how = f"orchestrator models pull {one.item.model}"
            skipped = f"{one.item.model} is not for commercial use, so it is skipped"
            shown.show([f"{skipped}; to download it anyway: {how}"])
        else:
            if free is not one:
                shown.show([f"{free.item.model} in place of {one.item.model}: for any use, {free.licence}"])
            wanted.append(free.item)
    return wanted


def pull(items: Sequence[Item]) -> list[Result]:
    """Get the items and print what became of each."""
    results = pulling.get(items)
    shown.show(pulling.lines(results))
    return results


def status(found: Iterable[Found], results: Iterable[Result]) -> int:
    """The exit status: that of the first item that failed; a model that still needs consent is no failure."""
    errors = [one.error for one in found if one.error and not isinstance(one.error, hub_errors.GatedError)]
    errors += [one.error for one in results if one.error]
    return next((error.status or FAILED for error in errors), OK)


def configure(
    items: Sequence[Item],
    new: Sequence[Item],
    machine: Machine,
    path: Path,
    agreed: Callable[[str, bool], bool],
) -> None:
    """Write the keys that a run needs to use `items` into the user's configuration, and print them.

    `agreed` says yes or no to a question, with its default: no, where a key of the user's is to change.
    """
    if note := keys.by_language(items, machine):
        shown.show([note])
    changes = list(keys.changes(items, new, machine))
    wanted: list[Change] = []
    if changes:
        shown.show([f"Configuration, {path}:"])
    for change in changes:
        shown.show([f"  {change.shown}"])
        if place := keys.overridden(change):
            shown.show([f"  {place} overrides it: unset that to use {change.value}"])
        if agreed("Change it?" if change.before else "Write it?", change.before is None):
            wanted.append(change)
        elif change.before:
            shown.show([f"  not changed: a run goes on with {change.before}"])
    if wanted:
        editing.apply(path, wanted)
        shown.show([f"wrote {path}"])
    for item in items:
        if item.role == "recognition" and any(change.value == item.model for change in wanted):
            note = f"Every film is now transcribed with {item.model}; in another language add --model auto."
            shown.show([note])

"""Which stages of a run are off, and why; and which stages come before and after another."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from ipc.declaration import Stage
from orchestrator.errors import USAGE, FatalError


@dataclass(frozen=True)
class Off:
    """Why a stage is off: a reason for the user, and the stage at the beginning of a chain of reasons.

    `later` is whether the run ends before it (`--until`).
    """

    reason: str
    root: str
    later: bool = False


def reasons(stages: Mapping[str, Stage], off: Mapping[str, str], until: Sequence[str]) -> dict[str, Off]:
    """Every stage that does not run. `off` are the stages that the user turned off, with the options.

    `until` are the last stages; `FatalError` (usage) if one of them is off.
    """
    wanted = set(stages) if not until else set(until).union(*(upstream(stages, name) for name in until))
    why: dict[str, Off] = {}
    for stage in stages.values():
        if reason := off.get(stage.base) or stage.off:
            why[stage.name] = Off(reason, stage.name)
        elif stage.name not in wanted:
            why[stage.name] = Off(f"--until {' '.join(until)}", stage.name, later=True)
        else:
            for needed in stage.inputs:
                sources = [source.split(".")[0] for source in needed.sources()]
                if not needed.optional and all(source in why for source in sources):
                    why[stage.name] = Off(f"{sources[-1]} is off", why[sources[-1]].root)
                    break
    for name in until:
        if name in why:
            raise FatalError(
                f"--until {name}: this stage is off ({why[name].reason})",
                "omit one of the two options" if name in off else "",
                USAGE,
            )
    return why


def upstream(stages: Mapping[str, Stage], name: str) -> set[str]:
    """The stages that `name` reads from, directly or not."""
    direct = set(stages[name].upstream()) & set(stages)
    return direct.union(*(upstream(stages, other) for other in direct)) if direct else set()


def downstream(stages: Mapping[str, Stage], name: str) -> frozenset[str]:
    """The stage `name` and those that read from it."""
    return frozenset(stage for stage in stages if stage == name or name in upstream(stages, stage))

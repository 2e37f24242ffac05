"""Estimates the time that a run still needs, from its state and from how long stages took in earlier runs.

A stage at work gives its own estimate, one that waits takes its pace of earlier runs. What remains of a film
is its longest chain of stages. The work of all films, divided by how many stages have run side by side so
far, is another bound, and the longer of the two counts.
"""

from __future__ import annotations

from collections.abc import Mapping

from orchestrator.run_state.paces import Paces, pace_of
from orchestrator.run_state.states import ENDED, FilmState, RunState, StepState

SETTLED = 0.25
"""The share of a stage's work after which its own estimate counts alone; before, earlier runs count too.

The first windows are slow: `asr` with base on fillets_cs estimated 1.1 hours at 4 %, and 6 minutes at 34 %.
"""


def time_left(state: RunState, now: float, paces: Paces) -> float | None:
    """Seconds from `now` until the run ends; None if a stage to come cannot be estimated."""
    chains, work = [0.0], 0.0
    for film in state.films:
        left = {step.name: _left(step, film, now, paces) for step in film.steps}
        known = {name: seconds for name, seconds in left.items() if seconds is not None}
        if len(known) < len(left):
            return None
        chains.append(_longest_chain(film, known))
        work += sum(known.values())
    return max(*chains, work / _side_by_side(state, now))


def _left(step: StepState, film: FilmState, now: float, paces: Paces) -> float | None:
    """Seconds of work that a step still needs."""
    if step.status in ENDED or step.planned == "cached":
        return 0.0
    pace = pace_of(paces, step.name, step.device, step.model)
    usual = None
    if pace is not None and film.seconds:
        worked = now - step.started if step.started is not None and step.status == "running" else 0.0
        usual = max(0.0, pace * film.seconds - worked)
    if step.eta_s is None or step.progressed is None:
        return usual
    by_itself = max(0.0, step.eta_s - (now - step.progressed))
    trust = min(1.0, step.done / step.total / SETTLED) if step.total > 0 else 1.0
    return by_itself if usual is None else trust * by_itself + (1 - trust) * usual


def _longest_chain(film: FilmState, left: Mapping[str, float]) -> float:
    """Seconds of the longest chain of steps; each stands after those that it waits for."""
    until: dict[str, float] = {}
    for step in film.steps:
        until[step.name] = left[step.name] + max(
            (until.get(name, 0.0) for name in step.waits_for), default=0.0
        )
    return max(until.values(), default=0.0)


def _side_by_side(state: RunState, now: float) -> float:
    """How many stages have been at work at once so far, on average; at least one."""
    steps = [step for film in state.films for step in film.steps if step.started is not None]
    busy = sum((step.ended or now) - step.started for step in steps if step.started is not None)
    return max(1.0, busy / (now - state.started)) if now > state.started else 1.0

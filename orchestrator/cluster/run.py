"""`orchestrator run --ray`: checks what can be checked here, starts Ray's side, and sums up at the end."""

from __future__ import annotations

import dataclasses
import queue
import sys
import time
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from orchestrator.cluster import earlier, facts, order_of
from orchestrator.cluster.conductor import Conductor, Wanted
from orchestrator.cluster.messages import Message
from orchestrator.cluster.ray_side import ENV, RaySide
from orchestrator.cluster.weights import weights
from orchestrator.cluster.written import Account
from orchestrator.config import merge
from orchestrator.environments import registry
from orchestrator.errors import BUG, USAGE, FatalError, FilmError
from orchestrator.execution.broadcast import Broadcast
from orchestrator.film_files import headers
from orchestrator.folders import set_aside
from orchestrator.outputs.ledger import Ledger
from orchestrator.planning.film_path import film_of
from orchestrator.run_state import run_folders, run_json
from orchestrator.run_state.events import RunEnded
from orchestrator.run_state.states import RunState
from orchestrator.runs import exit_status, shown
from orchestrator.runs.invocation import Invocation, TakesAll
from orchestrator.runs.wanted import Unreadable
from orchestrator.util import text as fmt
from orchestrator.util.film_names import stem_of
from orchestrator.util.notices import notice, say


@dataclass(frozen=True, kw_only=True)
class Cluster:
    """The options of a run on many machines: Ray's address or `local`, and where results are exchanged.

    `install` says whether `./install.sh` may run on a machine that needs it.
    """

    address: str
    install: bool = False
    results: str = ""


def run(invocation: Invocation, cluster: Cluster) -> int:
    """Run the films on Ray's machines; returns the exit status."""
    registry.require(ENV)
    options = merge.settings(invocation.command_line).run  # a wrong option is refused here
    found, refused = _films(invocation)
    if not found:
        return next(iter(refused.values())).status
    order = order_of.order(invocation, results=cluster.results)
    ours = facts.here()
    heavy = weights(found, _lengths)
    wanted = [Wanted(id=str(number), path=path, weight=heavy[path]) for number, path in enumerate(found)]
    before = earlier.find(order, found)
    if before.done:
        notice(f"{fmt.plural(len(before.done), 'film')} of {len(found)} were done by the run {before.run}")
    inbox: queue.SimpleQueue[Message | None] = queue.SimpleQueue()
    with run_folders.new(stem_of(found[0])) as record:
        earlier.remember(record, order, found)
        ledger = Ledger()
        views = [*shown.views(record, invocation), set_aside.Recorder(), Account(ledger)]
        broadcast = Broadcast(views)
        status, error = BUG, None
        side = RaySide(cluster.address, order, record.path / "ray.log", inbox)
        conductor = Conductor(
            films=wanted, ours=ours, broadcast=broadcast, logs=record.logs, install=cluster.install,
            send=side.send, inbox=inbox, refused=refused, earlier=before, ledger=ledger,
            folder=options.output_dir,
        )  # fmt: skip
        try:
            state = conductor.run()
            status = exit_status.of_run(
                state, list(refused.values()), frozenset(found if options.strict else ())
            )
        except FatalError as problem:
            error, status = problem, problem.status
        finally:
            side.close()
            _end(broadcast, status)
            for view in views:
                view.close()
            content = _write(record, broadcast.state, status, invocation, refused)
    if broadcast.lost_output is not None:
        notice(f"stopped, because standard output cannot be written: {broadcast.lost_output.strerror}")
        return exit_status.of_lost_output(broadcast.lost_output)
    shown.summary(content, invocation)
    if error is not None:
        raise error
    return status


def _films(invocation: Invocation) -> tuple[list[Path], dict[Path, FatalError]]:
    """The films' absolute paths; the errors of those that cannot be read here, which are printed."""
    named = list(invocation.films)
    for one in invocation.more(TakesAll()) if invocation.more else ():
        if isinstance(one, Unreadable):
            raise one.error
        if one.options.values or one.options.devices:
            raise FatalError(
                f"{one.film}: the options of a single film do not reach other machines",
                "put them into the film's job file (orchestrator prepare), or give them to the whole run",
                USAGE,
            )
        named.append(one.film)
    found: dict[Path, None] = {}
    refused: dict[Path, FatalError] = {}
    for film in dict.fromkeys(named):
        try:
            found[film_of(film)] = None
        except FatalError as error:
            if error.status == USAGE and not isinstance(error, FilmError):
                raise
            say(error)
            refused[film] = error
    return list(found), refused


def _lengths(films: Sequence[Path]) -> dict[Path, float]:
    """Seconds of the films whose headers state them."""
    return {film: one.length for film, one in headers.of(films).items() if one.length}


def _end(broadcast: Broadcast, status: int) -> None:
    state = broadcast.state
    broadcast.emit(
        RunEnded(
            time=time.time(),
            outcome=run_json.outcome(state) if status != BUG else "failed",
            exit_status=status,
            files=tuple(
                {"film": str(film.path), **dataclasses.asdict(output)}
                for film in state.films
                for output in film.outputs
            ),
        )
    )


def _write(
    record: run_folders.Run,
    state: RunState,
    status: int,
    invocation: Invocation,
    refused: Mapping[Path, FatalError],
) -> Mapping[str, Any]:
    told: Sequence[Mapping[str, str]] = [
        {"film": str(film), "message": error.message, "hint": error.hint} for film, error in refused.items()
    ]
    return run_json.write(
        record,
        state,
        status=status,
        command=sys.argv[1:],
        options=shown.options(invocation, {}),
        refused=told,
    )

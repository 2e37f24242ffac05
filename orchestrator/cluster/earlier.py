"""Goes on where a run of the same command was, whose process died or was stopped.

The run's folder holds what it was asked (`cluster.json`) and its events. Films that it finished, and whose
files are still there, are not handed out again: their events are told again instead. What workers died with
keeps its count, so that a film that kills them does not get three more.
"""

from __future__ import annotations

import dataclasses
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from ipc import atomic
from ipc.parsing import json_of
from orchestrator.cluster.on_ray.order import Order
from orchestrator.run_state import events, from_json, run_folders
from orchestrator.run_state.events import FilmAdded, FilmEnded, RunEvent
from orchestrator.run_state.machine_events import FilmMoved, MachineLeft

_ASKED = "cluster.json"
_UNFINISHED = frozenset({"killed", "interrupted"})
_WELL = frozenset({"done", "degraded"})
_TOLD = (events.StepDone, events.FileWritten, FilmEnded)


@dataclass(frozen=True, kw_only=True)
class Earlier:
    """What a run got done: by film its events, in order, and how often a worker died with it in hand."""

    run: str = ""
    done: Mapping[Path, tuple[RunEvent, ...]] = field(default_factory=dict)
    crashes: Mapping[Path, int] = field(default_factory=dict)


NOTHING = Earlier()


def remember(record: run_folders.Run, order: Order, films: Sequence[Path]) -> None:
    """Write what the run is asked into its folder."""
    atomic.write(record.path / _ASKED, json.dumps(_asked(order, films)))


def find(order: Order, films: Sequence[Path]) -> Earlier:
    """The newest run of the same command, films and options, if it did not end; else `NOTHING`."""
    asked = _asked(order, films)
    for run in run_folders.past():
        try:
            same = json_of((run.path / _ASKED).read_bytes()) == asked
        except (OSError, ValueError):
            continue
        if same:
            return _of(run) if run.outcome() in _UNFINISHED else NOTHING
    return NOTHING


def _asked(order: Order, films: Sequence[Path]) -> dict[str, Any]:
    """What makes two commands the same: options wherever they are set, films and the state of their files."""
    states = []
    for film in sorted(films):
        found = film.stat()
        states.append([str(film), found.st_size, found.st_mtime_ns])
    return {"order": hashlib.sha256(order.to_json().encode()).hexdigest(), "films": states}


def _of(run: run_folders.Run) -> Earlier:
    paths: dict[int, Path] = {}
    told: dict[Path, list[RunEvent]] = {}
    crashes: dict[Path, int] = {}
    for event in _events(run):
        match event:
            case FilmAdded() | FilmMoved():
                paths[event.film] = event.state.path
                added = FilmAdded(time=event.time, film=event.film, id=event.id, state=event.state)
                told[event.state.path] = [added]
            case MachineLeft(blamed=True):
                for number in event.films:
                    crashes[paths[number]] = crashes.get(paths[number], 0) + 1
            case _ if isinstance(event, _TOLD) and event.film in paths:
                told[paths[event.film]].append(event)
    done = {path: tuple(some) for path, some in told.items() if _is_done(some)}
    return Earlier(run=run.id, done=done, crashes=crashes)


def _events(run: run_folders.Run) -> Iterator[RunEvent]:
    """The events of the run that can be read; the last line of a killed one may be half."""
    try:
        lines = run.events.read_text(encoding="utf-8", errors="replace").splitlines()
    except OSError:
        return
    for line in lines:
        try:
            event = from_json.event_of(json_of(line))
        except (ValueError, AttributeError):
            continue
        if event is not None:
            yield event


def _is_done(told: Sequence[RunEvent]) -> bool:
    """Whether the film ended well, and its files are there as they were written."""
    ended = any(isinstance(event, FilmEnded) and event.outcome in _WELL for event in told)
    files = [event.output for event in told if isinstance(event, events.FileWritten)]
    return ended and all(_is_there(Path(file.path), file.size) for file in files)


def _is_there(path: Path, size: int) -> bool:
    try:
        return path.stat().st_size == size
    except OSError:
        return False


def renumbered(told: Sequence[RunEvent], film: int, name: str) -> Iterator[RunEvent]:
    """The events of a film, which has another number and id in this run."""
    for event in told:
        if isinstance(event, FilmAdded | FilmEnded):
            yield dataclasses.replace(event, film=film, id=name)
        elif isinstance(event, _TOLD):
            yield dataclasses.replace(event, film=film)

"""Writes the output files of a run (`orchestrator.outputs.publish`), and saves the voices of a series.

The files of a film that is run for the first time are written as they are made. If an earlier run left files,
the new ones replace them together, once all are made; if the run fails, the earlier ones stay, and what was
made is written into the run's folder (docs/decisions/2026-11-29-failed-runs.md).
"""

from __future__ import annotations

import contextlib
import os
import shutil
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from orchestrator.errors import OK, FatalError
from orchestrator.outputs import earlier, names
from orchestrator.outputs import publish as outputs
from orchestrator.outputs.ledger import Ledger
from orchestrator.paths import home
from orchestrator.planning.plan import Plan, Step
from orchestrator.run_state import run_json
from orchestrator.run_state.states import FileOutput, RunState
from orchestrator.runs import burned_film
from orchestrator.runs.result_files import ResultFiles, clip_of_plan
from orchestrator.storage.store import Entry, Store
from orchestrator.util import bug_log, machine_errors
from orchestrator.util.notices import say

_ENDED_WELL = {"done", "cached", "off"}
_FINAL = _ENDED_WELL | {"failed", "skipped"}


@dataclass
class _Film:
    """What a run has made of a film so far.

    `expected` are the stages whose results are published, `made` the results so far. While `holding`, nothing
    is written beside the film. `kept` are earlier films that were replaced. `closed`: its last files are
    written.
    """

    plan: Plan
    expected: frozenset[str]
    holding: bool
    made: list[tuple[Step, Entry]] = field(default_factory=list)
    kept: list[earlier.EarlierFile] = field(default_factory=list)
    closed: bool = False

    @property
    def complete(self) -> bool:
        """Return whether every file is made."""
        return self.expected <= {step.name for step, _ in self.made}


class Files:
    """The scheduler's hooks that write output files.

    `formats` are the formats to write, by film; `series` the series whose voices are saved, by film; `run_id`
    is the id of the run, for the report, and `run_folder` its folder, for the files of films that fail.
    """

    def __init__(
        self,
        formats: Mapping[Path, tuple[str, ...]],
        *,
        overwrite: bool,
        series: Mapping[Path, str] | None = None,
        run_id: str = "",
        run_folder: Path | None = None,
    ) -> None:
        self._formats = dict(formats)
        self._overwrite = overwrite
        self._series = dict(series or {})
        self._run_id = run_id
        self._run_folder = run_folder
        self._films: dict[Path, _Film] = {}
        self._ledger = Ledger()
        self._placed: dict[Path, outputs.Published] = {}
        self._files = ResultFiles(self._formats, self._ledger)
        self.review: dict[Path, Mapping[str, Any]] = {}
        """What the report counts in each film: see `orchestrator.report.data.to_review`."""
        self.unwritten: list[Path] = []
        """The films whose report could not be written."""

    def expect(self, film: Path, formats: tuple[str, ...], series: str) -> None:
        """A film joins the run; if it was in the run before, it is a new one."""
        self._formats[film] = formats
        self._series.pop(film, None)
        if series:
            self._series[film] = series
        self._films.pop(film, None)

    def draft(self, plan: Plan, step: Step) -> Path:
        """The path of a hidden file in the target folder; it becomes the film by a rename."""
        return outputs.draft_beside(plan.place_of(step.stage))

    def place(self, plan: Plan, step: Step, draft: Path, digest: str) -> Path:
        """Rename the film into place, or to another name if the target is not this tool's file."""
        film, target = self._film(plan), plan.place_of(step.stage)
        clip, overwrite = clip_of_plan(plan), self._overwrite
        if film.holding:
            there, _, free = outputs.place_for(
                target, digest, plan.film, self._ledger, overwrite=overwrite, clip=clip
            )
            if not free:
                film.kept.append(earlier.keep(there, plan.film, self._ledger))
        placed = outputs.adopt(draft, target, digest, plan.film, self._ledger, overwrite=overwrite, clip=clip)
        self._placed[placed.path] = placed
        return placed.path

    def publish(self, plan: Plan, step: Step, entry: Entry) -> Iterator[FileOutput]:
        """Copy results out of the store, yield every output file, and save the voices of the series."""
        film = self._film(plan)
        self._files.learn(plan, step, entry)
        if step.name == "naming" and (series := self._series.get(plan.film)) and not clip_of_plan(plan):
            from orchestrator.runs import learn_voices

            learn_voices.remember(plan, entry, series, Store(home() / "store"))
        film.made.append((step, entry))
        if film.holding and not film.complete:
            return
        now = film.made if film.holding else [(step, entry)]
        yield from self._write(film, now)
        film.holding = False

    def closing(self, state: RunState, *, ended: bool) -> Iterator[tuple[int, FileOutput]]:
        """Write the report of each film with results, and what a film that failed has held back.

        An error is printed, and remembered in `unwritten`.
        """
        for index, one in {film.path: (index, film) for index, film in enumerate(state.films)}.values():
            film = self._films.get(one.path)
            if film is None or film.closed or not (ended or all(s.status in _FINAL for s in one.steps)):
                continue
            film.closed = True
            try:
                if film.holding:
                    for output in self._set_aside(index, film, state):
                        yield index, output
                    continue
                report = self._report(index, film.plan, state, film.plan.destination.parent)
                if report is not None:
                    yield index, report
                if not film.complete:
                    for written in (*one.outputs, *([report] if report else [])):
                        self._ledger.mark_partial(Path(written.path))
            except Exception as error:
                if "ORCHESTRATOR_DEBUG" in os.environ:
                    raise
                self.unwritten.append(one.path)
                cause = _explained(error)
                say(FatalError(f"{one.path.name}: cannot write its report: {cause.message}", cause.hint))

    def _film(self, plan: Plan) -> _Film:
        if plan.film not in self._films:
            formats = self._formats.get(plan.film, ())
            expected = frozenset(
                step.name
                for step in plan.steps
                if step.verdict != "off" and any(o.external or o.name in formats for o in step.stage.outputs)
            )
            there = earlier.files_of(plan.film, plan.destination.parent, self._ledger)
            self._films[plan.film] = _Film(plan=plan, expected=expected, holding=bool(there and expected))
        return self._films[plan.film]

    def _write(self, film: _Film, results: list[tuple[Step, Entry]]) -> Iterator[FileOutput]:
        """Publish these results together."""
        plan = film.plan
        with contextlib.ExitStack() as copies:
            pending = [
                one
                for step, entry in results
                for one in self._files.of(plan, step, entry, plan.destination.parent, copies)
            ]
            done = outputs.publish_all(
                [item for _, item in pending],
                plan.film,
                self._ledger,
                overwrite=self._overwrite,
                clip=clip_of_plan(plan),
            )
        for (name, _), one in zip(pending, done, strict=True):
            yield _output(name, one.path, plan, one.digest, one.note)
        for step, entry in results:
            for output in step.stage.outputs:
                if output.external:
                    path = entry.path(output.name)
                    note = self._placed[path].note if path in self._placed else ""
                    yield _output(output.name, path, plan, entry.manifest.outputs[output.name].digest, note)
        while film.kept:
            film.kept.pop().drop()

    def _set_aside(self, index: int, film: _Film, state: RunState) -> Iterator[FileOutput]:
        """Keep the earlier files of a film that failed, and write what was made into the run's folder."""
        for kept in film.kept:
            kept.restore(self._ledger)
        if self._run_folder is None or all(s.status in _ENDED_WELL for s in state.films[index].steps):
            return
        folder = self._run_folder / "files"
        if len(state.films) > 1:  # films in several folders may have the same name
            folder /= f"film-{index + 1}"
        folder.mkdir(parents=True, exist_ok=True)
        with contextlib.ExitStack() as copies:
            for step, entry in film.made:
                for name, item in self._files.of(film.plan, step, entry, folder, copies):
                    shutil.copyfile(item.source, item.target)
                    yield _output(name, item.target, film.plan, "", KEPT)  # the run's folder is in no ledger
        if (report := self._report(index, film.plan, state, folder)) is not None:
            yield FileOutput(name=report.name, path=report.path, size=report.size, note=KEPT)

    def _report(self, index: int, plan: Plan, state: RunState, folder: Path) -> FileOutput | None:
        from orchestrator.report import data, writing

        content = run_json.summary(state, status=OK, run_id=self._run_id, command=sys.argv[1:])
        if not writing.worth(content["films"][index]):
            return None
        store = Store(home() / "store")
        self.review[plan.film] = {
            **data.to_review(content["films"][index], store),
            "outdated": burned_film.outdated(plan, self._films[plan.film].made, store),
        }
        if names.REPORT not in self._formats.get(plan.film, ()):
            return None
        done = writing.write(
            content,
            content["films"][index],
            Store(home() / "store"),
            plan.film,
            folder,
            self._ledger,
            overwrite=self._overwrite,
            clip=clip_of_plan(plan),
        )
        return _output(names.REPORT, done.path, plan, done.digest, done.note)


KEPT = "the film failed in this run, so the earlier files beside it are kept"
"""The note of a file in the run's folder."""


def _explained(error: Exception) -> FatalError:
    """The error to show; a bug of this program is logged."""
    if isinstance(error, FatalError):
        return error
    return machine_errors.explained(error) or bug_log.reported(sys.argv[1:], error)


def _output(name: str, path: Path, plan: Plan, digest: str, note: str = "") -> FileOutput:
    size = path.stat().st_size
    return FileOutput(name=name, path=str(path), size=size, note=note, digest=digest, clip=clip_of_plan(plan))

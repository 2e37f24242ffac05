"""Writes the output files of a run (`orchestrator.outputs.publish`), and saves the voices of a series."""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Mapping
from pathlib import Path

from ipc.digests import file_digest
from orchestrator.errors import OK
from orchestrator.outputs import names
from orchestrator.outputs import publish as outputs
from orchestrator.outputs.ledger import Ledger
from orchestrator.outputs.named_copy import named_copy
from orchestrator.paths import home
from orchestrator.planning.plan import Plan, Step
from orchestrator.run_state import run_json
from orchestrator.run_state.events import FileOutput, RunState
from orchestrator.storage.store import Entry, Store
from stage_runners.subtitles.output_format import Format


class Files:
    """The scheduler's hooks that write output files.

    `formats` are the formats to write, by film; `series` the series whose voices are saved, by film; `run_id`
    is the id of the run, for the report.
    """

    def __init__(
        self,
        formats: Mapping[Path, tuple[str, ...]],
        *,
        overwrite: bool,
        series: Mapping[Path, str] | None = None,
        run_id: str = "",
    ) -> None:
        self._formats = formats
        self._overwrite = overwrite
        self._series = series or {}
        self._run_id = run_id
        self._plans: dict[Path, Plan] = {}
        self._ledger = Ledger()
        self._placed: dict[Path, outputs.Published] = {}
        self._spoken: dict[Path, str] = {}

    def draft(self, plan: Plan, step: Step) -> Path:
        """The path of a hidden file in the target folder; it becomes the film by a rename."""
        return outputs.draft_beside(plan.place_of(step.stage))

    def place(self, plan: Plan, step: Step, draft: Path, digest: str) -> Path:
        """Rename the film into place, or to another name if the target is not this tool's file."""
        placed = outputs.adopt(
            draft,
            plan.place_of(step.stage),
            digest,
            plan.film,
            self._ledger,
            overwrite=self._overwrite,
            clip=_clip(plan),
        )
        self._placed[placed.path] = placed
        return placed.path

    def publish(self, plan: Plan, step: Step, entry: Entry) -> Iterator[FileOutput]:
        """Copy results out of the store, yield every output file, and save the voices of the series."""
        self._plans[plan.film] = plan
        if step.name == "asr":
            self._spoken[plan.film] = str(entry.manifest.facts.get("language") or "")
        if step.name == "naming" and (series := self._series.get(plan.film)) and not _clip(plan):
            from orchestrator.runs import learn_voices

            learn_voices.remember(plan, entry, series, Store(home() / "store"))
        for output in step.stage.outputs:
            if output.external:
                path = entry.path(output.name)
                note = self._placed[path].note if path in self._placed else ""
                yield FileOutput(name=output.name, path=str(path), size=path.stat().st_size, note=note)
            elif output.kind == "file" and output.name in self._formats.get(plan.film, ()):
                yield from self._publish_format(plan, step, entry, names.BY_NAME[output.name])

    def _publish_format(self, plan: Plan, step: Step, entry: Entry, form: Format) -> Iterator[FileOutput]:
        facts = entry.manifest.facts
        translated = step.name != step.stage.base
        if translated and (form.language_tag == "never" or not facts.get("cues")):
            return  # the format has one file for all languages, or nothing was translated
        language = str(facts.get("language") or "")
        if translated and language == self._spoken.get(plan.film):
            language += (
                ".translated"  # in a film with several languages the source subtitles keep the plain name
            )
        sdh = bool(entry.manifest.ingredients.get("sdh"))
        name = names.name_of(plan.film, form.name, language, translated=translated, sdh=sdh)
        target = plan.destination.parent / name
        source = entry.path(form.name)
        if form.content == "turns" and plan.step("diarization").verdict == "off":
            if outputs.withdraw(target, plan.film, self._ledger, _clip(plan)):
                why = "speaker detection is off in this run"
                print(f"orchestrator: removed {target}: {why}", file=sys.stderr)
        elif form.for_film is not None:
            with named_copy(source, plan.film, form.for_film) as copy:
                yield self._publish(plan, form.name, copy, target, file_digest(copy))
        else:
            yield self._publish(plan, form.name, source, target, entry.manifest.outputs[form.name].digest)

    def closing(self, state: RunState) -> Iterator[tuple[int, FileOutput]]:
        """Write the report of each film with results. An error is printed and does not fail the run."""
        for index, film in enumerate(state.films):
            plan = self._plans.get(film.path)
            if plan is None or names.REPORT not in self._formats.get(film.path, ()):
                continue
            try:
                if (output := self._report(index, plan, state)) is not None:
                    yield index, output
            except Exception as error:
                if "ORCHESTRATOR_DEBUG" in os.environ:
                    raise
                print(f"orchestrator: {film.path.name}: cannot write its report: {error}", file=sys.stderr)

    def _report(self, index: int, plan: Plan, state: RunState) -> FileOutput | None:
        from orchestrator.report import writing

        content = run_json.summary(state, status=OK, run_id=self._run_id, command=sys.argv[1:])
        if not writing.worth(content["films"][index]):
            return None
        done = writing.write(
            content,
            content["films"][index],
            Store(home() / "store"),
            plan.film,
            plan.destination.parent,
            self._ledger,
            overwrite=self._overwrite,
            clip=_clip(plan),
        )
        return FileOutput(name=names.REPORT, path=str(done.path), size=done.size, note=done.note)

    def _publish(self, plan: Plan, name: str, source: Path, target: Path, digest: str) -> FileOutput:
        done = outputs.publish(
            source,
            target,
            digest,
            plan.film,
            self._ledger,
            overwrite=self._overwrite,
            clip=_clip(plan),
        )
        return FileOutput(name=name, path=str(done.path), size=done.size, note=done.note)


def _clip(plan: Plan) -> str:
    """The part of the film that the plan covers, as START-END; empty for all of it."""
    demux = next((step for step in plan.steps if step.name == "demux" and step.choices), None)
    return str((demux and demux.choice.params.get("clip")) or "")

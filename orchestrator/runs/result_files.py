"""The files that the results of a film become: their formats and names, and why one is not written."""

from __future__ import annotations

import contextlib
from collections.abc import Iterator, Mapping
from pathlib import Path

from ipc.digests import file_digest
from ipc.time_range import clip_of
from orchestrator.outputs import names
from orchestrator.outputs import publish as outputs
from orchestrator.outputs.ledger import Ledger
from orchestrator.outputs.named_copy import named_copy
from orchestrator.planning.plan import Plan, Step
from orchestrator.storage.store import Entry
from orchestrator.util import terminal
from stage_runners.subtitles.output_format import Format

FORCED = "forced"
"""The format whose text is in other languages than the rest of the source language's subtitles."""


class ResultFiles:
    """The files of results; `formats` are the formats to write, by film."""

    def __init__(self, formats: Mapping[Path, tuple[str, ...]], ledger: Ledger) -> None:
        self._formats, self._ledger = formats, ledger
        self._spoken: dict[Path, str] = {}
        self._seconds: dict[Path, float] = {}

    def learn(self, plan: Plan, step: Step, entry: Entry) -> None:
        """Keep what the names and contents of later files need: the film's language and length."""
        if step.name == "demux":
            self._seconds[plan.film] = float(entry.manifest.facts.get("seconds") or 0.0)
        if step.name == "asr":
            self._spoken[plan.film] = str(entry.manifest.facts.get("language") or "")

    def of(
        self, plan: Plan, step: Step, entry: Entry, folder: Path, copies: contextlib.ExitStack
    ) -> Iterator[tuple[str, outputs.Item]]:
        """The files of a result to write into `folder`, by format; removes a file without a successor.

        `copies` holds the copies of files that name the film, until they are written.
        """
        explicit = self._formats.get(plan.film) != names.FORMATS  # who wants all wants what there is
        for output in step.stage.outputs:
            if (
                output.kind != "file"
                or output.external
                or output.name not in self._formats.get(plan.film, ())
            ):
                continue
            form = names.BY_NAME[output.name]
            if (name := self._name(plan, step, entry, form)) is None:
                continue
            source, target = entry.path(form.name), folder / name
            if form.content == "turns" and plan.step("diarization").verdict == "off":
                if outputs.withdraw(target, plan.film, self._ledger, clip_of_plan(plan)):
                    why = "speaker detection is off in this run"
                    terminal.tell(f"orchestrator: removed {target}: {why}")
                continue
            if reason := (entry.manifest.facts.get("unwritten") or {}).get(form.name):
                outputs.withdraw(target, plan.film, self._ledger, clip_of_plan(plan))
                if explicit:
                    terminal.tell(f"orchestrator: {name} is not written: {reason}")
                continue
            if (note := (entry.manifest.facts.get("file_notes") or {}).get(form.name)) and explicit:
                terminal.tell(f"orchestrator: {name}: {note}")
            digest = entry.manifest.outputs[form.name].digest
            if form.for_film is not None:
                clip = clip_of(clip_of_plan(plan)) or (0.0, 0.0)
                source = copies.enter_context(
                    named_copy(source, plan.film, form.for_film, clip[0], self._seconds.get(plan.film, 0.0))
                )
                digest = file_digest(source)
            yield form.name, outputs.Item(source=source, target=target, digest=digest)

    def _name(self, plan: Plan, step: Step, entry: Entry, form: Format) -> str | None:
        """The name of the file; None for a translation of nothing, or if files of other languages serve."""
        facts = entry.manifest.facts
        translated = step.name != step.stage.base
        if translated and (form.language_tag == "never" or not facts.get("cues")):
            return None
        if not translated and form.of_source != "always" and _is_translated(plan):
            return None
        language = str(facts.get("language") or "")
        region = str(entry.manifest.ingredients.get("region") or "")
        if form.name == FORCED and not translated:
            language = str(facts.get("forced_language") or language)
        if translated and language == self._spoken.get(plan.film):
            language += (
                ".translated"  # in a film with several languages the source subtitles keep the plain name
            )
        sdh = bool(entry.manifest.ingredients.get("sdh"))
        if region and language.partition(".")[0] == region.partition("-")[0].lower():
            language = region + language[len(language.partition(".")[0]) :]
        return names.name_of(plan.film, form.name, language, translated=translated, sdh=sdh)


def _is_translated(plan: Plan) -> bool:
    """Whether the film gets subtitles in another language."""
    steps = (step for step in plan.steps if step.stage.base == "subtitles" and step.name != step.stage.base)
    return any(step.verdict != "off" for step in steps)


def clip_of_plan(plan: Plan) -> str:
    """The part of the film that the plan covers, as START-END; empty for all of it."""
    demux = next((step for step in plan.steps if step.name == "demux" and step.choices), None)
    return str((demux and demux.choice.params.get("clip")) or "")

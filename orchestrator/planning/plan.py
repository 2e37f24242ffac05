"""Plans a run on a film: what each stage would do, and why.

Each stage, after those that it reads from, gets a verdict: `run`, `cached`, `off`, or `maybe`. With `maybe`,
an input is made again, and if it does not change, the stored result is valid.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, NamedTuple

from ipc.declaration import Stage
from orchestrator.errors import USAGE, FatalError
from orchestrator.machine.profile import Machine
from orchestrator.machine.profile import here as this_machine
from orchestrator.planning import cache_key, film_languages, lean, off_stages
from orchestrator.planning import choices as choosing
from orchestrator.planning.choice import Choice, Refusal
from orchestrator.stages.catalog import STAGES
from orchestrator.storage import file_digests
from orchestrator.storage.manifest import differences
from orchestrator.storage.store import Store
from orchestrator.util.film_names import stem_of

Verdict = Literal["run", "cached", "maybe", "off"]
_SEGMENTS = "segments"
"""The input with the languages of a film."""


class Made(NamedTuple):
    """An output that is there: the digest of its content, and where it is."""

    digest: str
    path: Path


@dataclass(frozen=True, kw_only=True)
class Step:
    """One stage of one film: how it would run, and whether it has to.

    `choices` are the ways to run it on this machine: the first is taken, the others are fallbacks; a step
    that is off has none. `notes` are remarks on the choice. `inputs` maps input names to `stage.output` or
    `film`, without optional ones whose stage is off. `key` is None while an input is unknown. A `forced` step
    runs although its result may be stored. `needed` are the outputs that are published or that another step
    reads: a stored result is valid only if it has them.
    """

    stage: Stage
    choices: tuple[Choice, ...]
    inputs: Mapping[str, str]
    verdict: Verdict
    reason: str
    refused: tuple[Refusal, ...] = ()
    notes: tuple[str, ...] = ()
    key: str | None = None
    forced: bool = False
    needed: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The stage's name."""
        return self.stage.name

    @property
    def choice(self) -> Choice:
        """The first choice; only for a step that is not off."""
        return self.choices[0]

    def needs(self) -> tuple[str, ...]:
        """The stages whose outputs this step reads."""
        return tuple(dict.fromkeys(s.split(".")[0] for s in self.inputs.values() if s != "film"))


@dataclass(frozen=True, kw_only=True)
class Plan:
    """The steps for one film, in order; `destination` is the path of the subtitled film.

    `notices` are sentences about options that have no effect.
    """

    film: Path
    film_digest: str
    steps: tuple[Step, ...]
    destination: Path
    notices: tuple[str, ...] = ()

    def step(self, name: str) -> Step:
        """The step of the stage `name`."""
        return next(step for step in self.steps if step.name == name)

    def place_of(self, stage: Stage) -> Path:
        """The path of the stage's external output; the film with burned-in subtitles has its own name."""
        if stage.base != "burn":
            return self.destination
        return self.destination.with_name(f"{stem_of(self.film)}.burned{self.destination.suffix}")

    def ingredients(
        self, step: Step, choice: Choice, known: Mapping[str, Made], before: Path | None = None
    ) -> dict[str, Any]:
        """The ingredients of the result of `step` by `choice`.

        `known` are the outputs so far, by `stage.output`. `before` are the segments of an earlier run, whose
        languages are expected while none are known.
        """
        sources = {name: self._digest(source, known) for name, source in step.inputs.items()}
        languages: frozenset[str] = frozenset()
        if choice.model and choice.model.by_language:
            there = known.get(step.inputs.get(_SEGMENTS, ""))
            if segments := there.path if there else before:
                languages = film_languages.of_segments(segments)
        return cache_key.ingredients(step.stage, choice, sources, self.place_of(step.stage), languages)

    def _digest(self, source: str, known: Mapping[str, Made]) -> str | None:
        there = known.get(source)
        return self.film_digest if source == "film" else there.digest if there else None


def make(
    film: Path,
    *,
    store: Store,
    destination: Path,
    params: Mapping[str, Mapping[str, Any]] | None = None,
    off: Mapping[str, str] | None = None,
    until: Sequence[str] = (),
    from_: Sequence[str] = (),
    force: frozenset[str] = frozenset(),
    notes: Mapping[str, tuple[str, ...]] | None = None,
    devices: Mapping[str, str] | None = None,
    sources: Mapping[str, str] | None = None,
    machine: Machine | None = None,
    offline: bool = False,
    smaller: bool = False,
    fetch: bool = True,
    stages: Mapping[str, Stage] = STAGES,
    published: Collection[str] = (),
    digest: str = "",
    progress: Callable[[int, int], None] | None = None,
) -> Plan:
    """Plan a run on `film`; `FatalError` if a request cannot be met (a missing model, an unknown stage).

    `until` are the last stages, `from_` those to run again with all after them, `notes` further remarks by
    stage. `devices` maps stages, or the empty name for all, to devices, and `sources` to the option or file
    that requested them. `machine` is the one to plan for, this one by default. `smaller` allows a smaller
    Whisper model if memory is too small. `published` are the outputs that are put beside the film. Without
    `fetch` nothing is downloaded: such a plan is for reading only.
    """
    machine = machine or this_machine()
    reasons_off = {name: one.reason for name, one in off_stages.reasons(stages, off or {}, until).items()}
    forced = _forced(stages, from_, force, reasons_off)
    made: dict[str, Made] = {}
    read = frozenset(source for stage in stages.values() if stage.name not in reasons_off
                     for source in _sources(stage, reasons_off).values())  # fmt: skip
    wanted = _wanted_outputs(stages, reasons_off, published)
    steps: list[Step] = []
    digest = digest or file_digests.file_digest(film, progress)
    bare = Plan(film=film, film_digest=digest, steps=(), destination=destination)
    for stage in stages.values():
        if reason := reasons_off.get(stage.name):
            steps.append(Step(stage=stage, choices=(), inputs={}, verdict="off", reason=reason))
            continue
        chosen = choosing.choose(
            stage,
            {**(params or {}).get(stage.base, {}), **(params or {}).get(stage.name, {})},
            devices or {},
            machine=machine,
            offline=offline,
            smaller=smaller,
            fetch=fetch,
            sources=sources,
            language=film_languages.stated(params),
            aligner=choosing.aligner(params),
        )
        step = Step(
            stage=stage,
            choices=chosen.choices,
            refused=chosen.refused,
            notes=(*(notes or {}).get(stage.name, ()), *chosen.notes),
            inputs=_sources(stage, reasons_off),
            verdict="run",
            reason="",
            forced=stage.name in forced,
            needed=wanted[stage.name],
        )
        steps.append(_judged(step, bare, store, made, read))
    lacking = {source for source, one in made.items() if not one.path.exists()}
    again = lean.needed_again(steps, lacking) if lacking else []
    steps = [_with(one, "run", lean.AGAIN, one.key) if one.name in again else one for one in steps]
    return Plan(film=film, film_digest=bare.film_digest, steps=tuple(steps), destination=destination)


def _forced(
    stages: Mapping[str, Stage], from_: Sequence[str], force: frozenset[str], off: Mapping[str, str]
) -> frozenset[str]:
    """The stages that run even if they are cached; `FatalError` (usage) if one that was named is off."""
    again = frozenset().union(*(off_stages.downstream(stages, name) for name in from_))
    forced = force | (again - (off.keys() - set(from_)))
    if blocked := sorted(forced & off.keys()):
        option = "--from" if blocked[0] in from_ else "--force"
        raise FatalError(
            f"{option} {blocked[0]}: cannot run, because it is off ({off[blocked[0]]})",
            "omit one of the two options",
            USAGE,
        )
    return forced


def _wanted_outputs(
    stages: Mapping[str, Stage], off: Mapping[str, str], published: Collection[str]
) -> dict[str, tuple[str, ...]]:
    """The outputs of each stage that are published or that another stage of the run reads."""
    active = [stage for stage in stages.values() if stage.name not in off]
    read = {source for stage in active for source in _sources(stage, off).values()}
    return {
        stage.name: tuple(
            output.name
            for output in stage.outputs
            if output.name in published or f"{stage.name}.{output.name}" in read
        )
        for stage in active
    }


def _judged(step: Step, plan: Plan, store: Store, made: dict[str, Made], read: Collection[str]) -> Step:
    """The step with its verdict; adds its stored outputs to `made`. `read` are those that steps read."""
    before = _before(plan.film, store, step.inputs.get(_SEGMENTS, "")) if _open(step) else None
    ingredients = plan.ingredients(step, step.choice, made, before)
    unknown = [name for name in step.inputs if ingredients[f"input {name}"] is None]
    last = store.last(plan.film, step.name)
    ignore = frozenset(f"input {name}" for name in unknown)
    if step.choice.model and not step.choice.model.revision:
        ignore |= {"model revision"}  # it is not known before the download
    changes = differences(last[1].ingredients, ingredients, ignore) if last else []
    if step.forced:
        return _with(step, "run", "requested")
    lost = "its result is no longer in the cache" if store.forgotten(plan.film, step.name) else ""
    if unknown:
        if last and not changes and store.find(last[0], step.needed):
            return _with(step, "maybe", f"CACHED if {_listed(unknown)} unchanged")
        gone = store.why_gone(last[0], step.needed) if last else lost
        return _with(step, "run", _reason(changes, last is not None, gone))
    key = cache_key.key_of(ingredients)
    entry = store.find(key, step.needed) or lean.find(store, key, step, read)
    if entry is None:
        gone = store.why_gone(key, step.needed) or lost
        return _with(step, "run", _reason(changes, last is not None, gone), key)
    if entry.manifest.transient:
        return _with(step, "run", f"last time: {entry.manifest.transient}", key)
    for name, record in entry.manifest.outputs.items():
        made[f"{step.name}.{name}"] = Made(record.digest, entry.path(name))
    return _with(step, "cached", "degraded" if entry.manifest.degraded else "", key)


def _open(step: Step) -> bool:
    """Whether the model of the step is another one for each language."""
    return step.choice.model is not None and bool(step.choice.model.by_language)


def _before(film: Path, store: Store, source: str) -> Path | None:
    """The last result of this film under `stage.output`; None if it is gone."""
    stage, _, output = source.partition(".")
    last = store.last(film, stage)
    entry = store.find(last[0], (output,)) if last else None
    return entry.path(output) if entry else None


def _reason(changes: list[str], before: bool, gone: str) -> str:
    if gone:
        return gone
    if changes:
        return ", ".join(changes)
    return "its inputs are recomputed" if before else "first time"


def _listed(names: list[str]) -> str:
    *most, last = (f"the {name}" for name in names)
    return f"{', '.join(most)} and {last} are" if most else f"{last} is"


def _with(step: Step, verdict: Verdict, reason: str, key: str | None = None) -> Step:
    return dataclasses.replace(step, verdict=verdict, reason=reason, key=key)


def _sources(stage: Stage, off: Mapping[str, str]) -> dict[str, str]:
    """The source of each input, without optional ones that have none."""
    found = {}
    for needed in stage.inputs:
        there = (source for source in needed.sources() if source.split(".")[0] not in off)
        if source := next(there, ""):
            found[needed.name] = source
    return found

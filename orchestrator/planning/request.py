"""Makes the plan for one film from the user's settings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.declaration import Stage
from ipc.suggest import hint
from orchestrator.config.device_requests import AUTO
from orchestrator.config.settings import WITHHELD, Settings
from orchestrator.environments import registry
from orchestrator.errors import USAGE, FatalError
from orchestrator.film_files import nfo
from orchestrator.paths import home
from orchestrator.planning import existing_subtitles, film_facts, off_stages, side_inputs, stage_settings
from orchestrator.planning.film_path import film_of
from orchestrator.run_state import last_text
from orchestrator.stages import burn_in, proposing, translations, translators
from orchestrator.stages.catalog import STAGES
from orchestrator.storage import file_digests
from orchestrator.surroundings import current_folder
from orchestrator.util.film_names import check_utf8, stem_of

if TYPE_CHECKING:
    from orchestrator.machine.profile import Machine
    from orchestrator.planning.plan import Plan
    from orchestrator.storage.store import Store


@dataclass(frozen=True, kw_only=True)
class Scope:
    """Options of one run: the last stage, the stage from which all run again, and stages to run again."""

    until: str = ""
    from_: str = ""
    force: tuple[str, ...] = ()


EVERYTHING = Scope()


def plan_for(
    settings: Settings,
    film: Path,
    store: Store,
    scope: Scope = EVERYTHING,
    *,
    machine: Machine | None = None,
    fetch: bool = True,
    digest_of: Callable[[Path], str] = file_digests.file_digest,
) -> Plan:
    """The plan for one film. `machine` is the one to plan for, this one by default.

    Without `fetch`, a model that is not downloaded is only named: such a plan is for reading only. So is one
    with another `digest_of` than that of the film's content, which takes a minute to read.
    """
    from orchestrator.library import edits
    from orchestrator.machine import profile
    from orchestrator.planning import named_speakers, plan, validation

    path = film_of(film)
    machine = machine or profile.here()
    run = settings.run
    stages, translated = stages_for(settings)
    if fetch:
        require_translators(stages)
    digest = digest_of(path)
    params, off, unread = _with_side_inputs(path, digest, settings)
    if edited := bool(edits.load(digest).tracks.get("")):
        stages = translations.reading_edits(stages)
    kept = {} if settings.value("clip") else translations.memories(
        stages, home() / "translation" / "films", digest, edited=edited
    )  # fmt: skip
    last = instances(scope.until, "--until", stages) if scope.until else ()
    notices = validation.check_settings(settings, stages, off_stages.reasons(stages, off, last))
    film_facts.check(path, settings)
    if regions := translations.tags(run.target_language or ""):
        params["mux"] = {**params.get("mux", {}), "language_tags": regions}
    made = plan.make(
        path,
        params={
            **params,
            **{name: {**own, **kept.get(name, {})} for name, own in translated.params.items()},
            **proposing.params(_translation(settings), params.get("subtitles", {})),
        },
        off=off,
        until=last,
        from_=instances(scope.from_, "--from", stages) if scope.from_ else (),
        force=frozenset(name for word in scope.force for name in instances(word, "--force", stages)),
        notes={**translated.notes, "tmdb": (*side_inputs.unused(params["tmdb"]), *nfo.unused(path))},
        devices=stage_settings.devices(settings, machine, stages),
        sources=stage_settings.device_places(settings),
        machine=machine,
        offline=run.offline,
        smaller=run.allow_smaller_model,
        fetch=fetch,
        stages=stages,
        published=settings.formats(),
        store=store,
        destination=destination(path, settings),
        digest=digest,
    )
    validation.check(made)
    named_speakers.check(made, settings, store)
    textless = last_text.notice(path, digest) if _had_text(settings, path, store) else ()
    return dataclasses.replace(
        made, notices=(*settings.notices, *notices, *nfo.unused(path), *unread, *textless)
    )


def _had_text(settings: Settings, film: Path, store: Store) -> bool:
    """Whether a run of the film had a text and this one has none; without asking the records of the runs."""
    return not settings.value("text") and store.last(film, "known_text") is not None


def stages_for(settings: Settings) -> tuple[Mapping[str, Stage], translations.Targets]:
    """The stages of a run, with those that options turn on; and the parameters and notes of translations."""
    wanted = _translation(settings)
    translated = translations.added(stage_settings.stages(settings), wanted)
    stages = burn_in.added(
        proposing.added(translated.stages, wanted),
        settings.value("burn_in"),
        translations.languages(settings.run.target_language or ""),
        settings.value("language"),
    )
    return stages, translated


def instances(stage: str, option: str, stages: Mapping[str, Stage] = STAGES) -> tuple[str, ...]:
    """The stages of this name: one, or every instance of it; `FatalError` if there is none.

    `translation`, for example, gives `translation-en` and `translation-de`.
    """
    found = tuple(name for name, other in stages.items() if stage in (name, other.base))
    if not found:
        raise FatalError(f"{option}: unknown stage {stage!r}", hint(stage, stages), USAGE)
    return (stage,) if stage in found else found


def destination(film: Path, settings: Settings) -> Path:
    """The path of the subtitled film."""
    folder = current_folder.absolute(settings.run.output_dir or film.parent)
    check_utf8(folder, "choose another folder with --output-dir")
    return folder / f"{stem_of(film)}.subtitled.{settings.value('container') or 'mkv'}"


def _translation(settings: Settings) -> translators.Wanted:
    run, model = settings.run, settings.value("model")
    return translators.Wanted(
        languages=translations.languages(run.target_language or ""),
        model=run.translation_model or "",
        endpoint=run.translation_endpoint or "",
        withheld=WITHHELD if settings.only_by_job_file("translation_endpoint") else "",
        recognition_model="" if model in (None, AUTO) else model,
        trusted=bool(settings.value("trust_model_code")),
        tags=translations.tags(run.target_language or ""),
        context=run.translation_context,
        proofread=run.proofread,
        review=run.translation_review,
        glossary=side_inputs.glossary(run.glossary, run.target_language or ""),
    )


def require_translators(stages: Mapping[str, Stage]) -> None:
    """Raise `FatalError` if a translation environment is missing, before models are downloaded for it."""
    for stage in stages.values():
        if stage.base == "translation" and not stage.off:
            registry.require(stage.backends[-1].env)


def _with_side_inputs(
    film: Path, digest: str, settings: Settings
) -> tuple[dict[str, dict[str, Any]], dict[str, str], tuple[str, ...]]:
    """The parameters from settings and side inputs; the stages that are off, with reasons; and notices."""
    off = stage_settings.off(settings)
    params = side_inputs.params(
        film,
        digest,
        cast=settings.value("cast"),
        text=settings.value("text"),
        language=str(settings.value("language") or ""),
        keep_cues=bool(settings.value("keep_cues")),
        series=settings.run.series or "",
        voices=settings.run.known_voices,
        offline=settings.run.offline,
    )
    paths = {("tmdb", "cast"), ("known_text", "text")}
    absolute = {(stage, name): params[stage][name] for stage, name in paths}
    for stage, values in stage_settings.params(settings).items():
        params[stage] = params.get(stage, {}) | values
    for (stage, name), path in absolute.items():
        params[stage][name] = path
    if why := side_inputs.why_no_names(params["tmdb"]):
        off.setdefault("tmdb", why)
    if "existing_subtitles" in off:
        off["text_tracks"] = "existing_subtitles is off"
        return params, off, ()
    text, apart = bool(settings.value("text")), stage_settings.speakers_apart(settings)
    there = existing_subtitles.found(film, text=text, apart=apart)
    for stage, values in there.params.items():
        params[stage] = params.get(stage, {}) | values
    return params, there.off | off, there.notes

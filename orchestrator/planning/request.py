"""The options that `run`, `plan` and `stage` share: from a command line to the parameters of every stage.

Names are WhisperX's where the meaning is the same, and `-` and `_` are alike in every one of them.
"""

from __future__ import annotations

import argparse
import dataclasses
import os
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.declaration import Stage
from orchestrator.config import device_requests, environment, house_styles
from orchestrator.config import merge as config
from orchestrator.config.device_requests import AUTO
from orchestrator.config.flags import DEFAULT_FORMATS, FLAGS, FORMATS, Flag
from orchestrator.config.values import formats
from orchestrator.environments import registry
from orchestrator.errors import USAGE, FatalError
from orchestrator.planning import side_inputs
from orchestrator.planning.film_path import film_of
from orchestrator.stages import burn_in, translations
from orchestrator.stages.catalog import STAGES
from orchestrator.storage import file_digests

__all__ = ["DEFAULT_FORMATS", "FLAGS", "FORMATS", "Flag"]

if TYPE_CHECKING:
    from orchestrator.machine.profile import Machine
    from orchestrator.planning.plan import Plan
    from orchestrator.storage.store import Store


def normalise(argv: Sequence[str]) -> list[str]:
    """The same command line with `_` in the names of long flags turned into `-`, as WhisperX writes them."""
    words: list[str] = []
    for position, word in enumerate(argv):
        if word == "--":
            return [*words, *argv[position:]]
        if word.startswith("--"):
            name, equals, value = word.partition("=")
            word = name.replace("_", "-") + equals + value  # noqa: PLW2901
        words.append(word)
    return words


def add_film_options(parser: argparse.ArgumentParser, *, run: bool = False) -> None:
    """Add what decides which stages run on a film, and how; with `run` also what only a run has.

    None of the options has a default here: what the command line does not say, another place may (`orchestrator.config.merge`).
    """
    groups: dict[str, Any] = {}
    for flag in FLAGS:
        group = groups.setdefault(flag.group, None) or parser.add_argument_group(flag.group)
        groups[flag.group] = group
        if run or not flag.only_run:
            _add(group, flag)
    groups["machine"].add_argument(
        "--device",
        action="append",
        default=[],
        metavar="DEVICE|STAGE=DEVICE,...",
        help="cuda, mps, mlx, cpu or auto, for all stages or by stage: --device asr=cuda,diarization=cpu",
    )
    steps = parser.add_argument_group("stages")
    there = ", ".join(name for name, stage in STAGES.items() if not stage.off)
    steps.add_argument("--from", dest="from_", metavar="STAGE", help="run this stage and all after it again")
    steps.add_argument("--until", metavar="STAGE", help=f"stop after this stage, one of {there}")
    steps.add_argument("--force", action="append", default=[], metavar="STAGE", help="run this stage again")


def _add(group: Any, flag: Flag) -> None:
    names = [name for name in (flag.short, f"--{flag.name}") if name]
    if flag.type is bool:
        group.add_argument(*names, action=argparse.BooleanOptionalAction, default=None, help=flag.help)
    else:
        group.add_argument(*names, type=flag.type, metavar=flag.metavar, choices=flag.choices, help=flag.help)


def params_of(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The parameters that somebody set, by stage, of arguments that were merged; single limits win over the profile's."""
    params = _of_profile(arguments)
    for flag in FLAGS:
        value = getattr(arguments, flag.key)
        if value is None or (flag.name == "language" and value == "auto"):
            continue
        if flag.name == "compute-type" and value == "auto":
            value = "default"
        for target in flag.targets:
            stage, name = target.split(".")
            params.setdefault(stage, {})[name] = value
    if arguments.max_cps is not None:
        params["subtitles"]["reading_speeds"] = {}
    if (width := arguments.max_line_width) is not None:
        own = params["subtitles"].get("line_widths", STAGES["subtitles"].defaults()["line_widths"])
        params["subtitles"]["line_widths"] = {code: min(narrow, width) for code, narrow in own.items()}
    return params


def _of_profile(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    if arguments.profile is None and arguments.audience is None:
        return {}
    found = house_styles.read(arguments.profile or house_styles.DEFAULT)
    params = found.params_for(arguments.audience or house_styles.AUDIENCES[0])
    return {"subtitles": params, "mux": {"sdh": params["sdh"]}}


def devices_of(
    arguments: argparse.Namespace, machine: Machine, stages: Mapping[str, Stage] = STAGES
) -> dict[str, str]:
    """The devices that were asked for, on this machine: by stage, and under the empty name for all others."""
    return device_requests.resolve(arguments.asks, params_of(arguments), machine, stages)


def sources_of(arguments: argparse.Namespace) -> dict[str, str]:
    """Where each stage's device was asked for, for errors and reasons; of a variable with its value."""
    return {stage: _place(ask.source, ask.said) for stage, ask in arguments.asks.items()}


def off_of(arguments: argparse.Namespace) -> dict[str, str]:
    """The stages that the user turned off, with what did it."""
    switches = {"diarization": "diarize", "mux": "mux", "shots": "shots", "sounds": "sounds", "tmdb": "names"}
    if not arguments.speakers:  # who is named by the user is named, whatever else is not
        switches["naming"] = "names"
    return {
        stage: _place(arguments.sources[key], arguments.said[key])
        for stage, key in switches.items()
        if getattr(arguments, key) is False
    }


def _place(source: str, said: str) -> str:
    """The place in few words: a file's name, a variable or a flag with its value."""
    return said if source.startswith(("environment", "--")) else source


def stages_of(arguments: argparse.Namespace) -> Mapping[str, Stage]:
    """The declared stages, those among them that were asked for, and none that takes more threads than `--threads` says."""
    stages = _with_sounds(arguments)
    most = arguments.threads
    if not most:
        return stages
    return {
        name: dataclasses.replace(
            stage,
            resources=dataclasses.replace(stage.resources, cores=min(most, stage.resources.cores)),
        )
        for name, stage in stages.items()
    }


def _with_sounds(arguments: argparse.Namespace) -> Mapping[str, Stage]:
    """The declared stages; `sounds` runs where it is asked for, or the profile asks and nobody says no."""
    if not arguments.sounds and (
        arguments.profile is None or not house_styles.read(arguments.profile).sounds
    ):
        return STAGES
    return {**STAGES, "sounds": dataclasses.replace(STAGES["sounds"], off="")}


def known(stage: str, flag: str, stages: Mapping[str, Stage] = STAGES) -> tuple[str, ...]:
    """The stages of this name: one, or every instance of it (`translation` is `translation-en` and `translation-de`);
    `FatalError` that names the stages there are.
    """
    found = tuple(name for name, other in stages.items() if stage in (name, other.base))
    if not found:
        raise FatalError(f"{flag}: there is no stage {stage!r}", f"stages: {', '.join(stages)}", USAGE)
    return (stage,) if stage in found else found


def plan_from(arguments: argparse.Namespace, film: Path, store: Store, *, fetch: bool = True) -> Plan:
    """The plan for one film under the options given, here and in every other place that says some.

    Without `fetch` a model that is not on this disk is only named: such a plan is for reading.
    """
    from orchestrator.planning import plan, validation

    there = film_of(film)
    arguments = config.merged(arguments, there)
    where = machine_of(arguments)
    translated = translations.added(stages_of(arguments), _translation(arguments))
    stages = burn_in.added(
        translated.stages,
        arguments.burn_in,
        translations.languages(arguments.target_language or ""),
        arguments.language,
    )
    if fetch:  # of gigabytes, before it turns out that nothing can use them
        for stage in stages.values():
            if stage.base == "translation" and not stage.off:
                registry.require(stage.backends[-1].env)
    until, from_ = (known(name, flag, stages) if name else () for name, flag in (
        (arguments.until, "--until"), (arguments.from_, "--from"),
    ))  # fmt: skip
    force = frozenset(name for word in forced(arguments) for name in known(word, "--force", stages))
    params, off = _with_asides(there, arguments)
    made = plan.make(
        there,
        params={**params, **translated.params},
        off=off,
        until=until,
        from_=from_,
        force=force,
        notes={**translated.notes, "tmdb": side_inputs.unused(params["tmdb"])},
        devices=devices_of(arguments, where, stages),
        sources=sources_of(arguments),
        machine=where,
        offline=arguments.offline,
        smaller=arguments.allow_smaller_model,
        fetch=fetch,
        stages=stages,
        store=store,
        destination=destination_of(there, arguments),
    )
    validation.check(made, arguments.speakers or "")
    return made


def _translation(arguments: argparse.Namespace) -> translations.Wanted:
    return translations.Wanted(
        languages=translations.languages(arguments.target_language or ""),
        model=arguments.translation_model or "",
        endpoint=arguments.translation_endpoint or "",
        whisper="" if arguments.model in (None, AUTO) else arguments.model,
    )


def _with_asides(
    film: Path, arguments: argparse.Namespace
) -> tuple[dict[str, dict[str, Any]], dict[str, str]]:
    """The parameters that were set and those that come from beside the film; and the stages that are off, with the reasons."""
    off = off_of(arguments)
    params = side_inputs.params(
        film,
        file_digests.file_digest(film),
        cast=arguments.cast,
        series=arguments.series or "",
        voices=arguments.known_voices,
        offline=arguments.offline,
    )
    for stage, found in params_of(arguments).items():
        params[stage] = params.get(stage, {}) | found
    if why := side_inputs.why_no_names(params["tmdb"]):
        off.setdefault("tmdb", why)
    return params, off


def add_machine(parser: argparse.ArgumentParser) -> None:
    """Add the option that plans for another machine."""
    parser.add_argument(
        "--machine",
        type=Path,
        metavar="FILE",
        help="as on another machine, from what its `orchestrator devices --json` printed",
    )


def machine_of(arguments: argparse.Namespace) -> Machine:
    """The machine that is planned for: this one, or what `--machine` names."""
    from orchestrator.machine import profile as machine

    file = getattr(arguments, "machine", None)
    return machine.here() if file is None else machine.recorded(file)


def forced(arguments: argparse.Namespace) -> list[str]:
    """The stages after `--force`, which may be given more than once or with commas."""
    return [word.strip() for words in arguments.force for word in words.split(",") if word.strip()]


def formats_of(arguments: argparse.Namespace) -> tuple[str, ...]:
    """The kinds of file that somebody asked for, of arguments that were merged."""
    text = arguments.output_format
    return DEFAULT_FORMATS if text is None else formats(text, arguments.said["output_format"])


def elsewhere(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """What was not said on the command line: option, value, place; of arguments that were merged."""
    values = {f"device.{stage}" if stage else "device": ask for stage, ask in arguments.asks.items()}
    return {
        key: {
            "value": " or ".join(values[key].devices) or "auto" if key in values else getattr(arguments, key),
            "from": source,
        }
        for key, source in arguments.sources.items()
        if not source.startswith("--")
    }


def ignored() -> list[str]:
    """A line for each variable that looks like an option of ours with a slip in its name."""
    told = environment.unknown(os.environ)
    return [f"{name} is no option and is ignored; did you mean {near}?" for name, near in told if near]


def taken_up(arguments: argparse.Namespace) -> str:
    """A line that says what the film's job file decides; empty where there is none."""
    if arguments.job is None:
        return ""
    decided = [key for key, source in arguments.sources.items() if source == arguments.job.name]
    return f"{arguments.job.name} is taken up: {', '.join(decided) or 'the command line says otherwise'}"


def destination_of(film: Path, arguments: argparse.Namespace) -> Path:
    """Where the subtitled film goes."""
    folder = (arguments.output_dir or film.parent).expanduser().absolute()
    return folder / f"{film.stem}.subtitled.{arguments.container or 'mkv'}"

"""The options that `run`, `plan` and `stage` share: from a command line to the parameters of every stage.

Names are WhisperX's where the meaning is the same, and `-` and `_` are alike in every one of them.
"""

from __future__ import annotations

import argparse
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from orchestrator.errors import INPUT, USAGE, FatalError
from orchestrator.stages import STAGES

if TYPE_CHECKING:
    from orchestrator.machine import Machine
    from orchestrator.plan import Plan
    from orchestrator.store import Store

FORMATS = ("srt", "vtt", "ass", "txt", "tsv", "json", "rttm")
DEFAULT_FORMATS = ("srt", "vtt", "ass", "json", "rttm")


@dataclass(frozen=True, kw_only=True)
class Flag:
    """A flag that sets a parameter in one or more stages (`targets`, as `stage.param`)."""

    name: str
    targets: tuple[str, ...]
    type: type = str
    group: str = "speech"
    metavar: str | None = None
    choices: tuple[str, ...] | None = None
    help: str = ""


FLAGS: tuple[Flag, ...] = (
    Flag(name="audio-track", targets=("demux.audio_track",), type=int, group="film", metavar="N",
         help="take audio track N, counted from 0 among the audio tracks"),
    Flag(name="clip", targets=("demux.clip", "mux.clip"), group="film", metavar="START-END",
         help="only this part, as 10:00-12:00: a trial before the whole film"),
    Flag(name="language", targets=("asr.language", "demux.language"), metavar="CODE",
         help="the language spoken, such as en; also prefers an audio track in it (default: heard from the speech)"),
    Flag(name="model", targets=("asr.model",), metavar="MODEL",
         help="Whisper model: a name, a Hub id or a folder (default: base, embedded)"),
    Flag(name="compute-type", targets=("asr.compute_type",), help="int8, float16, float32 (default: by device)"),
    Flag(name="batch-size", targets=("asr.batch_size",), type=int, help="windows decoded at once (default: 8)"),
    Flag(name="beam-size", targets=("asr.beam_size",), type=int, help="beams of the decoder (default: 5)"),
    Flag(name="chunk-size", targets=("asr.chunk_size",), type=int, help="seconds of a decoding window (default: 30)"),
    Flag(name="initial-prompt", targets=("asr.initial_prompt",), metavar="TEXT", help="text to prime the model with"),
    Flag(name="hotwords", targets=("asr.hotwords",), metavar="WORDS", help="words to expect, such as names"),
    Flag(name="align-model", targets=("alignment.align_model",), metavar="MODEL",
         help="auto, pocketsphinx, attention, or a wav2vec2 model: a folder or a Hub id"),
    Flag(name="diarize-model", targets=("diarization.diarize_model",), group="speakers", metavar="MODEL",
         help="a pyannote pipeline: a folder or a Hub id (default: embedded)"),
    Flag(name="num-speakers", targets=("diarization.num_speakers",), type=int, group="speakers"),
    Flag(name="min-speakers", targets=("diarization.min_speakers",), type=int, group="speakers"),
    Flag(name="max-speakers", targets=("diarization.max_speakers",), type=int, group="speakers"),
    Flag(name="speaker-labels", targets=("subtitles.speaker_labels",), group="speakers",
         choices=("none", "change", "all"), help="labels in SRT (default: change)"),
    Flag(name="max-line-width", targets=("subtitles.max_line_width",), type=int, group="subtitles",
         help="characters a line (default: 42)"),
    Flag(name="max-line-count", targets=("subtitles.max_line_count",), type=int, group="subtitles",
         help="lines a cue (default: 2)"),
    Flag(name="max-cps", targets=("subtitles.max_cps",), type=float, group="subtitles",
         help="characters a second (default: 17)"),
    Flag(name="container", targets=("mux.container",), group="subtitles", choices=("mkv", "mp4"),
         help="container of the subtitled film (default: mkv)"),
)  # fmt: skip


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


def add_film_options(parser: argparse.ArgumentParser) -> None:
    """Add what decides which stages run on a film, and how."""
    groups: dict[str, Any] = {}
    for flag in FLAGS:
        group = groups.setdefault(flag.group, None) or parser.add_argument_group(flag.group)
        groups[flag.group] = group
        group.add_argument(
            f"--{flag.name}", type=flag.type, metavar=flag.metavar, choices=flag.choices, help=flag.help
        )
    groups["speakers"].add_argument("--diarize", action="store_true", default=True, help=argparse.SUPPRESS)
    groups["speakers"].add_argument("--no-diarize", action="store_true", help="do not ask who speaks")
    groups["subtitles"].add_argument("--no-mux", action="store_true", help="make no subtitled film")
    machine = parser.add_argument_group("machine")
    machine.add_argument(
        "--device",
        action="append",
        default=[],
        metavar="DEVICE|STAGE=DEVICE,...",
        help="cuda, mps, mlx or cpu, for all stages or by stage: --device asr=cuda,diarization=cpu",
    )
    machine.add_argument("--offline", action="store_true", help="fetch no model from anywhere")
    steps = parser.add_argument_group("stages")
    steps.add_argument("--from", dest="from_", metavar="STAGE", help="run this stage and all after it again")
    steps.add_argument("--until", metavar="STAGE", help="stop after this stage")
    steps.add_argument("--force", action="append", default=[], metavar="STAGE", help="run this stage again")
    places = parser.add_argument_group("output")
    places.add_argument(
        "-o", "--output-dir", type=Path, metavar="DIR", help="where to write (default: beside the film)"
    )


def params_of(arguments: argparse.Namespace) -> dict[str, dict[str, Any]]:
    """The parameters that were asked for, by stage; `FatalError` for one that cannot be."""
    _check(arguments)
    params: dict[str, dict[str, Any]] = {}
    for flag in FLAGS:
        value = getattr(arguments, flag.name.replace("-", "_"), None)
        if value is None:
            continue
        for target in flag.targets:
            stage, name = target.split(".")
            params.setdefault(stage, {})[name] = value
    return params


def devices_of(arguments: argparse.Namespace) -> dict[str, str]:
    """The devices that were asked for: by stage, and under the empty name for all others."""
    asked: dict[str, str] = {}
    for word in ",".join(arguments.device).split(","):
        stage, equals, device = word.strip().rpartition("=")
        if equals:
            known(stage, "--device")
        if device:
            asked[stage] = device
    return asked


def off_of(arguments: argparse.Namespace) -> dict[str, str]:
    """The stages that the user turned off, with the flag that did it."""
    off = {}
    if arguments.no_diarize:
        off["diarization"] = "--no-diarize"
    if arguments.no_mux:
        off["mux"] = "--no-mux"
    return off


def known(stage: str, flag: str) -> str:
    """The stage's name, or `FatalError` that names the stages there are."""
    if stage not in STAGES:
        raise FatalError(f"{flag}: there is no stage {stage!r}", f"stages: {', '.join(STAGES)}", USAGE)
    return stage


def film_of(path: Path) -> Path:
    """The film's absolute path; `FatalError` where it is not a file that can be read."""
    # abspath, not resolve: a film behind a symbolic link has its subtitles beside the link, where the player looks.
    film = path.expanduser().absolute()
    try:
        if film.is_dir():
            raise FatalError(f"{path} is a folder", "name the film in it", INPUT)
        with film.open("rb") as stream:
            if not stream.read(1):
                raise FatalError(f"{path} is empty (0 bytes)", "copy or download it again", INPUT)
    except FileNotFoundError as error:
        raise FatalError(f"there is no file {path}", "check the name", INPUT) from error
    except OSError as error:
        raise FatalError(
            f"{path} cannot be read: {error.strerror}", "check its permissions", INPUT
        ) from error
    return film


def plan_from(arguments: argparse.Namespace, film: Path, store: Store) -> Plan:
    """The plan for one film under the options given."""
    from orchestrator import plan

    for flag, stages in (
        ("--until", [arguments.until]),
        ("--from", [arguments.from_]),
        ("--force", forced(arguments)),
    ):
        for stage in stages:
            if stage is not None:
                known(stage, flag)
    return plan.make(
        film_of(film),
        params=params_of(arguments),
        off=off_of(arguments),
        until=arguments.until,
        from_=arguments.from_,
        force=frozenset(forced(arguments)),
        devices=devices_of(arguments),
        machine=_machine(arguments),
        offline=arguments.offline,
        store=store,
        destination=destination_of(film_of(film), arguments),
    )


def _machine(arguments: argparse.Namespace) -> Machine | None:
    """The machine to plan for where it is not this one."""
    file = getattr(arguments, "machine", None)
    if file is None:
        return None
    from orchestrator import machine

    return machine.recorded(file)


def forced(arguments: argparse.Namespace) -> list[str]:
    """The stages after `--force`, which may be given more than once or with commas."""
    return [word.strip() for words in arguments.force for word in words.split(",") if word.strip()]


def destination_of(film: Path, arguments: argparse.Namespace) -> Path:
    """Where the subtitled film goes."""
    folder = (arguments.output_dir or film.parent).expanduser().absolute()
    return folder / f"{film.stem}.subtitled.{arguments.container or 'mkv'}"


def _check(arguments: argparse.Namespace) -> None:
    if arguments.language and not re.fullmatch(r"[a-z]{2,3}", arguments.language):
        raise FatalError(
            f"--language {arguments.language}: not a language code",
            "give two or three letters, such as en",
            USAGE,
        )
    _at_least(
        arguments, 1, "batch_size", "beam_size", "chunk_size", "num_speakers", "min_speakers", "max_speakers"
    )
    _at_least(arguments, 1, "max_line_count", "max_cps")
    _at_least(arguments, 10, "max_line_width")
    _at_least(arguments, 0, "audio_track")
    low, high = arguments.min_speakers, arguments.max_speakers
    if low and high and low > high:
        raise FatalError(f"--min-speakers {low} is more than --max-speakers {high}", status=USAGE)


def _at_least(arguments: argparse.Namespace, least: float, *names: str) -> None:
    values: Mapping[str, Any] = vars(arguments)
    for name in names:
        if values.get(name) is not None and values[name] < least:
            flag = "--" + name.replace("_", "-")
            raise FatalError(f"{flag} {values[name]}: must be at least {least:g}", status=USAGE)

"""Every option that any place can set, collected from the declarations of the stages and from `RunOptions`.

The command line, the job file, the environment and the configuration file use the same names; the help,
`orchestrator config` and the reference list them. Options of one run only (`--from`, `--force`,
`--overwrite`, ...) are in `orchestrator.commands.film_options`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from ipc.declaration import Cli, Param, Stage
from ipc.reach import Reach
from orchestrator.config.run_options import RunOptions
from orchestrator.stages.catalog import STAGES
from stage_runners.translation.stage import TRANSLATORS

GROUPS = {
    "film": "Film",
    "speech": "Speech recognition",
    "speakers": "Speakers",
    "names": "Names",
    "translation": "Translation",
    "subtitles": "Subtitles",
    "chapters": "Chapters",
    "output": "Output",
    "machine": "Machine",
}
"""The groups of options in the order of the help, with their titles in a job file."""
DEVICE = "device"
"""The option that is not in `OPTIONS`, because it is set by stage and may be repeated."""
DEVICE_REACH = Reach(
    can="choose the hardware, and with it the code, that a stage runs on",
    harmless=lambda device: device == "cpu",  # every stage can run there, and falls back to it
)
"""What a stranger could do by that option."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option: it sets a parameter of stages (`targets`, as stage and parameter), or controls the run."""

    name: str
    type: type
    help: str
    default: Any
    cli: Cli
    targets: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """The name in a file and in the code."""
        return self.name.replace("-", "_")

    @property
    def unset(self) -> str:
        """What happens if the option is not set, in a few words."""
        if self.cli.unset:
            return self.cli.unset
        if isinstance(self.default, bool):
            return "yes" if self.default else "no"
        return "none" if self.default is None else str(self.default)


def _of_stages(stages: Iterable[Stage]) -> Iterator[Option]:
    for stage in stages:
        for param in stage.params:
            if param.cli is not None:
                yield _of_param(stage, param, param.cli)
        if stage.switch is not None:
            cli = stage.switch.cli
            on = None if stage.off else True
            yield Option(name=cli.name, type=bool, help=stage.switch.help, default=on, cli=cli)


def _of_param(stage: Stage, param: Param, cli: Cli) -> Option:
    kind = cli.type or (str if param.default is None else type(param.default))
    return Option(
        name=cli.name or param.name.replace("_", "-"),
        type=kind,
        help=cli.help or param.help,
        default=param.default,
        cli=cli,
        targets=((stage.base, param.name),),
    )


def _of_run() -> Iterator[Option]:
    hints = get_type_hints(RunOptions)
    for field in dataclasses.fields(RunOptions):
        kind = next((one for one in get_args(hints[field.name]) if one is not type(None)), hints[field.name])
        yield Option(
            name=field.name.replace("_", "-"),
            type=kind,
            help=field.metadata["help"],
            default=field.default,
            cli=field.metadata["cli"],
        )


def collected(stages: Iterable[Stage]) -> tuple[Option, ...]:
    """The options that `stages` and a run declare, by group; `ValueError` if two of the same name differ."""
    options: dict[str, Option] = {}
    for option in (*_of_stages(stages), *_of_run()):
        first = options.setdefault(option.name, option)
        if (first.cli, first.type, first.default) != (option.cli, option.type, option.default):
            raise ValueError(f"--{option.name} has two different declarations")
        targets = tuple(dict.fromkeys((*first.targets, *option.targets)))
        options[option.name] = dataclasses.replace(first, targets=targets)
    order = list(GROUPS)
    return tuple(sorted(options.values(), key=lambda option: order.index(option.cli.group)))


OPTIONS = collected((*STAGES.values(), *(one.stage for one in TRANSLATORS.values())))
BY_KEY: Mapping[str, Option] = {option.key: option for option in OPTIONS}

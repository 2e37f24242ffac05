"""Every option that can be set once and for all, collected from what declares it: the stages, and `RunOptions`.

The command line, the job file beside a film, the environment and the configuration file all take these, by these names; the help,
`orchestrator config` and the reference show them. What is asked of one run only (`--from`, `--force`, `--overwrite`, ...) stands in
`orchestrator.commands.film_options`.
"""

from __future__ import annotations

import dataclasses
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, get_args, get_type_hints

from ipc.declaration import Cli, Param, Stage
from orchestrator.config.run_options import RunOptions
from orchestrator.stages.catalog import STAGES
from stage_runners.translation.stage import TRANSLATIONS

GROUPS = {
    "film": "The film",
    "speech": "What is said",
    "speakers": "Who speaks",
    "names": "Names",
    "translation": "Translation",
    "subtitles": "Subtitles",
    "output": "What is written",
    "machine": "The machine",
}
"""The groups of options, in the order in which they are shown, with their titles in a file."""
DEVICE = "device"
"""The one option that is none of these: it is given by stage, and more than once."""


@dataclass(frozen=True, kw_only=True)
class Option:
    """An option: it sets a parameter of one or more stages (`targets`, as stage and parameter), or says how a run is made."""

    name: str
    type: type
    help: str
    default: Any
    cli: Cli
    targets: tuple[tuple[str, str], ...] = ()

    @property
    def key(self) -> str:
        """Its name in a file and in the code."""
        return self.name.replace("-", "_")

    @property
    def unset(self) -> str:
        """What happens where nobody sets it, in few words."""
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
    """The options that `stages` and a run declare, by group; `ValueError` where two of one name differ."""
    found: dict[str, Option] = {}
    for option in (*_of_stages(stages), *_of_run()):
        same = found.setdefault(option.name, option)
        if (same.cli, same.type, same.default) != (option.cli, option.type, option.default):
            raise ValueError(f"--{option.name} is declared twice, and differently")
        targets = tuple(dict.fromkeys((*same.targets, *option.targets)))
        found[option.name] = dataclasses.replace(same, targets=targets)
    order = list(GROUPS)
    return tuple(sorted(found.values(), key=lambda option: order.index(option.cli.group)))


OPTIONS = collected((*STAGES.values(), *TRANSLATIONS.values()))
BY_KEY: Mapping[str, Option] = {option.key: option for option in OPTIONS}

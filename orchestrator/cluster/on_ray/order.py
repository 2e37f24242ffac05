"""What a worker does on its machine: the options of the run, and where they come from."""

from __future__ import annotations

import json
import os
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from orchestrator.paths import checkout

_REMOVED = ("PYTHON", "RAY_")
"""Beginnings of variables of Ray's own worker: its PYTHONPATH must not reach our program."""


@dataclass(frozen=True, kw_only=True)
class Order:
    """How the program is started on a worker's machine, the same on each.

    `options` are the words of the command line. `variables` are those environment variables that set options:
    each with the value that it has where the run was started, or None. `config` is the user's configuration
    file there, `folder` its current folder. So no machine's own settings change the results. `results` is the
    address of the depot for results (`orchestrator.cluster.on_ray.depot`), `ray`, or empty.
    """

    options: tuple[str, ...] = ()
    variables: Mapping[str, str | None] = field(default_factory=dict)
    config: str = ""
    folder: str = ""
    results: str = ""

    def to_json(self) -> str:
        """The order as one line."""
        return json.dumps(asdict(self))

    @staticmethod
    def from_json(text: str) -> Order:
        """Read an order."""
        body = json.loads(text)
        return Order(**{**body, "options": tuple(body["options"])})

    def command(self) -> list[str]:
        """The program of the checkout that this worker's environment belongs to."""
        return [*program(), "run", "--json", "--films-from", "-", *self.options]

    def environ(self, folder: Path) -> dict[str, str]:
        """The variables of its process; writes the configuration file into `folder`."""
        config = folder / "config.toml"
        config.write_text(self.config, encoding="utf-8")
        kept = {name: value for name, value in os.environ.items() if not name.startswith(_REMOVED)}
        for name, value in self.variables.items():
            kept.pop(name, None)
            if value is not None:
                kept[name] = value
        return {**kept, "ORCHESTRATOR_CONFIG": str(config)}


def program() -> list[str]:
    """The words that start our program, in the environment that `install.sh` made for it."""
    return [str(checkout() / ".venv" / "bin" / "python"), "-I", "-X", "utf8", "-m", "orchestrator"]

"""Where the tool keeps what it knows: store, runs, models, memos; and where the user's own configuration is."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_NAME = "orchestrator"


def home() -> Path:
    """The folder of the tool's state; `ORCHESTRATOR_HOME` wins over the platform's own place."""
    return _place("ORCHESTRATOR_HOME", os.environ) or _folder("XDG_DATA_HOME", ".local/share", os.environ)


def config_file(environ: Mapping[str, str]) -> Path:
    """Where the user's own file is looked for; `ORCHESTRATOR_CONFIG` wins over the platform's place."""
    chosen = _place("ORCHESTRATOR_CONFIG", environ)
    return chosen or _folder("XDG_CONFIG_HOME", ".config", environ) / "config.toml"


def checkout() -> Path:
    """The folder that holds `envs/` and `stage_runners/`: the checkout this program runs from."""
    return Path(__file__).resolve().parent.parent


def _place(variable: str, environ: Mapping[str, str]) -> Path | None:
    """The place that the user chose; None where none was."""
    chosen = environ.get(variable)
    return Path(chosen).expanduser().absolute() if chosen else None


def _folder(variable: str, otherwise: str, environ: Mapping[str, str]) -> Path:
    """The platform's folder for this program: on a Mac always the same, elsewhere by the XDG variable.

    Not by `platformdirs`, which follows the XDG variables on a Mac too: a store there would be lost from sight.
    """
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / _NAME
    base = environ.get(variable)
    return (Path(base) if base else Path.home() / otherwise) / _NAME

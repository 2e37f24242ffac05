"""The paths of the tool's state (store, runs, models, memos) and of the user's configuration file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from pathlib import Path

_NAME = "orchestrator"


def home() -> Path:
    """The folder of the tool's state: `ORCHESTRATOR_HOME`, or the platform's data folder."""
    return _place("ORCHESTRATOR_HOME", os.environ) or _folder("XDG_DATA_HOME", ".local/share", os.environ)


def config_file(environ: Mapping[str, str]) -> Path:
    """The user's configuration file: `ORCHESTRATOR_CONFIG`, or in the platform's configuration folder."""
    path = _place("ORCHESTRATOR_CONFIG", environ)
    return path or _folder("XDG_CONFIG_HOME", ".config", environ) / "config.toml"


def checkout() -> Path:
    """The checkout that this program runs from: the folder of `envs/` and `stage_runners/`."""
    return Path(__file__).resolve().parent.parent


def _place(variable: str, environ: Mapping[str, str]) -> Path | None:
    """The path in `variable`; None if the variable is not set."""
    path = environ.get(variable)
    return Path(path).expanduser().absolute() if path else None


def _folder(variable: str, otherwise: str, environ: Mapping[str, str]) -> Path:
    """The platform's folder for this program: fixed on a Mac, set by an XDG variable elsewhere.

    `platformdirs` follows the XDG variables on a Mac too, and would no longer find an existing store there.
    """
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / _NAME
    base = environ.get(variable)
    return (Path(base) if base else Path.home() / otherwise) / _NAME

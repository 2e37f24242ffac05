"""The paths of the tool's state (store, runs, models, memos) and of the user's configuration file."""

from __future__ import annotations

import os
import sys
from collections.abc import Mapping
from functools import cache
from pathlib import Path

from orchestrator.errors import STORAGE, FatalError
from orchestrator.surroundings import home_folder
from orchestrator.surroundings.current_folder import absolute

_NAME = "orchestrator"
COMMAND_MARK = "# made by orchestrator's install.sh"
"""The line by which the installer recognises the command that it wrote."""


def home() -> Path:
    """The folder of the tool's state: `ORCHESTRATOR_HOME`, or the platform's data folder.

    Raises `FatalError` (storage) if nothing says where that is.
    """
    place = _place("ORCHESTRATOR_HOME", os.environ) or _folder("XDG_DATA_HOME", ".local/share", os.environ)
    hint = "set ORCHESTRATOR_HOME to a folder that can be written"
    if place.parent == home_folder.NONE / ".local/share":
        why = "HOME names no folder of yours, and you have no other home folder"
        raise FatalError(f"there is no place for results: {why}", hint, STORAGE)
    try:
        str(place).encode()
    except UnicodeEncodeError as error:  # the libraries that write results refuse it
        raise FatalError(f"{place}: the name of this folder is not UTF-8", hint, STORAGE) from error
    return place


def config_file(environ: Mapping[str, str]) -> Path:
    """The user's configuration file: `ORCHESTRATOR_CONFIG`, or in the platform's configuration folder."""
    path = _place("ORCHESTRATOR_CONFIG", environ)
    return path or _folder("XDG_CONFIG_HOME", ".config", environ) / "config.toml"


@cache
def checkout() -> Path:
    """The checkout that this program runs from: the folder of `envs/` and `stage_runners/`."""
    return Path(__file__).resolve().parent.parent


def _place(variable: str, environ: Mapping[str, str]) -> Path | None:
    """The path in `variable`; None if the variable is not set."""
    path = environ.get(variable)
    return absolute(home_folder.expanded(path, f"{variable}={path}")) if path else None


def _folder(variable: str, otherwise: str, environ: Mapping[str, str]) -> Path:
    """The platform's folder for this program: fixed on a Mac, set by an XDG variable elsewhere.

    `platformdirs` follows the XDG variables on a Mac too, and would no longer find an existing store there.
    A relative path in an XDG variable has no effect, as their specification says.
    """
    base = Path(environ.get(variable, ""))
    if sys.platform != "darwin" and base.is_absolute():
        return base / _NAME
    user = home_folder.of(environ)
    if sys.platform == "darwin":
        return user / "Library" / "Application Support" / _NAME
    return user / otherwise / _NAME

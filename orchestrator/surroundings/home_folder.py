"""The user's home folder, by HOME or, where that is not usable, by the system's list of users."""

from __future__ import annotations

import os
from collections.abc import Mapping
from pathlib import Path

from orchestrator.errors import USAGE, FatalError

NONE = Path("/")
"""The home of a user who has none, as containers with arbitrary user ids set it."""


def set_variable() -> None:
    """Set HOME to the user's home, so that the libraries and processes of this program agree on it."""
    os.environ["HOME"] = str(of(os.environ))


def of(environ: Mapping[str, str]) -> Path:
    """HOME, unless it is empty, relative or `/`; else the home folder in the list of users; else `/`."""
    for text in (environ.get("HOME", ""), _listed()):
        path = Path(text)
        if path.is_absolute() and path != NONE:
            return path
    return NONE


def expanded(text: str, words: str) -> Path:
    """The path in `text`, from a configuration file or a variable, with `~` and `~user` expanded.

    Raises `FatalError` (usage) that quotes `words` if there is no such user.
    """
    try:
        return Path(text).expanduser()
    except RuntimeError as error:
        name = text.partition("/")[0]
        raise FatalError(
            f"{words}: there is no user {name.removeprefix('~')!r}, whose home {name} would be",
            f"write the whole path, or ./{name} for a file of that name",
            USAGE,
        ) from error


def own(path: Path) -> Path:
    """The path with a leading `~/` expanded, because bash does not expand it in `--output-dir=~/subtitles`.

    Anything else is left alone: the shell has expanded what it knows, and a file's name may begin with `~`.
    """
    return Path(path).expanduser() if path.parts[:1] == ("~",) and len(path.parts) > 1 else path


def _listed() -> str:
    import pwd

    try:
        return pwd.getpwuid(os.getuid()).pw_dir
    except KeyError:  # a user id without a name
        return ""

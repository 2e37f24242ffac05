"""How a service manager starts the service: words, variables and folders, as when it was installed."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from orchestrator.errors import USAGE, FatalError
from orchestrator.paths import config_file, home
from orchestrator.serve.settings import MESSAGES
from orchestrator.util.redact import secret_name

STOP_S = 45
"""Seconds that the service gets to stop: its runner ends its stages within 25, and answers take 3."""
NICENESS = 5
"""Of the service. Its runner adds that of `--nice`."""
KEPT = (
    "PATH",  # ffmpeg and mkvmerge; a service manager has a shorter one
    "LANG", "TZ",
    "HF_HOME", "HF_HUB_CACHE", "HF_ENDPOINT",
    "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE",
    "CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH",
    "XDG_CACHE_HOME", "XDG_CONFIG_HOME", "XDG_DATA_HOME",
)  # fmt: skip
"""Variables that the service gets besides those of this program, so that it finds what a shell finds."""

_OURS = ("ORCHESTRATOR_", "HF_", "TMDB_", "JELLYFIN_", "EMBY_", "PLEX_")
"""Beginnings of variables that this program reads, some of which hold keys."""


@dataclass(frozen=True, kw_only=True)
class Start:
    """What is started.

    `words` is the command; relative paths in it begin at `folder`. `writes` are the folders where the service
    writes, beside the temporary one. `keys` is a file for variables that nobody else may read; `secrets`
    names those that were left out, because every user can read what service managers are told.
    """

    words: tuple[str, ...]
    environ: Mapping[str, str]
    folder: Path
    home: Path
    keys: Path
    writes: tuple[Path, ...]
    secrets: tuple[str, ...] = ()


def of(
    program: Sequence[str], words: Iterable[str], films: Iterable[Path], folder: Path,
    environ: Mapping[str, str] = os.environ,
) -> Start:  # fmt: skip
    """The start of `program` with `words`; `films` are the folders that it may write besides the home.

    `FatalError` (usage) if a word, folder or variable has a character that no file of a service manager can
    hold.
    """
    own = home()
    mine = {name: value for name, value in environ.items() if name.startswith("ORCHESTRATOR_")}
    secrets = tuple(sorted(name for name in environ if name.startswith(_OURS) and _is_secret(name)))
    kept = {name: environ[name] for name in KEPT if environ.get(name)}
    fixed = {"ORCHESTRATOR_HOME": str(own)}
    if "ORCHESTRATOR_CONFIG" in mine:  # otherwise it is found as here, and need not exist
        fixed["ORCHESTRATOR_CONFIG"] = str(config_file(environ))
    start = Start(
        words=(*program, *words),
        environ={name: value for name, value in (kept | mine | fixed).items() if name not in secrets},
        folder=folder,
        home=own,
        keys=config_file(environ).parent / "serve.env",
        writes=_outermost((own, *films)),
        secrets=secrets,
    )
    for text in (*start.words, *start.environ.values(), *map(str, (folder, *start.writes))):
        if any(ord(one) < 32 or 0xD800 <= ord(one) < 0xE000 or one == "\x7f" for one in text):
            raise FatalError(
                f"{text!r}: has a character that a service's file cannot hold",
                "use a path or a value of printable characters",
                USAGE,
            )
    return start


def _is_secret(name: str) -> bool:
    return name == MESSAGES or secret_name(name)


def _outermost(folders: Iterable[Path]) -> tuple[Path, ...]:
    """The folders without those that lie in others of them, in order."""
    found = sorted(set(folders))
    return tuple(
        one for one in found if not any(one.is_relative_to(other) for other in found if other != one)
    )

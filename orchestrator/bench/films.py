"""The films of a benchmark: composed of a recording that a package holds, or the user's own."""

from __future__ import annotations

import os
import shutil
from pathlib import Path

from orchestrator.bench.lengths import Length
from orchestrator.bench.results import FilmUsed
from orchestrator.environments import registry
from orchestrator.environments.run_module import run_module
from orchestrator.errors import ENVIRONMENT, STORAGE, FatalError
from orchestrator.runs import device_check
from orchestrator.util import text as fmt

BYTES_A_SECOND = 680_000
"""Of a composed film: 5 Mbit/s of picture, and sound."""


def needed(lengths: tuple[Length, ...], programs: int) -> int:
    """Bytes that a benchmark needs in its folder: the films, and a copy of the longest by each program."""
    return BYTES_A_SECOND * (
        sum(length.seconds for length in lengths) + max(length.seconds for length in lengths) * programs
    )


def check_room(folder: Path, size: int) -> None:
    """Raise `FatalError` (storage) if a folder has too little room."""
    free = shutil.disk_usage(folder).free
    if free < size:
        raise FatalError(
            f"{folder}: the benchmark needs about {fmt.size(size)}, and {fmt.size(free)} are free",
            "choose shorter films with --lengths, or another folder with --workspace",
            STORAGE,
        )


def compose(length: Length, folder: Path) -> tuple[Path, FilmUsed]:
    """Make the film of a length in `folder`, unless it is there; `FatalError` if that fails."""
    film = folder / f"{length.name}.mkv"
    if not film.exists():
        for env in ("pyannote", "media"):
            if reason := registry.health(env):
                raise FatalError(
                    f"the environment {env} is not ready: {reason}",
                    f"orchestrator envs sync {env}",
                    ENVIRONMENT,
                )
        recording = device_check.reference()
        if recording is None:
            raise FatalError(
                "the recording that ships with pyannote.audio is missing",
                "use a film of your own: orchestrator bench FILM",
            )
        draft = folder / f".{film.name}"
        done = run_module(
            "media", "media.bench_film", recording, folder / "pattern.mp4", str(length.seconds), draft
        )
        if done.returncode:
            raise FatalError(f"cannot make {film}: {done.stderr.strip()}")
        draft.rename(film)
    return film, FilmUsed(name=film.stem, seconds=length.seconds, size=film.stat().st_size)


def own(film: Path, folder: Path) -> tuple[Path, FilmUsed]:
    """A film of the user, by a link of its own name, so that nothing is looked for or written beside it.

    `FatalError` if another file has that name: the folder may be the user's own.
    """
    link = folder / "films" / film.name
    if link.is_symlink():
        link.unlink()
    elif os.path.lexists(link):
        raise FatalError(
            f"{link}: this file is in the way", "choose another folder with --workspace", STORAGE
        )
    link.parent.mkdir(exist_ok=True)
    link.symlink_to(film)
    return link, FilmUsed(name=film.stem, seconds=0.0, size=film.stat().st_size, composed=False)

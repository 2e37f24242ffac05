"""`orchestrator demo`: makes a short film from an installed recording, and subtitles it."""

from __future__ import annotations

import argparse
import os
from pathlib import Path
from typing import Any

from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.surroundings import current_folder
from orchestrator.util import terminal

RECORDING = "lib/python*/site-packages/pyannote/audio/sample/sample.wav"
"""Thirty seconds of a telephone call between two people, which ships with pyannote.audio."""


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    from orchestrator.commands import run as run_command

    parser: argparse.ArgumentParser = subparsers.add_parser(
        "demo",
        help="make a short film from a packaged recording and subtitle it",
        description="Make orchestrator-demo/demo.mkv from a recording that ships with pyannote.audio, then "
        "subtitle it. Takes the options of `run`.",
    )
    run_command.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the film if it does not exist yet, and subtitle it; returns the exit status."""
    from orchestrator.commands import run as run_command
    from orchestrator.outputs import publish

    film = Path("orchestrator-demo") / "demo.mkv"
    if not os.path.lexists(current_folder.absolute(film)):  # never through a link that leads nowhere
        try:
            publish.check_writable(film.parent)
        except FatalError as error:
            hint = "change to a writable folder and run the command there"
            raise FatalError(f"{error.message} (in {current_folder.here()})", hint, error.status) from error
        make_film(film)
        terminal.show(f"made {film} from a recording that ships with pyannote.audio")
    arguments.films = [film]
    return run_command.run(arguments)


def make_film(film: Path) -> None:
    """Make a film that shows the waveform of the packaged recording; `FatalError` if that fails."""
    from orchestrator.environments import registry
    from orchestrator.environments.run_module import run_module
    from orchestrator.outputs import publish

    for env in ("pyannote", "media"):
        if reason := registry.health(env):
            raise FatalError(
                f"the environment {env} is not ready: {reason}", f"orchestrator envs sync {env}", ENVIRONMENT
            )
    root = registry.python("pyannote").parent.parent
    recording = next(root.glob(RECORDING), None)
    if recording is None:
        raise FatalError(f"{root}: {RECORDING} is missing", "use a film of your own: orchestrator run FILM")
    publish.check_writable(film.parent)
    done = run_module("media", "media.demo_film", recording, film.absolute())
    if done.returncode:
        raise FatalError(f"cannot make {film}: {done.stderr.strip()}")

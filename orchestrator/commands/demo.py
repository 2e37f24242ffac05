"""`orchestrator demo`: a subtitled film from nothing but what was installed."""

from __future__ import annotations

import argparse
import subprocess
from pathlib import Path
from typing import Any

from orchestrator.errors import ENVIRONMENT, FatalError

RECORDING = "lib/python*/site-packages/pyannote/audio/sample/sample.wav"
"""Thirty seconds of two people on a telephone, which pyannote.audio ships."""


def add(subparsers: Any) -> None:
    """Add the command's parser."""
    from orchestrator.commands import run as run_command

    parser: argparse.ArgumentParser = subparsers.add_parser(
        "demo",
        help="make a small film from a packaged recording and subtitle it",
        description="Make orchestrator-demo/demo.mkv from a recording that ships in pyannote.audio, then run on it. "
        "Takes every option that `run` takes.",
    )
    run_command.add_options(parser)


def run(arguments: argparse.Namespace) -> int:
    """Make the film where it is not there yet, and run on it."""
    from orchestrator.commands import run as run_command
    from orchestrator.outputs import publish

    film = Path("orchestrator-demo") / "demo.mkv"
    if not film.exists():
        try:
            publish.check_writable(film.parent)
        except FatalError as error:
            hint = "go to a folder that can be written, and type it there"
            raise FatalError(f"{error.message} (in {Path.cwd()})", hint, error.status) from error
        make_film(film)
        print(f"made {film} out of a recording that pyannote.audio ships")
    arguments.films = [film]
    return run_command.run(arguments)


def make_film(film: Path) -> None:
    """Make a film with a picture of the sound out of the packaged recording; `FatalError` where it cannot be made."""
    from orchestrator.environments import registry
    from orchestrator.outputs import publish

    for env in ("pyannote", "media"):
        if reason := registry.health(env):
            raise FatalError(
                f"the environment {env} is not ready: {reason}", f"orchestrator envs sync {env}", ENVIRONMENT
            )
    root = registry.python("pyannote").parent.parent
    recording = next(root.glob(RECORDING), None)
    if recording is None:
        raise FatalError(f"pyannote.audio in {root} ships no {RECORDING}", "run on a film of your own")
    publish.check_writable(film.parent)
    done = subprocess.run(
        [registry.python("media"), "-P", "-m", "stage_runners.media.demo_film", recording, film],
        env=registry.child_environment("media"),
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise FatalError(f"cannot make {film}: {done.stderr.strip()}")

"""Runs uv: finds it, passes it the machine's index settings, and turns its errors into one sentence."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.environments import registry
from orchestrator.environments.pip_indexes import uv_environment
from orchestrator.environments.registry import Environment
from orchestrator.errors import ENVIRONMENT, STORAGE, FatalError
from orchestrator.paths import checkout

Say = Callable[[str, str], None]
"""Called with an environment's name and the step of its installation."""


def find() -> str:
    """The path of uv: in the checkout, on the PATH, or where its installers put it."""
    user = Path.home()
    in_checkout = checkout() / ".uv" / "bin" / "uv"
    for place in (in_checkout, shutil.which("uv"), user / ".local/bin/uv", user / ".cargo/bin/uv"):
        if place and os.access(place, os.X_OK) and _works(str(place)):
            return str(place)
    raise FatalError("uv, which installs the environments, is missing", "run ./install.sh", ENVIRONMENT)


def _works(uv: str) -> bool:
    try:
        done = subprocess.run([uv, "--version"], capture_output=True, check=False, timeout=60, cwd=folder())
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0


class Pip:
    """Runs `uv pip sync` or `uv pip install` for one environment and reports the progress."""

    def __init__(self, uv: str, env: Environment, say: Say, *, offline: bool) -> None:
        self.uv, self.env, self.say, self.offline = uv, env, say, offline

    def __call__(self, verb: str, *options: str) -> None:
        """Run `uv pip` with this verb; `FatalError` with the reason if it fails."""
        command = [self.uv, "pip", verb, "--python", str(self.env.python), "--no-build", *options]
        if self.offline:
            command.append("--offline")
        self.say(self.env.name, "installing")
        with subprocess.Popen(
            command, stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, cwd=self.env.folder,
            env=variables(),
        ) as process:  # fmt: skip
            lines = []
            for line in process.stderr or ():
                lines.append(line.rstrip())
                if step := re.match(r"\s*(Downloading|Downloaded|Prepared|Installed) (.*)", line):
                    self.say(self.env.name, f"{step[1].lower()} {step[2]}")
        if process.returncode:
            raise _explained("\n".join(lines), offline=self.offline)


def forget(program: str, packages: Sequence[str]) -> None:
    """Remove packages from uv's cache, so that they are unpacked or downloaded again."""
    command = [program, "cache", "clean", "--quiet", *packages]
    subprocess.run(command, env=variables(), check=False, capture_output=True, cwd=folder())


def folder() -> Path:
    """The folder to run uv in: in any other it obeys the `uv.toml` and `pyproject.toml` that lie there."""
    return registry.root()


def _explained(text: str, *, offline: bool) -> FatalError:
    if "No space left" in text or "os error 28" in text:
        return FatalError("the disk is full", "free some space, then try again", STORAGE)
    if offline:
        return FatalError(
            "uv's cache does not have all packages",
            f"omit --offline once ({last_words(text)})",
            ENVIRONMENT,
        )
    return FatalError("uv could not install the packages", last_words(text), ENVIRONMENT)


def last_words(text: str) -> str:
    """The error message in a program's output, on one line."""
    lines = [
        line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Using Python")
    ]
    start = next((index for index, line in enumerate(lines) if line.startswith(("error:", "\u00d7"))), -4)
    return " ".join(lines[start:])[:500] or "no message"


def variables() -> dict[str, str]:
    """The variables to run uv with: the machine's index settings, its Pythons first, no other environment."""
    excluded = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    inherited = {key: value for key, value in uv_environment().items() if key not in excluded}
    return {"UV_PYTHON_PREFERENCE": "system", **inherited}

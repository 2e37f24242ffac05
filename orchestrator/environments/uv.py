"""Runs uv for people: finds it, gives it the machine's index settings, and says in a sentence why it failed."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Callable, Sequence
from pathlib import Path

from orchestrator.environments.pip_indexes import uv_environment
from orchestrator.environments.registry import Environment
from orchestrator.errors import ENVIRONMENT, STORAGE, FatalError
from orchestrator.paths import checkout

Say = Callable[[str, str], None]
"""Called with an environment's name and what is being done with it now."""


def find() -> str:
    """Return the path of uv: the checkout's own, the PATH's, or where its installers put it."""
    user = Path.home()
    own = checkout() / ".uv" / "bin" / "uv"
    for place in (own, shutil.which("uv"), user / ".local/bin/uv", user / ".cargo/bin/uv"):
        if place and os.access(place, os.X_OK) and _works(str(place)):
            return str(place)
    raise FatalError("uv is not there, and environments are made with it", "run ./install.sh", ENVIRONMENT)


def _works(uv: str) -> bool:
    try:
        return subprocess.run([uv, "--version"], capture_output=True, check=False, timeout=60).returncode == 0
    except (OSError, subprocess.TimeoutExpired):
        return False


class Pip:
    """`uv pip sync` or `uv pip install` into one environment, with its progress said."""

    def __init__(self, uv: str, env: Environment, say: Say, *, offline: bool) -> None:
        self.uv, self.env, self.say, self.offline = uv, env, say, offline

    def __call__(self, verb: str, *options: str) -> None:
        """Run it; FatalError that says why where it fails."""
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
                if said := re.match(r"\s*(Downloading|Downloaded|Prepared|Installed) (.*)", line):
                    self.say(self.env.name, f"{said[1].lower()} {said[2]}")
        if process.returncode:
            raise _explained("\n".join(lines), offline=self.offline)


def forget(program: str, packages: Sequence[str]) -> None:
    """Take packages out of uv's cache, so that they are unpacked or fetched anew."""
    command = [program, "cache", "clean", "--quiet", *packages]
    subprocess.run(command, env=variables(), check=False, capture_output=True)


def _explained(text: str, *, offline: bool) -> FatalError:
    if "No space left" in text or "os error 28" in text:
        return FatalError("the disk is full", "free some space, then try again", STORAGE)
    if offline:
        return FatalError(
            "uv's cache does not hold all of it",
            f"leave out --offline once ({last_words(text)})",
            ENVIRONMENT,
        )
    return FatalError("uv could not install it", last_words(text), ENVIRONMENT)


def last_words(text: str) -> str:
    """Return what a program's error says, on one line."""
    lines = [
        line.strip() for line in text.splitlines() if line.strip() and not line.startswith("Using Python")
    ]
    start = next((index for index, line in enumerate(lines) if line.startswith(("error:", "\u00d7"))), -4)
    return " ".join(lines[start:])[:500] or "it said nothing"


def variables() -> dict[str, str]:
    """Return the variables to run uv with: the machine's index settings, its own Pythons first, no other environment."""
    strangers = {"VIRTUAL_ENV", "PYTHONPATH", "PYTHONHOME"}
    found = {key: value for key, value in uv_environment().items() if key not in strangers}
    return {"UV_PYTHON_PREFERENCE": "system", **found}

"""Starts the service in its own environment, in place of this process."""

from __future__ import annotations

import os
import sys
import tempfile
from typing import NoReturn

from orchestrator.environments import registry
from orchestrator.errors import ENVIRONMENT, FatalError
from orchestrator.serve import runner
from orchestrator.serve import settings as settings_of
from orchestrator.serve.settings import Settings
from orchestrator.util import terminal

ENV = "serve"
_DROPPED = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONOPTIMIZE", "VIRTUAL_ENV")


def ready() -> None:
    """Install the environment if it is missing, and say so; `FatalError` if that fails."""
    if (why := registry.health(ENV)) is None:
        return
    from orchestrator.environments.sync_progress import sync_shown

    terminal.tell(f"installing the environment {ENV} (once): {why}")
    if sync_shown([ENV], offline=False, torch_backend=None):
        raise FatalError(
            f"the environment {ENV} could not be installed",
            f"try again: orchestrator envs sync {ENV}",
            ENVIRONMENT,
        )


def become(settings: Settings) -> NoReturn:
    """Become the service. A supervisor's signals reach it, because its process id is this one."""
    python = registry.require(ENV)
    stream = tempfile.TemporaryFile("w+", encoding="utf-8")  # noqa: SIM115 - the next program reads it
    stream.write(settings_of.to_json(settings))
    stream.seek(0)
    os.set_inheritable(stream.fileno(), True)
    os.chdir(runner.folder())  # a folder of ours: libraries look for settings in the current one
    environ = {name: value for name, value in os.environ.items() if name not in _DROPPED}
    environ |= {"PYTHONUTF8": "1", "PYTHONNOUSERSITE": "1"}
    words = [str(python), "-P", "-m", "orchestrator.serve.web.main", str(stream.fileno())]
    sys.stdout.flush()  # the token, where the output is a pipe or a file
    os.execve(python, words, environ)  # noqa: S606 - no shell

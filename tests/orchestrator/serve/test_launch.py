"""Becoming the service."""

from __future__ import annotations

import subprocess
import sys

from tests import tools

SCRIPT = """
import os, sys
from pathlib import Path
from orchestrator.serve import launch, settings
from orchestrator.util import terminal
launch.registry.require = lambda _: Path(sys.executable)
os.execve = lambda *_: os._exit(0)
terminal.show("token, shown once: abc")
launch.become(settings.Settings())
"""


def test_the_token_is_shown_where_the_output_is_a_pipe(tmp_path):
    done = subprocess.run(
        [sys.executable, "-P", "-c", SCRIPT], capture_output=True, text=True, check=False, cwd=tmp_path,
        env={"PYTHONPATH": str(tools.ROOT), "ORCHESTRATOR_HOME": str(tmp_path / "home")},
    )  # fmt: skip
    assert done.stdout == "token, shown once: abc\n", done.stderr

"""Runs a module of the stages once in its environment, for a question that needs no worker."""

from __future__ import annotations

import subprocess
from collections.abc import Mapping
from pathlib import Path

from orchestrator.environments import registry


def run_module(
    env: str,
    module: str,
    *words: str | Path,
    timeout: float | None = None,
    input: str = "",  # noqa: A002
    variables: Mapping[str, str] | None = None,
) -> subprocess.CompletedProcess[str]:
    """Run `stage_runners.<module>` in the environment's own folder, since the user's may be gone.

    `timeout` is in seconds, `input` what the module reads from stdin, and `variables` are added to those of
    its process. Raises `OSError` if the environment's Python does not start, and `subprocess.TimeoutExpired`.
    """
    return subprocess.run(
        [registry.python(env), "-P", "-m", f"stage_runners.{module}", *words],
        env=registry.child_environment(env, variables), cwd=registry.get(env).folder, input=input,
        capture_output=True, text=True, encoding="utf-8", check=False, timeout=timeout,
    )  # fmt: skip

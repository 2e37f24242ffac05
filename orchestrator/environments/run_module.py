"""Runs a module of the stages once in its environment, for a question that needs no worker."""

from __future__ import annotations

import json
import subprocess
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from orchestrator.environments import registry
from orchestrator.errors import FAILED, FatalError


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


def answer_of(
    env: str,
    module: str,
    *words: str | Path,
    doing: str,
    timeout: float,
    input: str = "",  # noqa: A002
) -> Any:
    """The JSON in the last line that the module prints; `doing` says what it does, for messages.

    Raises `FatalError` if the environment is not ready, and if the module takes longer than `timeout` seconds
    or ends without an answer.
    """
    registry.require(env)
    try:
        done = run_module(env, module, *words, timeout=timeout, input=input)
    except subprocess.TimeoutExpired as error:
        raise FatalError(f"{doing} did not finish within {timeout:g} s", "", FAILED) from error
    lines = done.stdout.splitlines()
    if done.returncode or not lines:
        errors = done.stderr.strip().splitlines() or ["nothing on stderr"]
        raise FatalError(
            f"{doing} ended with status {done.returncode}: {errors[-1]}",
            f"check its environment: orchestrator envs check {env}",
            FAILED,
        )
    return json.loads(lines[-1])

"""What each environment's own framework can use of this machine.

Each framework of an environment is asked once, by a small real computation in a process of its own
(`stage_runners.frameworks.probe`), and the answers are kept under the lock, torch's build, the driver, the GPUs and the system:
any of them changes, and they are asked again. A machine without any sign of an accelerator is not asked at all.
"""

from __future__ import annotations

import contextlib
import hashlib
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from pathlib import Path

from orchestrator.environments import registry as envs
from orchestrator.machine import hardware
from orchestrator.util import memo as memos

SUBJECT = "devices"
PATIENCE_S = 300
FRAMEWORKS: dict[str, tuple[str, ...]] = {
    "whisperx": ("ctranslate2", "torch"),
    "pyannote": ("torch",),
    "mlx": ("mlx",),
}
"""What each environment's stages compute with. The first that knows a device answers by its name, the next as `cuda/torch`."""
_FORMAT = "2"
"""Of the kept answers: raised when the probe asks for more."""
_DEVICES = {"ctranslate2": ("cuda",), "torch": ("cuda", "mps"), "mlx": ("mlx",)}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a framework says of a device.

    `why_not` is empty where it can be used; `accelerator` is false where its device is the CPU.
    """

    why_not: str = ""
    name: str = ""
    memory_mb: int = 0
    compute_types: tuple[str, ...] = ()
    accelerator: bool = True
    facts: Mapping[str, str] = field(default_factory=dict)


class Answers(Mapping[str, Mapping[str, Answer]]):
    """The answers of this machine's environments by device, each asked for when it is first looked at."""

    def __init__(self) -> None:
        self._known: dict[str, Mapping[str, Answer]] = {}

    def __getitem__(self, env: str) -> Mapping[str, Answer]:
        if env not in self._known:
            self._known[env] = _ask(env)
        return self._known[env]

    def __iter__(self) -> Iterator[str]:
        there = (name for name in envs.names() if name in FRAMEWORKS)
        return (name for name in there if envs.get(name).by_default() or envs.health(name) is None)

    def __len__(self) -> int:
        return len(list(iter(self)))


def _ask(env: str) -> Mapping[str, Answer]:
    """The answers of an environment, from the memo or by asking; empty where there is nothing to ask."""
    # MLX's own device is the CPU on Linux: whether it is an accelerator, it has to say itself.
    if env not in FRAMEWORKS or (env != "mlx" and not hardware.signs()):
        return {}
    if reason := envs.health(env):
        return _silent(env, f"its environment {env} is not ready: {reason} (orchestrator envs sync {env})")
    import msgspec

    file = memo(env)
    with contextlib.suppress(msgspec.ValidationError):
        return msgspec.convert(memos.read(file), dict[str, Answer])
    if sys.stderr.isatty():  # it takes some seconds, and they look like nothing otherwise
        print(f"asking {env} what it can use of this machine, once", file=sys.stderr)
    answers: dict[str, Answer] = {}
    whole = True
    for framework in FRAMEWORKS[env]:
        told = _ask_framework(env, framework)
        if isinstance(told, str):
            # A wrong CUDA library ends the process that asks. That is not remembered: it may be mended by the next run.
            whole, told = False, {device: Answer(why_not=told) for device in _DEVICES[framework]}
        for device, answer in told.items():
            answers[f"{device}/{framework}" if device in answers else device] = answer
    if whole:
        memos.keep(file, {device: asdict(answer) for device, answer in answers.items()})
    return answers


def _ask_framework(env: str, framework: str) -> dict[str, Answer] | str:
    """What a framework answers by device, or how the process ended that asked it."""
    import msgspec

    try:
        done = subprocess.run(
            [envs.python(env), "-P", "-m", "stage_runners.frameworks.probe", framework], capture_output=True, text=True, check=False,
            timeout=PATIENCE_S, env=envs.child_environment(env), stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"{framework} did not answer within {PATIENCE_S} s"
    except OSError as error:
        return f"the process that asks {framework} did not start: {error.strerror}"
    if not done.returncode:
        with contextlib.suppress(msgspec.DecodeError, IndexError):
            return msgspec.json.decode(done.stdout.splitlines()[-1], type=dict[str, Answer])
    how = (
        f"was killed by signal {-done.returncode}" if done.returncode < 0 else f"ended with {done.returncode}"
    )
    said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return f"the process that asked {framework} {how}: {said}"


def _silent(env: str, why: str) -> Mapping[str, Answer]:
    return {device: Answer(why_not=why) for device in devices(env)}


def devices(env: str) -> tuple[str, ...]:
    """The devices that the frameworks of `env` know of."""
    found = {device for framework in FRAMEWORKS.get(env, ()) for device in _DEVICES[framework]}
    return tuple(sorted(found))


def memo(env: str) -> Path:
    """The file that keeps the answers of `env`: another lock, torch build, system, driver or choice of GPUs, another file."""
    build = str(envs.state(env).get("torch_backend", ""))
    parts = (_FORMAT, envs.lock_hash(env), build, *hardware.identity())
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return memos.folder(SUBJECT) / f"{env}-{key[:16]}.json"


def forget() -> int:
    """Forget the answers of all environments; returns how many there were."""
    return memos.forget(SUBJECT)

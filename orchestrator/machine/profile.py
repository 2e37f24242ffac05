"""The hardware profile: what this machine is, and what each environment's own framework can use of it.

Each framework of an environment is asked once, by a small real computation in a process of its own (`stage_runners.frameworks.probe`), and
the answers are kept under the lock, torch's build, the driver, the GPUs and the system: any of them changes, and they are asked
again. A machine without any sign of an accelerator is not asked at all. A profile can be written down
(`orchestrator devices --json`) and planned with elsewhere (`orchestrator plan --machine FILE`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import platform
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from ipc.declaration import Backend
from orchestrator.environments import registry as envs
from orchestrator.errors import USAGE, FatalError
from orchestrator.machine import hardware
from orchestrator.machine import limits as resources
from orchestrator.util import memo as memos

SUBJECT = "devices"
PATIENCE_S = 300
FRAMEWORKS: dict[str, tuple[str, ...]] = {
    "whisperx": ("ctranslate2", "torch"),
    "pyannote": ("torch",),
    "mlx": ("mlx",),
}
"""What each environment's stages compute with. The first that knows a device answers by the device's name, the next as `cuda/torch`."""
_FORMAT = "2"
"""Of the kept answers: raised when the probe asks for more."""
_DEVICES = {"ctranslate2": ("cuda",), "torch": ("cuda", "mps"), "mlx": ("mlx",)}


@dataclass(frozen=True, kw_only=True)
class Answer:
    """What a framework says of a device. `why_not` is empty where it can be used; `accelerator` is false where its device is the CPU."""

    why_not: str = ""
    name: str = ""
    memory_mb: int = 0
    compute_types: tuple[str, ...] = ()
    accelerator: bool = True
    facts: Mapping[str, str] = field(default_factory=dict)

    @staticmethod
    def from_json(body: Mapping[str, Any]) -> Answer:
        """Read it back; TypeError where it holds what no answer holds."""
        return Answer(**{**body, "compute_types": tuple(body.get("compute_types", ()))})


_ABSENT = {
    "cuda": "no NVIDIA or AMD device is here",
    "mps": "Apple's GPU is only in a Mac",
    "mlx": "Apple's GPU is only in a Mac",
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine: its processor, its GPUs as the system names them, and by environment and device what the framework answered.

    Memory is in MB. `here` is false of a profile that was read from a file: nothing of it is looked for on this disk.
    """

    platform: str
    cpu: str
    cores: int
    memory_mb: int
    driver: str
    envs: Mapping[str, Mapping[str, Answer]]
    system: str = ""
    gpus: tuple[str, ...] = ()
    here: bool = True

    def answer(self, env: str, device: str, framework: str = "") -> Answer:
        """What `env` says of `device`, or a certain framework of it where several are asked; the CPU can always be used."""
        told = self.envs.get(env, {})
        found = told.get(f"{device}/{framework}") or told.get(device)
        if found is not None:
            return found
        if device == "cpu":
            return Answer(accelerator=False)
        return Answer(why_not=_ABSENT.get(device, "it has no such device"))

    def of(self, backend: Backend) -> Answer:
        """What the framework of `backend` says of its device."""
        return self.answer(backend.env, backend.device, backend.framework)

    def expects(self, device: str) -> bool:
        """Say whether the hardware is there, whatever a framework makes of it: then it is worth a word why it is not used."""
        if device == "cpu":
            return True
        if device in {"mps", "mlx"}:
            return self.platform.startswith("darwin")
        if self.platform.startswith("darwin"):
            return False
        if self.gpus or self.driver:
            return True
        others = (self.answer(env, device) for env in self.envs if device in _devices(env))
        return any(answer.accelerator and not answer.why_not for answer in others)

    @cached_property
    def id(self) -> str:
        """A short digest of what the machine is: another processor, GPU, driver or system, another id. No framework is asked."""
        parts = (self.platform, self.cpu, self.driver, self.system, *self.gpus)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    @property
    def summary(self) -> str:
        """The machine in a line, as far as the system tells it."""
        memory = f"{self.memory_mb / 1024:.0f} GB"
        return ", ".join(
            filter(
                None,
                (
                    f"{self.platform}: {self.cpu}",
                    f"{self.cores} cores",
                    memory,
                    *self.gpus,
                    self.driver and f"driver {self.driver}",
                ),
            )
        )

    def to_json(self) -> dict[str, Any]:
        """The profile, to be written down."""
        told = {
            name: {device: asdict(a) for device, a in of_env.items()} for name, of_env in self.envs.items()
        }
        return {
            "platform": self.platform, "cpu": self.cpu, "cores": self.cores, "memory_mb": self.memory_mb,
            "driver": self.driver, "system": self.system, "gpus": list(self.gpus), "envs": told,
        }  # fmt: skip

    @staticmethod
    def from_json(body: Mapping[str, Any]) -> Machine:
        """Read a profile that was written down elsewhere; KeyError or TypeError where it is none."""
        told = {
            name: {device: Answer.from_json(answer) for device, answer in of_env.items()}
            for name, of_env in body["envs"].items()
        }
        return Machine(
            platform=body["platform"], cpu=body["cpu"], cores=int(body["cores"]), memory_mb=int(body["memory_mb"]),
            driver=body.get("driver", ""), system=body.get("system", ""), gpus=tuple(body.get("gpus", ())), envs=told,
            here=False,
        )  # fmt: skip


def here() -> Machine:
    """Return this machine. No environment is asked before somebody wants to know its answer."""
    limits = resources.machine()
    return Machine(
        platform=envs.this_platform(),
        cpu=hardware.cpu(),
        cores=limits.cores,
        memory_mb=hardware.memory_mb(),
        driver=hardware.driver(),
        system=platform.release(),
        gpus=hardware.gpus(),
        envs=_Asked(),
    )


def recorded(path: Path) -> Machine:
    """The profile in `path`, as `orchestrator devices --json` writes it; `FatalError` where it is none."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return Machine.from_json(body.get("machine", body))
    except OSError as error:
        raise FatalError(f"{path} cannot be read: {error.strerror}", status=USAGE) from error
    except (ValueError, KeyError, TypeError, AttributeError) as error:
        hint = "write one with: orchestrator devices --json > machine.json"
        raise FatalError(f"{path} is no profile of a machine", hint, USAGE) from error


class _Asked(Mapping[str, Mapping[str, Answer]]):
    """The answers of this machine's environments, each asked for when it is first looked at."""

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
    file = memo(env)
    with contextlib.suppress(TypeError, AttributeError):
        return {device: Answer.from_json(answer) for device, answer in memos.read(file).items()}
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
    try:
        done = subprocess.run(
            [envs.python(env), "-P", "-m", "stage_runners.frameworks.probe", framework], capture_output=True, text=True, check=False,
            timeout=PATIENCE_S, env=envs.child_environment(env), stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except subprocess.TimeoutExpired:
        return f"{framework} did not answer within {PATIENCE_S} s"
    except OSError as error:
        return f"the process that asks {framework} did not start: {error.strerror}"
    with contextlib.suppress(ValueError, IndexError, TypeError, AttributeError):
        told = json.loads(done.stdout.splitlines()[-1])
        if not done.returncode:
            return {device: Answer.from_json(answer) for device, answer in told.items()}
    how = (
        f"was killed by signal {-done.returncode}" if done.returncode < 0 else f"ended with {done.returncode}"
    )
    said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
    return f"the process that asked {framework} {how}: {said}"


def _silent(env: str, why: str) -> Mapping[str, Answer]:
    return {device: Answer(why_not=why) for device in _devices(env)}


def _devices(env: str) -> tuple[str, ...]:
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

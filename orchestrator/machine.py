"""The hardware profile: what this machine is, and what each environment's own framework can use of it.

An environment is asked once, by a small real computation in its own process (`stage_runners.probe`), and its answer is kept
under its lock, torch's build, the driver and the system: any of them changes, and it is asked again. A machine without any
sign of an accelerator is not asked at all. A profile can be written down (`orchestrator devices --json`) and planned with
elsewhere (`orchestrator plan --machine FILE`).
"""

from __future__ import annotations

import contextlib
import hashlib
import json
import os
import platform
import re
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field
from functools import cached_property
from pathlib import Path
from typing import Any

from orchestrator import envs, resources
from orchestrator.errors import USAGE, FatalError
from orchestrator.home import home

PATIENCE_S = 300


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


NEVER = Answer(why_not="it has no such device")


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine: its processor, and by environment and device what its framework answered. Memory is in MB.

    `here` is false of a profile that was read from a file: nothing of it is looked for on this disk.
    """

    platform: str
    cpu: str
    cores: int
    memory_mb: int
    driver: str
    envs: Mapping[str, Mapping[str, Answer]]
    system: str = ""
    here: bool = True

    def answer(self, env: str, device: str) -> Answer:
        """What `env` says of `device`; the CPU can always be used."""
        found = self.envs.get(env, {}).get(device)
        if found is not None:
            return found
        return Answer(accelerator=False) if device == "cpu" else NEVER

    @cached_property
    def id(self) -> str:
        """A short digest of what the machine is: another processor, GPU, driver or system, another id."""
        gpus = sorted(
            {answer.name for of_env in self.envs.values() for answer in of_env.values() if answer.name}
        )
        parts = (self.platform, self.cpu, self.driver, self.system, *gpus)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    def to_json(self) -> dict[str, Any]:
        """The profile, to be written down."""
        told = {
            name: {device: asdict(a) for device, a in of_env.items()} for name, of_env in self.envs.items()
        }
        return {
            "platform": self.platform, "cpu": self.cpu, "cores": self.cores, "memory_mb": self.memory_mb,
            "driver": self.driver, "system": self.system, "envs": told,
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
            driver=body.get("driver", ""), system=body.get("system", ""), envs=told, here=False,
        )  # fmt: skip


def here() -> Machine:
    """Return this machine. No environment is asked before somebody wants to know its answer."""
    limits = resources.machine()
    return Machine(
        platform=envs.this_platform(),
        cpu=_cpu(),
        cores=limits.cores,
        memory_mb=resources.memory_bytes() >> 20,
        driver=driver(),
        system=platform.release(),
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
        return (name for name in envs.names() if envs.health(name) is None)

    def __len__(self) -> int:
        return len(list(iter(self)))


def _ask(env: str) -> Mapping[str, Answer]:
    """The answers of an environment, from the memo or by asking; empty where there is nothing to ask."""
    # MLX's own device is the CPU on Linux: whether it is an accelerator, it has to say itself.
    if env != "mlx" and not signs():
        return {}
    if reason := envs.health(env):
        return _silent(f"its environment {env} is not ready: {reason} (orchestrator envs sync {env})")
    file = memo(env)
    with contextlib.suppress(OSError, ValueError, TypeError):
        told = json.loads(file.read_text(encoding="utf-8"))
        return {device: Answer.from_json(answer) for device, answer in told.items()}
    try:
        done = subprocess.run(
            [envs.python(env), "-P", "-m", "stage_runners.probe"], capture_output=True, text=True, check=False,
            timeout=PATIENCE_S, env=envs.child_environment(env), stdin=subprocess.DEVNULL,
        )  # fmt: skip
    except (OSError, subprocess.TimeoutExpired) as error:
        return _silent(f"{env} could not be asked: {error}")
    try:
        told = json.loads(done.stdout.splitlines()[-1])
        answers = {device: Answer.from_json(answer) for device, answer in told.items()}
    except (ValueError, IndexError, TypeError, AttributeError):
        # A wrong CUDA library ends the process that asks. That is not remembered: it may be mended by the next run.
        how = (
            f"was killed by signal {-done.returncode}"
            if done.returncode < 0
            else f"ended with {done.returncode}"
        )
        said = (done.stderr.strip().splitlines() or ["it said nothing"])[-1]
        return _silent(f"the process that asked {how}: {said}")
    _keep(file, json.dumps(told))
    return answers


def _silent(why: str) -> Mapping[str, Answer]:
    return {device: Answer(why_not=why) for device in ("cuda", "mps", "mlx")}


def _keep(file: Path, text: str) -> None:
    scratch = file.with_suffix(f".{os.getpid()}")
    with contextlib.suppress(OSError):  # a home that cannot be written costs another question, nothing else
        file.parent.mkdir(parents=True, exist_ok=True)
        scratch.write_text(text, encoding="utf-8")
        scratch.replace(file)


def memo(env: str) -> Path:
    """The file that keeps the answers of `env`: another lock, torch build, driver, system or choice of GPUs, another file."""
    build = str(envs.state(env).get("torch_backend", ""))
    shown = os.environ.get("CUDA_VISIBLE_DEVICES", "all")
    parts = (envs.lock_hash(env), build, envs.this_platform(), driver(), platform.release(), shown)
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return home() / "memo" / "devices" / f"{env}-{key[:16]}.json"


def forget() -> int:
    """Forget the answers of all environments; returns how many there were."""
    files = list((home() / "memo" / "devices").glob("*.json"))
    for file in files:
        file.unlink(missing_ok=True)
    return len(files)


def signs() -> bool:
    """Say whether the machine could have an accelerator at all: a Mac, an NVIDIA or AMD device, or WSL2's."""
    devices = Path("/dev")
    return (
        sys.platform == "darwin"
        or any(devices.glob("nvidia*"))
        or any((devices / name).exists() for name in ("dxg", "kfd"))
    )


def driver() -> str:
    """The version of the NVIDIA driver; empty where there is none."""
    try:
        text = Path("/proc/driver/nvidia/version").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r"\d+\.\d+(\.\d+)?", text)
    return found[0] if found else text


def _cpu() -> str:
    """The processor's name."""
    if sys.platform == "darwin":
        with contextlib.suppress(OSError):
            told = subprocess.run(
                ["/usr/sbin/sysctl", "-n", "machdep.cpu.brand_string"],
                capture_output=True,
                text=True,
                check=False,
            )
            return told.stdout.strip()
    with contextlib.suppress(OSError):
        for line in Path("/proc/cpuinfo").read_text(encoding="utf-8").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.machine()

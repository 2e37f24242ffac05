"""The hardware profile: what this machine is, and what each environment's own framework can use of it (`answers`).

A profile can be written down (`orchestrator devices --json`) and planned with elsewhere (`orchestrator plan --machine FILE`).
"""

from __future__ import annotations

import hashlib
import json
import platform
from collections.abc import Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ipc.declaration import Backend
from orchestrator.environments import registry as envs
from orchestrator.errors import USAGE, FatalError
from orchestrator.machine import hardware
from orchestrator.machine import limits as resources
from orchestrator.machine.answers import Answer, Answers, devices

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
    envs: Mapping[str, Mapping[str, Answer]]
    driver: str = ""
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
        others = (self.answer(env, device) for env in self.envs if device in devices(env))
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
    def from_json(body: object) -> Machine:
        """Read a profile that was written down elsewhere; `ValueError` that names the place where it is none."""
        import msgspec

        return replace(msgspec.convert(body, Machine), here=False)


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
        envs=Answers(),
    )


def recorded(path: Path) -> Machine:
    """The profile in `path`, as `orchestrator devices --json` writes it; `FatalError` where it is none."""
    try:
        body = json.loads(path.read_text(encoding="utf-8"))
        return Machine.from_json(body.get("machine", body) if isinstance(body, dict) else body)
    except OSError as error:
        raise FatalError(f"{path} cannot be read: {error.strerror}", status=USAGE) from error
    except ValueError as error:
        hint = "write one with: orchestrator devices --json > machine.json"
        raise FatalError(f"{path} is no profile of a machine: {error}", hint, USAGE) from error

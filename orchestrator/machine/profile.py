"""The profile of a machine: its hardware, and the devices that each environment can use (`answers`).

`orchestrator devices --json` prints a profile; `orchestrator plan --machine FILE` plans with it on another
machine.
"""

from __future__ import annotations

import hashlib
import platform
from collections.abc import Iterable, Mapping
from dataclasses import asdict, dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

from ipc import plain_file
from ipc.declaration import Backend
from ipc.parsing import json_of
from orchestrator.environments import registry as envs
from orchestrator.errors import USAGE, FatalError
from orchestrator.machine import hardware
from orchestrator.machine import limits as resources
from orchestrator.machine.answers import LIKE, Answer, Answers, devices
from orchestrator.machine.gpus import NUMBERED, counted, gpu_name, number_of

_LARGEST = 1 << 20
"""Bytes of such a file, at most."""
_ABSENT = {
    "cuda": "no NVIDIA or AMD device was detected",
    "mps": "no Apple GPU was detected",
    "mlx": "no Apple GPU was detected",
}


@dataclass(frozen=True, kw_only=True)
class Machine:
    """A machine: processor, memory in MB, GPUs, and the frameworks' answers by environment and device.

    `here` is false for a profile that was read from a file. `only` are the numbers of the GPUs that count, as
    if the machine had no others; empty for all.
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
    only: tuple[int, ...] = ()

    def answer(self, env: str, device: str, framework: str = "") -> Answer:
        """The answer of `env` about `device`, from `framework` if it has several.

        The CPU can always be used. Of several GPUs, `cuda` is the best, and `cuda:1` the second.
        """
        answers = self.envs.get(env, {})
        answer = answers.get(f"{device}/{framework}") or answers.get(device)
        if answer is not None:
            return answer
        if several := self.gpus_of(env, device, framework):
            return max(several.values(), key=lambda one: (not one.why_not, one.memory_mb))
        if device == gpu_name(0) and NUMBERED in answers:  # the only one
            return self.answer(env, NUMBERED, framework)
        if device == "cpu":
            return Answer(accelerator=False)
        return Answer(why_not=_ABSENT.get(device, "no such device was detected"))

    def gpus_of(self, env: str, device: str = NUMBERED, framework: str = "") -> dict[int, Answer]:
        """The answers of `env` about each GPU, by number, if the machine has several; else empty."""
        if device != NUMBERED:
            return {}
        answers = self.envs.get(env, {})
        numbers = {number for name in answers if (number := number_of(name)) is not None}
        left = (number for number in sorted(numbers) if not self.only or number in self.only)
        return {number: self.answer(env, gpu_name(number), framework) for number in left}

    def card(self, env: str, number: int) -> str:
        """The model and memory of a GPU of several; empty if all of them have the same."""
        answers = replace(self, only=()).gpus_of(env)
        cards = {one: f"{answer.name} {answer.memory_mb}" for one, answer in answers.items()}
        return cards.get(number, "") if len(set(cards.values())) > 1 else ""

    def with_only(self, numbers: Iterable[int]) -> Machine:
        """The machine as if it had only the GPUs of these numbers; none: all."""
        return replace(self, only=tuple(numbers))

    def of(self, backend: Backend) -> Answer:
        """The answer of `backend`'s framework about its device; of another machine the likely one."""
        if not self.here:
            return self.likely(backend)
        return self.answer(backend.env, backend.device, backend.framework)

    def likely(self, backend: Backend) -> Answer:
        """Its answer or, if its environment has none because it is not installed, that of one like it."""
        return self.answer(self.speaker(backend.env), backend.device, backend.framework)

    def speaker(self, env: str) -> str:
        """The environment whose answers count for `env`: its own or, without any, one like it."""
        return LIKE[env] if env in LIKE and self._silent(env) else env

    def each(self, backend: Backend) -> dict[int, Answer]:
        """Its likely answer about each GPU, by number, if the machine has several; else empty."""
        return self.gpus_of(self.speaker(backend.env), backend.device, backend.framework)

    def could_use(self, backend: Backend) -> bool:
        """Whether `backend` would work here if its environment were installed."""
        if backend.on_request:
            return False
        answer = self.likely(backend)
        if backend.device == "cpu":
            return True
        return self.expects(backend.device) and answer.accelerator and not answer.why_not

    def _silent(self, env: str) -> bool:
        return env not in self.envs if not self.here else envs.health(env) is not None

    def expects(self, device: str) -> bool:
        """Whether the machine has this hardware, so that users should see why it is not used."""
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
        """A short digest of the platform, processor, GPUs, driver and system. Probes no framework."""
        parts = (self.platform, self.cpu, self.driver, self.system, *self.gpus)
        return hashlib.sha256("\0".join(parts).encode()).hexdigest()[:16]

    @property
    def summary(self) -> str:
        """The machine in one line."""
        parts = [f"{self.platform}: {self.cpu}", f"{self.cores} cores", f"{self.memory_mb / 1024:.0f} GB"]
        parts += [*counted(self.gpus), self.driver and f"driver {self.driver}"]
        return ", ".join(filter(None, parts))

    def to_json(self) -> dict[str, Any]:
        """The profile as JSON."""
        answers = {
            name: {device: asdict(a) for device, a in of_env.items()} for name, of_env in self.envs.items()
        }
        return {
            "platform": self.platform, "cpu": self.cpu, "cores": self.cores, "memory_mb": self.memory_mb,
            "driver": self.driver, "system": self.system, "gpus": list(self.gpus), "envs": answers,
        }  # fmt: skip

    @staticmethod
    def from_json(body: object) -> Machine:
        """Read a profile of another machine; `ValueError` that names the part that is invalid."""
        import msgspec

        return replace(msgspec.convert(body, Machine), here=False)


def here() -> Machine:
    """Describe this machine. An environment is probed when its answers are first read."""
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
    """The profile in `path`, as `orchestrator devices --json` prints it; `FatalError` if it is not one."""
    try:
        body = json_of(plain_file.read(path, _LARGEST))
        return Machine.from_json(body.get("machine", body) if isinstance(body, dict) else body)
    except OSError as error:
        raise FatalError(f"{path}: cannot be read: {error.strerror}", "check the name", USAGE) from error
    except (ValueError, plain_file.UnusableFileError) as error:
        hint = "make one on that machine: orchestrator devices --json > machine.json"
        raise FatalError(f"{path}: not the profile of a machine: {error}", hint, USAGE) from error

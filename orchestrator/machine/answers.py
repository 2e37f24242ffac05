"""Probes which devices of this machine each environment's frameworks can use.

A probe is a small computation in a separate process (`stage_runners.frameworks.probe`). Its answers are
cached until the environment's lock, torch's build, the driver, the GPUs or the system change. A machine
without an accelerator is not probed. Of several GPUs, those of one model and memory are probed once.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
import subprocess
import sys
from collections.abc import Iterator, Mapping
from dataclasses import asdict, dataclass, field, fields
from pathlib import Path

from orchestrator.environments import registry as envs
from orchestrator.environments import visible_gpus
from orchestrator.environments.run_module import run_module
from orchestrator.machine import hardware
from orchestrator.util import memo as memos
from orchestrator.util import terminal

SUBJECT = "devices"
PATIENCE_S = 300
FRAMEWORKS: dict[str, tuple[str, ...]] = {
    "whisperx": ("ctranslate2", "torch"),
    "pyannote": ("torch",),
    "mlx": ("mlx",),
    "parakeet-cuda": ("onnxruntime",),
    "parakeet-mlx": ("mlx",),
    "qwen": ("torch",),
}
"""The frameworks of each environment. The first with a device answers as `cuda`, the next as `cuda/torch`."""
LIKE = {"parakeet-cuda": "whisperx", "parakeet-mlx": "mlx", "qwen": "pyannote"}
"""An environment that is always installed where another one can be, and needs the same of a device."""
_FORMAT = "4"
"""The format of the cached answers, to be raised when the probe reports more."""
_DEVICES = {
    "ctranslate2": ("cuda",),
    "torch": ("cuda", "mps"),
    "mlx": ("mlx",),
    "onnxruntime": ("cuda",),
}


@dataclass(frozen=True, kw_only=True)
class Card:
    """A GPU that a framework sees beside others."""

    name: str = ""
    memory_mb: int = 0


@dataclass(frozen=True, kw_only=True)
class Answer:
    """A framework's answer about a device.

    `why_not` is the reason why the device cannot be used, empty if it can. `accelerator` is false if it is
    the CPU.
    """

    why_not: str = ""
    name: str = ""
    memory_mb: int = 0
    compute_types: tuple[str, ...] = ()
    accelerator: bool = True
    facts: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, kw_only=True)
class _Reply(Answer):
    """What a probe prints about a device: of several GPUs the answer is about the first of `cards`."""

    cards: tuple[Card, ...] = ()


class Answers(Mapping[str, Mapping[str, Answer]]):
    """The answers by environment and device. An environment is probed when its answers are first read."""

    def __init__(self) -> None:
        self._probed: dict[str, Mapping[str, Answer]] = {}

    def __getitem__(self, env: str) -> Mapping[str, Answer]:
        if env not in self._probed:
            self._probed[env] = _probe(env)
        return self._probed[env]

    def __iter__(self) -> Iterator[str]:
        names = (name for name in envs.names() if name in FRAMEWORKS)
        return (name for name in names if envs.get(name).by_default() or envs.health(name) is None)

    def __len__(self) -> int:
        return len(list(iter(self)))


def _probe(env: str) -> Mapping[str, Answer]:
    """The answers of an environment, from the memo or by a probe; empty if there is nothing to probe."""
    # On Linux MLX's device is the CPU, so it is always probed whether it is an accelerator.
    if env not in FRAMEWORKS or (FRAMEWORKS[env] != ("mlx",) and not hardware.signs()):
        return {}
    if reason := envs.health(env):
        return _unusable(env, f"the environment {env} is not ready: {reason} (orchestrator envs sync {env})")
    file = memo(env)
    if (known := memos.read(file, dict[str, Answer])) is not None:
        return known
    if sys.stderr.isatty():  # a probe takes some seconds
        terminal.tell(f"checking which devices {env} can use (once)")
    answers: dict[str, Answer] = {}
    complete = True
    for framework in FRAMEWORKS[env]:
        replies, whole = _reply_of(env, framework)
        complete = complete and whole
        found: dict[str, Answer] = {}
        for device, reply in replies.items():
            if len(reply.cards) < 2:
                found[device] = _without_cards(reply)
                continue
            each, whole = _each_gpu(env, framework, reply)
            complete = complete and whole
            found |= {f"{device}:{number}": answer for number, answer in enumerate(each)}
        for device, answer in found.items():
            answers[f"{device}/{framework}" if device in answers else device] = answer
    if complete:
        memos.keep(file, {device: asdict(answer) for device, answer in answers.items()})
    return answers


def _without_cards(reply: _Reply) -> Answer:
    return Answer(**{one.name: getattr(reply, one.name) for one in fields(Answer)})


def _each_gpu(env: str, framework: str, first: _Reply) -> tuple[list[Answer], bool]:
    """The answers about each of several GPUs, and whether all of them may be cached."""
    by_card = {first.cards[0]: _without_cards(first)}
    complete = True
    for number, card in enumerate(first.cards):
        if card not in by_card:
            replies, whole = _reply_of(env, framework, visible_gpus.only(number, os.environ))
            complete = complete and whole
            by_card[card] = _without_cards(replies["cuda"])
    return [by_card[card] for card in first.cards], complete


def _reply_of(
    env: str, framework: str, variables: Mapping[str, str] | None = None
) -> tuple[dict[str, _Reply], bool]:
    """A framework's reply about each device, and whether it may be cached.

    A wrong CUDA library ends the probe. That is not cached, because the user may fix it before the next run.
    """
    reply = _probe_framework(env, framework, variables or {})
    if isinstance(reply, str):
        return {device: _Reply(why_not=reply) for device in _DEVICES[framework]}, False
    return reply, True


def _probe_framework(env: str, framework: str, variables: Mapping[str, str]) -> dict[str, _Reply] | str:
    """The replies of a framework by device, or how its probe failed."""
    import msgspec

    try:
        done = run_module(env, "frameworks.probe", framework, timeout=PATIENCE_S, variables=variables)
    except subprocess.TimeoutExpired:
        return f"{framework} did not answer within {PATIENCE_S} s"
    except OSError as error:
        return f"the probe of {framework} did not start: {error.strerror}"
    if not done.returncode:
        with contextlib.suppress(msgspec.DecodeError, IndexError):
            return msgspec.json.decode(done.stdout.splitlines()[-1], type=dict[str, _Reply])
    how = (
        f"was killed by signal {-done.returncode}" if done.returncode < 0 else f"ended with {done.returncode}"
    )
    line = (done.stderr.strip().splitlines() or ["no message"])[-1]
    return f"the probe of {framework} {how}: {line}"


def _unusable(env: str, why: str) -> Mapping[str, Answer]:
    return {device: Answer(why_not=why) for device in devices(env)}


def devices(env: str) -> tuple[str, ...]:
    """The devices that the frameworks of `env` support."""
    return tuple(sorted({device for framework in FRAMEWORKS.get(env, ()) for device in _DEVICES[framework]}))


def memo(env: str) -> Path:
    """The file that caches the answers of `env`.

    Its name depends on the lock, torch's build, system, driver and GPUs.
    """
    build = str(envs.state(env).get("torch_backend", ""))
    parts = (_FORMAT, envs.lock_hash(env), build, *hardware.identity())
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return memos.folder(SUBJECT) / f"{env}-{key[:16]}.json"


def forget() -> int:
    """Delete the cached answers of all environments; returns how many there were."""
    return memos.forget(SUBJECT)

"""Which devices an environment's own framework can use, found by a small real computation and remembered.

CTranslate2 counts its own CUDA devices, and torch's answer proves nothing for it, so each environment is asked itself.
The answers are kept under the environment's lock, the platform and the NVIDIA driver: any of them changes, and they
are asked again. A machine without any sign of an accelerator is not asked at all.
"""

from __future__ import annotations

import hashlib
import json
import os
import re
import subprocess
import sys
from collections.abc import Mapping
from pathlib import Path

from orchestrator import envs
from orchestrator.errors import ENVIRONMENT, USAGE, FatalError
from orchestrator.home import home
from orchestrator.stages import STAGES, Backend, Stage

NAMES = ("cuda", "mps", "mlx", "cpu")

PROBE = """
import importlib.util, json
found = {}
def attempt(device, compute):
    try:
        compute()
        found[device] = ""
    except Exception as error:
        found[device] = (str(error).strip() or type(error).__name__).splitlines()[0]
def has(name):
    return importlib.util.find_spec(name) is not None
def with_torch(device):
    import torch
    left = torch.ones(64, 64, device=device)
    if float((left @ left).sum().cpu()) != 64.0 ** 3:
        raise ValueError("a product of two matrices came out wrong")
def with_ctranslate2():
    import ctranslate2, numpy
    if not ctranslate2.get_cuda_device_count():
        raise ValueError("CTranslate2 finds no CUDA device")
    ones = ctranslate2.StorageView.from_array(numpy.ones((8, 8), numpy.float32))
    if float(numpy.asarray(ones.to_device(ctranslate2.Device.cuda).to_device(ctranslate2.Device.cpu)).sum()) != 64:
        raise ValueError("a copy to the device and back came out wrong")
def with_mlx():
    import mlx.core as mx
    if mx.default_device().type != mx.DeviceType.gpu:
        raise ValueError("MLX finds no GPU")
    if float(mx.matmul(mx.ones((64, 64)), mx.ones((64, 64))).sum()) != 64.0 ** 3:
        raise ValueError("a product of two matrices came out wrong")
if has("ctranslate2"):
    attempt("cuda", with_ctranslate2)
elif has("torch"):
    attempt("cuda", lambda: with_torch("cuda"))
if has("torch"):
    attempt("mps", lambda: with_torch("mps"))
if has("mlx"):
    attempt("mlx", with_mlx)
print(json.dumps(found))
"""


def available(env: str) -> tuple[str, ...]:
    """Return the devices that `env` can use, best first; `cpu` is always the last."""
    return (*(device for device in NAMES if verdicts(env).get(device) == ""), "cpu")


def verdicts(env: str) -> Mapping[str, str]:
    """Return, by device, why `env` cannot use it; an empty text where it can. Asked once, then remembered."""
    if not _signs() or envs.health(env) is not None:
        return {}
    file = memo(env)
    try:
        return dict(json.loads(file.read_text(encoding="utf-8")))
    except (OSError, ValueError):
        pass
    try:
        done = subprocess.run(
            [envs.python(env), "-P", "-c", PROBE], capture_output=True, text=True, check=False, timeout=300,
            env=envs.child_environment(env),
        )  # fmt: skip
        found: dict[str, str] = json.loads(done.stdout.splitlines()[-1])
    except (OSError, subprocess.TimeoutExpired, ValueError, IndexError):
        return {}  # a probe that died is not remembered: the next run asks again
    file.parent.mkdir(parents=True, exist_ok=True)
    scratch = file.with_suffix(f".{os.getpid()}")
    scratch.write_text(json.dumps(found), encoding="utf-8")
    scratch.replace(file)
    return found


def memo(env: str) -> Path:
    """Return the file that keeps the answers of `env`: another lock, torch build or driver, another file."""
    parts = (envs.lock_hash(env), _build(env), envs.this_platform(), _driver(), _hidden())
    key = hashlib.sha256("\0".join(parts).encode()).hexdigest()
    return home() / "memo" / "devices" / f"{env}-{key[:16]}.json"


def choose(stage: Stage, asked: Mapping[str, str]) -> tuple[Backend, ...]:
    """Return the backends of `stage` that this machine can use, in order; the first is the choice.

    `asked` maps a stage's name, or `""` for all stages, to a device. A stage that has no such backend takes its own
    order where all were asked; FatalError that names what is there where it was asked by name, or the machine
    lacks the device.
    """
    wanted = asked.get(stage.name) or asked.get("") or ""
    if wanted and wanted not in NAMES:
        raise FatalError(f"there is no device {wanted!r}", f"devices are: {', '.join(NAMES)}", USAGE)
    if unknown := set(asked) - {"", *STAGES}:
        raise FatalError(
            f"there is no stage {min(unknown)!r} for --device",
            f"stages are: {', '.join(STAGES)}",
            USAGE,
        )
    declared = [backend.device for backend in stage.backends]
    if wanted and wanted not in declared:
        if stage.name in asked:
            raise FatalError(
                f"{stage.name} cannot run on {wanted}", f"it runs on: {', '.join(declared)}", USAGE
            )
        wanted = ""
    if wanted and not _usable(wanted, stage):
        why = next((verdicts(b.env).get(wanted, "") for b in stage.backends if b.device == wanted), "")
        usable = [device for device in declared if _usable(device, stage)]
        message = f"{stage.name} cannot use {wanted} here{': ' if why else ''}{why}"
        raise FatalError(message, f"it can use: {', '.join(usable)}", ENVIRONMENT)
    usable_backends = tuple(
        b
        for b in stage.backends
        if b.device == "cpu" or (b.device in available(b.env) and (not b.on_request or b.device == wanted))
    )
    if not wanted:
        return usable_backends
    # What was asked for goes first; after a failure for memory the next device may still save the run.
    return tuple(sorted(usable_backends, key=lambda backend: backend.device != wanted))


def _usable(device: str, stage: Stage) -> bool:
    return any(b.device == device and (device == "cpu" or device in available(b.env)) for b in stage.backends)


def _signs() -> bool:
    """Say whether the machine could have an accelerator at all."""
    return sys.platform == "darwin" or any(Path("/dev").glob("nvidia*")) or Path("/dev/dxg").exists()


def _driver() -> str:
    try:
        text = Path("/proc/driver/nvidia/version").read_text(encoding="utf-8")
    except OSError:
        return ""
    found = re.search(r"\d+\.\d+(\.\d+)?", text)
    return found[0] if found else text


def _hidden() -> str:
    return os.environ.get("CUDA_VISIBLE_DEVICES", "all")


def _build(env: str) -> str:
    return str(envs.state(env).get("torch_backend", ""))

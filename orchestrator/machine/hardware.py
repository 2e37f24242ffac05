"""Reads this machine's hardware from the system.

Uses no framework, and starts no process but `sysctl` on a Mac.
"""

from __future__ import annotations

import contextlib
import os
import platform
import re
import subprocess
import sys
from functools import cache
from pathlib import Path

from orchestrator.machine import limits

SHOWN = ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES",
         "CUDA_DEVICE_ORDER")  # fmt: skip
"""Variables by which a user, a container or a cluster limits and orders the GPUs that a process can see."""
_WSL = "usr/lib/wsl/drivers"


def signs(root: Path = Path("/")) -> bool:
    """Whether the machine may have an accelerator: it is a Mac, or has an NVIDIA, AMD or WSL2 device."""
    devices = root / "dev"
    return (
        sys.platform == "darwin"
        or any(devices.glob("nvidia*"))
        or any((devices / name).exists() for name in ("dxg", "kfd"))
    )


def driver(root: Path = Path("/")) -> str:
    """The version of the GPU's driver; empty if there is none, or if it is part of the system."""
    text = _read(root / "proc/driver/nvidia/version")
    if found := re.search(r"\d+\.\d+(\.\d+)?", text):
        return f"NVIDIA {found[0]}"
    # WSL2 uses the driver of Windows, mounted in a folder whose name changes with every version.
    packages = sorted(folder.name for folder in (root / _WSL).glob("nv*.inf_*"))
    if packages:
        return f"Windows {' '.join(packages)}"
    amd = _read(root / "sys/module/amdgpu/version").strip()
    return f"amdgpu {amd}" if amd else ""


def gpus(root: Path = Path("/")) -> tuple[str, ...]:
    """The models of the NVIDIA and AMD GPUs, from the kernel's drivers, sorted; none on WSL2 and macOS."""
    texts = (_read(file) for file in (root / "proc/driver/nvidia/gpus").glob("*/information"))
    models = [model[1].strip() for text in texts if (model := re.search(r"^Model:(.+)$", text, re.MULTILINE))]
    for file in (root / "sys/class/kfd/kfd/topology/nodes").glob("*/properties"):
        node = dict(re.findall(r"^(\w+) (\d+)$", _read(file), re.MULTILINE))
        if int(node.get("simd_count", 0)):  # a CPU is a node too, without SIMD units
            version, kind = int(node.get("gfx_target_version", 0)), int(node.get("device_id", 0))
            models.append(f"AMD gfx{version // 10000}{version // 100 % 100:x}{version % 100:x} ({kind:04x})")
    return tuple(sorted(models))


def identity(root: Path = Path("/")) -> tuple[str, ...]:
    """Everything that a framework's answers depend on: system, processor, driver and visible GPUs."""
    nodes = sorted(node.name for node in (root / "dev").glob("nvidia[0-9]*"))
    shown = (os.environ.get(name, "all") for name in SHOWN)
    # Metal's limit depends on the memory of the Mac. Elsewhere memory does not affect the GPU.
    memory = str(memory_mb()) if sys.platform == "darwin" else ""
    system = (sys.platform, platform.machine(), platform.release(), cpu(root), memory)
    return (*system, driver(root), *gpus(root), *nodes, *shown)


def cpu(root: Path = Path("/")) -> str:
    """The processor's name, or its architecture if the system gives no name."""
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string") or platform.machine()
    match = re.search(r"^model name\s*:\s*(.+)$", _read(root / "proc/cpuinfo"), re.MULTILINE)
    return match[1].strip() if match else platform.machine()


def memory_mb() -> int:
    """The memory in MB of this machine, or of this process's control group if that is less."""
    return limits.memory_bytes() >> 20


@cache
def _sysctl(name: str) -> str:
    with contextlib.suppress(OSError):
        done = subprocess.run(
            ["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, check=False, cwd="/"
        )
        return done.stdout.strip()
    return ""


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

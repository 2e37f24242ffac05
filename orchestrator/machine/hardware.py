"""What the system itself says of this machine's hardware: no framework is asked, and nothing is started but `sysctl` on a Mac."""

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

SHOWN = ("CUDA_VISIBLE_DEVICES", "NVIDIA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES", "ROCR_VISIBLE_DEVICES")
"""Variables by which a user, a container or a cluster shows a process some of the GPUs."""
_WSL = "usr/lib/wsl/drivers"


def signs(root: Path = Path("/")) -> bool:
    """Say whether the machine could have an accelerator at all: a Mac, an NVIDIA or AMD device, or WSL2's."""
    devices = root / "dev"
    return (
        sys.platform == "darwin"
        or any(devices.glob("nvidia*"))
        or any((devices / name).exists() for name in ("dxg", "kfd"))
    )


def driver(root: Path = Path("/")) -> str:
    """The version of the GPU's driver; empty where there is none, or where it is a part of the system."""
    text = _read(root / "proc/driver/nvidia/version")
    if found := re.search(r"\d+\.\d+(\.\d+)?", text):
        return f"NVIDIA {found[0]}"
    # In WSL2 the driver is Windows' own. It is mounted in a folder named after its package, which every version has anew.
    packages = sorted(folder.name for folder in (root / _WSL).glob("nv*.inf_*"))
    if packages:
        return f"Windows {' '.join(packages)}"
    amd = _read(root / "sys/module/amdgpu/version").strip()
    return f"amdgpu {amd}" if amd else ""


def gpus(root: Path = Path("/")) -> tuple[str, ...]:
    """The models of the NVIDIA and AMD GPUs that the kernel's drivers know, sorted; WSL2 and macOS name none here."""
    told = (_read(file) for file in (root / "proc/driver/nvidia/gpus").glob("*/information"))
    found = [model[1].strip() for text in told if (model := re.search(r"^Model:(.+)$", text, re.MULTILINE))]
    for file in (root / "sys/class/kfd/kfd/topology/nodes").glob("*/properties"):
        node = dict(re.findall(r"^(\w+) (\d+)$", _read(file), re.MULTILINE))
        if int(node.get("simd_count", 0)):  # a processor is a node too, without SIMD units
            version, kind = int(node.get("gfx_target_version", 0)), int(node.get("device_id", 0))
            found.append(f"AMD gfx{version // 10000}{version // 100 % 100:x}{version % 100:x} ({kind:04x})")
    return tuple(sorted(found))


def identity(root: Path = Path("/")) -> tuple[str, ...]:
    """What another answer of a framework could come from: system, processor, driver, GPUs, and which of them are shown."""
    nodes = sorted(node.name for node in (root / "dev").glob("nvidia[0-9]*"))
    shown = (os.environ.get(name, "all") for name in SHOWN)
    # What Metal may use follows from a Mac's memory; elsewhere a container's limit says nothing of a GPU.
    memory = str(memory_mb()) if sys.platform == "darwin" else ""
    return (sys.platform, platform.machine(), platform.release(), cpu(root), memory, driver(root), *gpus(root), *nodes, *shown)  # fmt: skip


def cpu(root: Path = Path("/")) -> str:
    """The processor's name; that of its kind where it has none."""
    if sys.platform == "darwin":
        return _sysctl("machdep.cpu.brand_string") or platform.machine()
    found = re.search(r"^model name\s*:\s*(.+)$", _read(root / "proc/cpuinfo"), re.MULTILINE)
    return found[1].strip() if found else platform.machine()


def memory_mb() -> int:
    """Memory in MB, of this machine or of the control group that this process lives in."""
    return limits.memory_bytes() >> 20


@cache
def _sysctl(name: str) -> str:
    with contextlib.suppress(OSError):
        told = subprocess.run(["/usr/sbin/sysctl", "-n", name], capture_output=True, text=True, check=False)
        return told.stdout.strip()
    return ""


def _read(file: Path) -> str:
    try:
        return file.read_text(encoding="utf-8", errors="replace")
    except OSError:
        return ""

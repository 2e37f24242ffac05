"""Meters of energy and of GPU memory: RAPL for the processor (Linux), NVML for NVIDIA's GPUs.

No package is needed: RAPL is files of the kernel, NVML a library of the driver. Both count the whole machine,
not this program. Apple's `powermetrics` needs root, so on a Mac no energy is read.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Protocol

POWERCAP = Path("/sys/class/powercap")


class Meter(Protocol):
    """A counter that only grows. `name` is its key in `energy_j`."""

    name: str

    def read(self) -> float:
        """Joules since some moment; `OSError` if it can no longer be read."""
        ...


class Rapl:
    """A processor's package, by its counter of microjoules, which starts again at its range."""

    def __init__(self, folder: Path) -> None:
        self.name = (folder / "name").read_text().strip()
        self._counter = folder / "energy_uj"
        self._range = int((folder / "max_energy_range_uj").read_text())
        self._last = self._total = 0
        self._last = self._value()

    def read(self) -> float:
        """Joules; right if it is read at least once in each range (minutes)."""
        now = self._value()
        self._total += (now - self._last) % (self._range + 1)
        self._last = now
        return self._total / 1e6

    def _value(self) -> int:
        return int(self._counter.read_text())


class Nvml:
    """NVIDIA's GPUs, by the driver's library; `OSError` if there is none."""

    def __init__(self, library: ctypes.CDLL | None = None) -> None:
        self._library = library or ctypes.CDLL("libnvidia-ml.so.1")
        count = ctypes.c_uint()
        if self._library.nvmlInit_v2() or self._library.nvmlDeviceGetCount_v2(ctypes.byref(count)):
            raise OSError("the NVIDIA driver does not answer")
        self._devices = [self._device(number) for number in range(count.value)]

    def meters(self) -> Iterator[Meter]:
        """A meter for each GPU that counts its energy: those since Volta."""
        for number, device in enumerate(self._devices):
            meter = _GpuEnergy(self._library, device, f"gpu{number}")
            with contextlib.suppress(OSError):
                meter.read()
                yield meter

    def used_memory(self) -> int:
        """Bytes in use on all GPUs, by whatever uses them."""
        return sum(self._used(device) for device in self._devices)

    def _device(self, number: int) -> ctypes.c_void_p:
        device = ctypes.c_void_p()
        if self._library.nvmlDeviceGetHandleByIndex_v2(ctypes.c_uint(number), ctypes.byref(device)):
            raise OSError(f"GPU {number} does not answer")
        return device

    def _used(self, device: ctypes.c_void_p) -> int:
        memory = (ctypes.c_ulonglong * 3)()  # nvmlMemory_t: total, free, used
        failed = self._library.nvmlDeviceGetMemoryInfo(device, ctypes.byref(memory))
        return 0 if failed else int(memory[2])


class _GpuEnergy:
    def __init__(self, library: ctypes.CDLL, device: ctypes.c_void_p, name: str) -> None:
        self.name = name
        self._library = library
        self._device = device

    def read(self) -> float:
        millijoules = ctypes.c_ulonglong()
        if self._library.nvmlDeviceGetTotalEnergyConsumption(self._device, ctypes.byref(millijoules)):
            raise OSError(f"{self.name} does not count its energy")
        return millijoules.value / 1e3


def nvml() -> Nvml | None:
    """NVIDIA's GPUs; None if the machine has none, or no driver."""
    try:
        return Nvml()
    except (OSError, AttributeError):  # no library, or one without these functions
        return None


def rapl(root: Path = POWERCAP) -> tuple[list[Meter], str]:
    """A meter for each processor, and why there is none."""
    if sys.platform == "darwin":
        return [], "processor energy: powermetrics needs root"
    folders = sorted(root.glob("intel-rapl:[0-9]*"))
    packages = [folder for folder in folders if folder.name.count(":") == 1]  # others are parts of these
    if not packages:
        return [], f"processor energy: no RAPL counters in {root}"
    try:
        return [Rapl(folder) for folder in packages], ""
    except PermissionError:
        return [], f"processor energy: only root may read {packages[0]}/energy_uj"
    except (OSError, ValueError) as error:
        return [], f"processor energy: {packages[0]} cannot be read: {error}"


def here(gpus: Nvml | None) -> tuple[Sequence[Meter], tuple[str, ...]]:
    """The meters of this machine, and a line for each that it lacks."""
    processors, why = rapl()
    of_gpus = list(gpus.meters()) if gpus else []
    return [*processors, *of_gpus], (why,) if why else ()

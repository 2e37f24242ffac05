"""Loads CUDA's libraries from Python packages by path, so that frameworks find them by name.

CTranslate2 opens `libcublas.so.12` by its name at its first matrix product. torch installs that library in a
package of NVIDIA's, in a folder that no loader searches, and loads it when it is imported. Recognition does
not import torch.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from pathlib import Path

CUBLAS = ("libcublasLt.so.12", "libcublas.so.12")
"""In this order: the second needs the first."""


def load_cublas(names: tuple[str, ...] = CUBLAS, places: list[str] | None = None) -> list[Path]:
    """Load the packaged cuBLAS into this process; returns the loaded files, none if no package has it."""
    loaded = []
    for name in names:
        for place in sys.path if places is None else places:
            file = Path(place) / "nvidia" / "cublas" / "lib" / name
            if file.is_file():
                with contextlib.suppress(OSError):  # CTranslate2 says itself what it cannot load
                    ctypes.CDLL(str(file), mode=ctypes.RTLD_GLOBAL)
                    loaded.append(file)
                break
    return loaded

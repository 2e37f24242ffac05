"""CUDA's libraries as they come in Python packages.

Loaded by path, so that a framework that asks for them by name finds them.

CTranslate2 opens `libcublas.so.12` by its bare name at its first product. torch brings that library in a
package of NVIDIA's, in a folder where no loader looks; it is found there only after torch itself has been
imported. Recognition does not import torch.
"""

from __future__ import annotations

import contextlib
import ctypes
import sys
from pathlib import Path

CUBLAS = ("libcublasLt.so.12", "libcublas.so.12")
"""In this order: the second needs the first."""


def load_cublas(names: tuple[str, ...] = CUBLAS, places: list[str] | None = None) -> list[Path]:
    """Load the packaged cuBLAS into this process.

    Returns what was loaded, nothing where no package has it (the system may).
    """
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

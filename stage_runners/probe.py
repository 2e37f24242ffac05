"""What an environment's own framework can use, tried by a small real computation: `python -P -m stage_runners.probe`.

Prints one JSON line: by device `why_not` (empty where it can be used), `name`, `memory_mb`, `compute_types`, `accelerator` (false where
the framework's device is this CPU) and `facts`. CTranslate2 counts its own CUDA devices; torch's answer proves nothing for it.
"""

from __future__ import annotations

import importlib.util
import json
from collections.abc import Callable
from typing import Any

Answer = dict[str, Any]


def main() -> int:
    """Ask every framework that is installed here, and print what they say."""
    asked: dict[str, Callable[[], Answer]] = {}
    if _has("ctranslate2") and _has("whisperx"):
        asked = {"cpu": _ctranslate2_cpu, "cuda": _ctranslate2_cuda}
    elif _has("torch"):
        asked = {"cuda": _torch_cuda}
    if _has("torch"):
        asked["mps"] = _torch_mps
    if _has("mlx"):
        asked = {"mlx": _mlx}
    print(json.dumps({device: _answer(ask) for device, ask in asked.items()}), flush=True)
    return 0


def _answer(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except Exception as error:  # whatever a framework raises is why it cannot be used
        return {"why_not": (str(error).strip() or type(error).__name__).splitlines()[0]}


def _has(name: str) -> bool:
    return importlib.util.find_spec(name) is not None


def _ctranslate2_cpu() -> Answer:
    import ctranslate2

    return {"compute_types": sorted(ctranslate2.get_supported_compute_types("cpu")), "accelerator": False}


def _ctranslate2_cuda() -> Answer:
    import ctranslate2
    import numpy as np

    if not ctranslate2.get_cuda_device_count():
        raise ValueError("CTranslate2 finds no CUDA device")
    ones = ctranslate2.StorageView.from_array(np.ones((8, 8), np.float32))
    back = ones.to_device(ctranslate2.Device.cuda).to_device(ctranslate2.Device.cpu)
    if float(np.asarray(back).sum()) != 64:
        raise ValueError("a copy to the device and back came out wrong")
    types = sorted(ctranslate2.get_supported_compute_types("cuda"))
    # CTranslate2 tells neither name nor memory; torch, which is beside it, does.
    try:
        return {**_torch_cuda(), "compute_types": types}
    except Exception:  # torch's trouble is not CTranslate2's
        return {"compute_types": types}


def _torch_cuda() -> Answer:
    import torch

    _multiplied("cuda")
    found = torch.cuda.get_device_properties(0)
    return {
        "name": found.name,
        "memory_mb": found.total_memory >> 20,
        "facts": {
            "capability": f"{found.major}.{found.minor}",
            "cuda": torch.version.cuda or "",
            "hip": torch.version.hip or "",
        },
    }


def _torch_mps() -> Answer:
    import torch

    if not torch.backends.mps.is_available():
        raise ValueError("torch finds no Metal device")
    _multiplied("mps")
    return {"memory_mb": int(torch.mps.recommended_max_memory()) >> 20}


def _multiplied(device: str) -> None:
    import torch

    ones = torch.ones(64, 64, device=device)
    if float((ones @ ones).sum().cpu()) != 64.0**3:
        raise ValueError("a product of two matrices came out wrong")


def _mlx() -> Answer:
    import mlx.core as mx

    if float(mx.matmul(mx.ones((64, 64)), mx.ones((64, 64))).sum()) != 64.0**3:
        raise ValueError("a product of two matrices came out wrong")
    if mx.default_device().type != mx.DeviceType.gpu:
        return {"accelerator": False, "compute_types": ["float32"]}
    told = mx.metal.device_info()
    return {
        "name": told.get("device_name", ""),
        "memory_mb": int(told.get("max_recommended_working_set_size", 0)) >> 20,
        "compute_types": ["bfloat16", "float16", "float32"],
    }


if __name__ == "__main__":
    raise SystemExit(main())

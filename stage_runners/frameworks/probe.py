"""Tests which devices a framework can use, by a small real computation.

`python -P -m stage_runners.frameworks.probe ctranslate2|torch|mlx|onnxruntime` prints a JSON line: by device
`why_not` (empty if it is usable), `name`, `memory_mb`, `compute_types`, `accelerator` (false if the device is
this CPU) and `facts`; of several GPUs for the first, with `cards`: the `name` and `memory_mb` of each. A
process that sees only one of the others probes that one. Each framework has its own process: a wrong library
kills the process, and libraries that torch has loaded hide what CTranslate2 lacks.
"""

from __future__ import annotations

import ctypes
import json
import sys
from collections.abc import Callable, Sequence
from typing import Any

from stage_runners.frameworks import cuda_libraries, probe_whisper

Answer = dict[str, Any]
TOLERANCE = 0.25
"""Maximum difference of a state of the probe's encoder (spread 1) from the CPU's in float32.

At most 0.05 in bfloat16 and 0.007 in float16 (the same network in torch, on a CPU), 0.002 in int8
(CTranslate2, on a CPU).
"""

_PRODUCT = bytes.fromhex(
    "0808120468616e643a420a110a01780a017812017922064d61744d756c1203746f795a130a0178120e0a0c080112080a"
    "0208400a02084062130a0179120e0a0c080112080a0208400a02084042040a001011"
)
"""A graph of ONNX (opset 17): the product of a 64 x 64 matrix of float32 with itself."""


def main(words: Sequence[str]) -> int:
    """Probe one framework, and print the result."""
    answers = {device: _answer(ask) for device, ask in FRAMEWORKS[words[0]].items()}
    if "cuda" in answers and len(found := _cards(words[0])) > 1:
        answers["cuda"]["cards"] = found
    print(json.dumps(answers), flush=True)
    return 0


def _answer(ask: Callable[[], Answer]) -> Answer:
    try:
        return ask()
    except Exception as error:  # whatever a framework raises is why it cannot be used
        return {"why_not": first_line(error)}


def first_line(error: Exception) -> str:
    """The first line of an error's message."""
    return (str(error).strip() or type(error).__name__).splitlines()[0]


def ctranslate2_cpu() -> Answer:
    """The compute types of this processor."""
    import ctranslate2

    return {"compute_types": sorted(ctranslate2.get_supported_compute_types("cpu")), "accelerator": False}


def ctranslate2_cuda() -> Answer:
    """CTranslate2's count of CUDA devices, a copy there and back, a small Whisper in each supported type."""
    import ctranslate2
    import numpy as np

    cuda_libraries.load_cublas()
    if not ctranslate2.get_cuda_device_count():
        raise ValueError("CTranslate2 finds no CUDA device")
    ones = ctranslate2.StorageView.from_array(np.ones((8, 8), np.float32))
    back = ones.to_device(ctranslate2.Device.cuda).to_device(ctranslate2.Device.cpu)
    if float(np.asarray(back).sum()) != 64:
        raise ValueError("data copied to the device and back has changed")
    types, refused = working(
        "cuda", sorted(ctranslate2.get_supported_compute_types("cuda")), probe_whisper.encode
    )
    return {"compute_types": types, **card(_library("libcuda.so.1")), "facts": refused}


def working(
    device: str, types: Sequence[str], encode: Callable[[str, str], Any]
) -> tuple[list[str], dict[str, str]]:
    """The compute types in which `encode(device, type)` equals the CPU's float32; ValueError if none."""
    import numpy as np

    right = encode("cpu", "float32")
    good, refused = [], {}
    for name in types:
        try:
            apart = np.abs(encode(device, name) - right).max()
        except Exception as error:  # as above: its own words are the reason
            refused[name] = first_line(error)
            continue
        if apart <= TOLERANCE:  # not so where it is no number
            good.append(name)
        else:
            refused[name] = f"a small Whisper came out wrong, by {apart:.2g}"
    if not good:
        raise ValueError(next(iter(refused.values()), "CTranslate2 supports no compute type on this device"))
    return good, refused


def card(library: Any) -> Answer:
    """Name and memory of the first GPU; empty without NVIDIA's driver."""
    return next(iter(cards(library)), {})


def cards(library: Any) -> list[Answer]:
    """Name and memory of each GPU, from NVIDIA's driver: CTranslate2 has neither, torch may not."""
    count = ctypes.c_int()
    if library is None or library.cuInit(0) or library.cuDeviceGetCount(ctypes.byref(count)):
        return []
    return [_card(library, number) for number in range(count.value)]


def _card(library: Any, number: int) -> Answer:
    device, memory, name = ctypes.c_int(), ctypes.c_size_t(), ctypes.create_string_buffer(256)
    if library.cuDeviceGet(ctypes.byref(device), number):
        return {}
    library.cuDeviceGetName(name, len(name), device)
    library.cuDeviceTotalMem_v2(ctypes.byref(memory), device)
    return {"name": name.value.decode(errors="replace"), "memory_mb": memory.value >> 20}


def _cards(framework: str) -> list[Answer]:
    """The GPUs that CUDA shows a framework, or HIP torch."""
    torch = sys.modules.get("torch") if framework == "torch" else None
    if torch is None or not torch.version.hip:
        return cards(_library("libcuda.so.1"))
    found = map(torch.cuda.get_device_properties, range(torch.cuda.device_count()))
    return [{"name": one.name, "memory_mb": one.total_memory >> 20} for one in found]


def _library(name: str) -> Any:
    try:
        return ctypes.CDLL(name)
    except OSError:
        return None


def torch_cuda() -> Answer:
    """Torch on CUDA, or on ROCm, which has the same name: a convolution and a product."""
    import torch

    try:
        _computed("cuda")
    except Exception as error:
        raise ValueError(first_line(error) + _built_for(torch)) from error
    properties = torch.cuda.get_device_properties(0)
    if torch.version.hip:
        facts = {"hip": torch.version.hip}
    else:
        facts = {"cuda": torch.version.cuda or "", "capability": f"{properties.major}.{properties.minor}"}
    return {
        "name": properties.name,
        "memory_mb": properties.total_memory >> 20,
        "compute_types": floating(bfloat16=torch.cuda.is_bf16_supported(including_emulation=False)),
        "facts": facts,
    }


def floating(*, bfloat16: bool) -> list[str]:
    """Torch's number formats on a GPU; one older than Ampere only emulates bfloat16, slowly."""
    return [*(["bfloat16"] if bfloat16 else []), "float16", "float32"]


def _built_for(torch: Any) -> str:
    """The GPU, and the GPUs that this torch has kernels for, if it sees a GPU but cannot compute on it."""
    if not torch.cuda.is_available():
        return ""
    name, has = torch.cuda.get_device_name(), "{}.{}".format(*torch.cuda.get_device_capability())
    return (
        f" ({name}: compute capability {has}; this torch is built for {' '.join(torch.cuda.get_arch_list())})"
    )


def torch_mps() -> Answer:
    """Torch on Apple's GPU."""
    import torch

    if not torch.backends.mps.is_available():
        raise ValueError("torch finds no Metal device")
    _computed("mps")
    return {"memory_mb": int(torch.mps.recommended_max_memory()) >> 20}


def _computed(device: str) -> None:
    """A product (cuBLAS, where that is) and a convolution (cuDNN) of ones, which give whole numbers."""
    import torch

    ones = torch.ones(64, 64, device=device)
    if float((ones @ ones).sum().cpu()) != 64.0**3:
        raise ValueError("a matrix product has a wrong result")
    sound = torch.nn.functional.conv1d(ones.reshape(1, 64, 64), torch.ones(8, 64, 3, device=device))
    if float(sound.sum().cpu()) != 8 * 62 * 64 * 3.0:
        raise ValueError("a convolution has a wrong result")


def mlx() -> Answer:
    """MLX's default device: Apple's GPU, or this processor."""
    import mlx.core as mx

    if float(mx.matmul(mx.ones((64, 64)), mx.ones((64, 64))).sum()) != 64.0**3:
        raise ValueError("a matrix product has a wrong result")
    device = mx.device_info()
    if mx.default_device().type != mx.DeviceType.gpu:
        return {"accelerator": False, "name": device.get("device_name", ""), "compute_types": ["float32"]}
    memory = (
        device.get("max_recommended_working_set_size")
        or device.get("memory_size")
        or device.get("total_memory")
    )
    return {
        "name": device.get("device_name", ""),
        "memory_mb": int(memory or 0) >> 20,
        "compute_types": ["bfloat16", "float16", "float32"],
        "facts": {"architecture": str(device.get("architecture", ""))},
    }


def onnxruntime_cuda() -> Answer:
    """The CUDA provider of onnxruntime: a product, which must not fall back to the processor."""
    import numpy as np
    import onnxruntime

    onnxruntime.preload_dlls()
    session = onnxruntime.InferenceSession(_PRODUCT, providers=["CUDAExecutionProvider"])
    if "CUDAExecutionProvider" not in session.get_providers():
        raise ValueError("onnxruntime cannot load its CUDA provider")
    ones = np.ones((64, 64), np.float32)
    if float(session.run(None, {"x": ones})[0].sum()) != 64.0**3:
        raise ValueError("a matrix product has a wrong result")
    return {"compute_types": ["float32"], **card(_library("libcuda.so.1"))}


FRAMEWORKS: dict[str, dict[str, Callable[[], Answer]]] = {
    "ctranslate2": {"cpu": ctranslate2_cpu, "cuda": ctranslate2_cuda},
    "torch": {"cuda": torch_cuda, "mps": torch_mps},
    "mlx": {"mlx": mlx},
    "onnxruntime": {"cuda": onnxruntime_cuda},
}

if __name__ == "__main__":
    raise SystemExit(main(sys.argv[1:]))

"""The number formats of Qwen3's networks by device.

They were trained in bfloat16, so that is what a GPU computes in; an NVIDIA GPU older than Ampere has no fast
bfloat16, and float16 overflows in networks that were not trained for it: such a GPU computes in float32. For
recognition planning decides so (`orchestrator.planning.compute_types`), for the format is part of the key.
"""

from __future__ import annotations

from typing import Any


def dtype_of(device: str, compute_type: str) -> Any:
    """Torch's type for a `--compute-type`; `default` depends on the device."""
    import torch

    known = {"bfloat16": torch.bfloat16, "float16": torch.float16, "float32": torch.float32}
    if compute_type in known:
        return known[compute_type]
    wanted = torch.float32 if device == "cpu" else torch.bfloat16
    if wanted is torch.bfloat16 and device == "cuda" and not torch.cuda.is_bf16_supported(False):
        return torch.float32
    return wanted

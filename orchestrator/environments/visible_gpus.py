"""The variables that show a process one GPU of several: it is then the only one, and `cuda` means it.

CUDA and HIP read them when a process first uses the GPU, so they hold for every framework, and what a stage
computes and records does not depend on the number. The user's own variables count: the numbers are of those
GPUs that they leave, in their order.
"""

from __future__ import annotations

from collections.abc import Mapping

_CUDA, _HIP = "CUDA_VISIBLE_DEVICES", "HIP_VISIBLE_DEVICES"


def only(number: int, environ: Mapping[str, str]) -> dict[str, str]:
    """The variables with which a process sees the GPU of this number alone, by number or identifier.

    On AMD's GPUs HIP reads its own variable, and CUDA's if that is not set. `ROCR_VISIBLE_DEVICES` stays: it
    is applied before, and HIP's numbers are of those that it leaves.
    """
    cuda = environ.get(_CUDA)
    hip = environ.get(_HIP, cuda)
    return {_CUDA: _entry(cuda, number), _HIP: _entry(hip, number)}


def _entry(listed: str | None, number: int) -> str:
    """The entry of this number in the user's list; without a list, the number itself."""
    entries = [entry.strip() for entry in (listed or "").split(",")] if listed else []
    return entries[number] if number < len(entries) else str(number)

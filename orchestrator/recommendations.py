"""What to run on which hardware: one table, each row with its reason.

Figures of memory are those that faster-whisper and WhisperX publish for large-v2 and large-v3 (4.5 GB in float16, 2.9 GB in int8 with
one window at a time, 6 GB and 4.5 GB with eight); what a row makes of them is a judgement.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.declaration import Backend
from orchestrator.machine import Answer, Machine


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """A Whisper model by name, a compute type and a batch size, each None where the stage has none; `why` is for people."""

    model: str | None = None
    compute_type: str | None = None
    batch_size: int | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """From `least` MB of memory on (of the device; of the machine where it is the CPU), and `cores` cores."""

    least: int
    give: Recommendation
    cores: int = 0


def _row(least: int, model: str, compute_type: str, batch: int, why: str, cores: int = 0) -> Row:
    return Row(
        least=least,
        give=Recommendation(model=model, compute_type=compute_type, batch_size=batch, why=why),
        cores=cores,
    )


_GB = 1000
"""Makers' gigabytes: a card of 10 GB tells 9.8 GiB."""

ASR: dict[str, tuple[Row, ...]] = {
    "cuda": (
        _row(22 * _GB, "large-v3", "float16", 24, "large-v3 takes 3 GB in float16 and some 0.3 GB a window"),
        _row(15 * _GB, "large-v3", "float16", 16, "large-v3 takes 3 GB in float16 and some 0.3 GB a window"),
        _row(9 * _GB, "large-v3", "float16", 8, "large-v3 with eight windows takes 6 GB in float16"),
        _row(
            6 * _GB - 500,
            "large-v3",
            "int8_float16",
            4,
            "large-v3 fits in int8: 2.9 GB, and some 0.2 GB a window",
        ),
        _row(
            4 * _GB - 500,
            "large-v3-turbo",
            "int8_float16",
            4,
            "turbo is half of large-v3, in int8 under 2 GB",
        ),
        _row(0, "small", "int8_float16", 4, "under 4 GB a small model leaves room for the display"),
    ),
    "mlx": (
        _row(20 * _GB, "large-v3", "float16", 8, "3 GB of weights leave room in 32 GB of shared memory"),
        _row(
            10 * _GB,
            "large-v3-turbo",
            "float16",
            8,
            "1.6 GB of weights, and several times as fast as large-v3",
        ),
        _row(0, "small", "float16", 4, "shared memory of 8 GB also holds the system and the player"),
    ),
    "cpu": (
        _row(15 * _GB, "small", "int8", 8, "eight cores read small faster than real time", cores=8),
        _row(0, "base", "int8", 8, "the embedded model: larger ones are slow without an accelerator"),
    ),
}
_WINDOWS: dict[tuple[str, str], tuple[tuple[int, int], ...]] = {
    ("pyannote_vad", "cuda"): ((8 * _GB, 128), (4 * _GB, 64), (0, 32)),
    ("pyannote_vad", "mps"): ((8 * _GB, 128), (4 * _GB, 64), (0, 32)),
    ("pyannote_vad", "mlx"): (
        (0, 64),
    ),  # half a gigabyte; the recurrence takes as many steps for 64 windows as for one
    ("diarization", "cuda"): ((8 * _GB, 128), (4 * _GB, 64), (0, 32)),
    ("diarization", "mps"): ((8 * _GB, 128), (4 * _GB, 64), (0, 32)),
    ("diarization", "mlx"): ((0, 32),),
}
"""Batch sizes of the voice networks by the memory of their accelerator: small networks, whose windows fill the device."""


def recommend(stage: str, backend: Backend, machine: Machine) -> Recommendation:
    """What to run `stage` with on `backend`; an empty recommendation where there is nothing to decide."""
    answer = machine.answer(backend.env, backend.device)
    memory = answer.memory_mb or machine.memory_mb
    device = backend.device if answer.accelerator else "cpu"
    if stage == "asr":
        for row in ASR[device]:
            if memory >= row.least and machine.cores >= row.cores:
                return _computable(row.give, answer)
    if sizes := _WINDOWS.get((stage, device)):
        return Recommendation(batch_size=next(size for least, size in sizes if memory >= least))
    return Recommendation()


def _computable(give: Recommendation, answer: Answer) -> Recommendation:
    """The recommendation in a compute type that the device can do: older GPUs have no float16, MLX on a CPU is slow in it."""
    can = answer.compute_types
    if not can or give.compute_type in can:
        return give
    for other in ("int8_float16", "int8_float32", "int8", "float16", "float32"):
        if other in can:
            why = f"{give.why}; {other}, since it has no {give.compute_type}"
            return Recommendation(model=give.model, compute_type=other, batch_size=give.batch_size, why=why)
    return give

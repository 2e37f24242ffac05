"""Recommends models, compute types and batch sizes by hardware: one table, each row with its reason.

Sources of the figures:

- large on CUDA: faster-whisper's README (large-v2, RTX 3070 Ti, beam of 5): 4.5 GB in float16, 2.9 GB in int8
  with one window, 6.1 GB and 4.5 GB with eight: 0.22 GB for each further window; large-v3-turbo: issue 1030
  (RTX 2080 Ti): 2.5 GB in float16, 1.5 GB in int8.
- small on a CPU: the same README (i7-12700K, 8 threads): 13 minutes in 1 min 42 s in int8, 1.5 GB; with eight
  windows 51 s, 3.6 GB.
- MLX: weights take two bytes a parameter. A window of large-v3 keeps 0.25 GB of keys and values of its sound
  and, with five beams, up to 0.37 GB of its text (layers x width x positions); of turbo, with 4 layers, an
  eighth. Metal recommends two thirds of 16 GB or 32 GB.
- diarization: pyannote's own batch size is 32; it then takes 1.8 GB as a rule, up to 12 GB in its last batch
  (pyannote-audio issue 1963).
- Parakeet: its weights take 0.7 GB in int8 and 2.5 GB in float32, by the sizes of the files; half of that in
  bfloat16. Its attention takes 10 MB for a window of 30 s.
- Qwen3-ASR 1.7B: its weights take 4.7 GB in bfloat16; the keys and values of a window of 28 s, at most 1100
  positions in 28 layers of 8 heads of 128, 0.13 GB. Without an aligner of the language on this disk its words
  have no times, so it is not taken then (`orchestrator.planning.choices`).

Which engine suits a language is not decided here but in `orchestrator.planning.engine_choice`.

Values between these figures are interpolated. The share of memory to use and the limits between rows are
judgements: these rows were not measured on these machines.
"""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass, replace

from ipc.declaration import Backend
from orchestrator.machine.answers import Answer
from orchestrator.machine.profile import Machine
from orchestrator.models import families
from orchestrator.planning import published


@dataclass(frozen=True, kw_only=True)
class Recommendation:
    """A model, a compute type and a batch size, each None if the stage has none.

    `why` is the reason, for the user.
    """

    model: str | None = None
    compute_type: str | None = None
    batch_size: int | None = None
    why: str = ""


@dataclass(frozen=True, kw_only=True)
class Row:
    """A recommendation, from `least` MB of memory and `cores` cores on.

    The memory is the device's; for the CPU, the machine's. `languages` are the only ones that it is for;
    empty for all.
    """

    least: int
    give: Recommendation
    cores: int = 0
    languages: frozenset[str] = frozenset()


def _asr(least: int, model: str, compute_type: str, batch: int, why: str, cores: int = 0) -> Row:
    give = Recommendation(model=model, compute_type=compute_type, batch_size=batch, why=why)
    return Row(least=least, give=give, cores=cores)


def _batch(least: int, size: int, why: str = "") -> Row:
    return Row(least=least, give=Recommendation(batch_size=size, why=why))


_EXACT = "float32"
_FILLED = "the windows are small: many at once fill the device"
_SEGMENTATION = (_batch(8000, 128, _FILLED), _batch(4000, 64, _FILLED), _batch(0, 32, "pyannote's own batch"))
_VOICES = (
    _batch(15000, 32, "pyannote's own batch, with which its pipeline can take 12 GB"),
    _batch(8000, 16, "half of pyannote's own batch, with which its pipeline can take 12 GB"),
    _batch(0, 8, "a quarter of pyannote's own batch, with which its pipeline can take 12 GB"),
)

_TURBO_ON_METAL = (
    "large-v3-turbo takes about 2.5 GB with eight windows; large-v3 would leave the system little memory"
)

TOPICS = {"recognition": "asr"}
"""The stage whose rows apply to all stages with a model of a role."""

# Manufacturers' gigabytes count 1000: a card of 10 GB reports 9.8 GiB, one of 24 GB 23.6.
TABLE: dict[tuple[str, str], tuple[Row, ...]] = {
    ("asr", "cuda"): (
        _asr(22000, "large-v3", "float16", 24, "large-v3 takes 10 GB in float16 with 24 windows"),
        _asr(15000, "large-v3", "float16", 16, "large-v3 takes 8 GB in float16 with 16 windows"),
        _asr(9000, "large-v3", "float16", 8, "large-v3 takes 6 GB in float16 with eight windows"),
        _asr(5500, "large-v3", "int8_float16", 4, "large-v3 takes 3.6 GB in int8 with four windows"),
        _asr(3500, "large-v3-turbo", "int8_float16", 4, "large-v3-turbo takes 1.5 GB in int8"),
        _asr(0, "small", "int8_float16", 4, "large-v3-turbo would leave no memory for the display"),
    ),
    ("asr", "mlx"): (
        _asr(20000, "large-v3", "float16", 8, "large-v3 takes 8 GB of shared memory with eight windows"),
        _asr(10000, "large-v3-turbo", "float16", 8, _TURBO_ON_METAL),
        _asr(0, "small", "float16", 4, "small takes 1 GB of shared memory with four windows"),
    ),
    ("asr", "cpu"): (
        _asr(15000, "small", "int8", 8, "on eight cores, small is faster than real time", cores=8),
        _asr(0, "base", "int8", 8, "the embedded model: larger ones are slow without an accelerator"),
    ),
    ("pyannote_vad", "cuda"): _SEGMENTATION,
    ("pyannote_vad", "mps"): _SEGMENTATION,
    # Measured on a CPU: half a gigabyte. The recurrence takes as many steps for 64 windows as for one.
    ("pyannote_vad", "mlx"): (_batch(0, 64, _FILLED),),
    ("diarization", "cuda"): _VOICES,
    ("diarization", "mps"): _VOICES,
    ("diarization", "mlx"): (_batch(0, 32, "pieces of 1.5 s, half a gigabyte"),),
}  # fmt: skip

_PARAKEET = "parakeet-tdt-0.6b-v3"
_QWEN = _asr(9000, "qwen3-asr-1.7b", "bfloat16", 8, "Qwen3-ASR takes 6 GB in bfloat16 with eight windows")
"""For Chinese and Cantonese alone: there large-v3 has 1.7 and 2.3 times its errors in its authors' own table.
In other languages the two differ by less than two sources do about large-v3."""
OTHER_ENGINES: dict[tuple[str, str], tuple[Row, ...]] = {
    ("parakeet", "cuda"): (
        _asr(5500, _PARAKEET, "float32", 16, "Parakeet takes 3 GB in float32"),
        _asr(3500, _PARAKEET, "float32", 4, "Parakeet takes 3 GB in float32"),
    ),
    ("parakeet", "mlx"): (
        _asr(0, _PARAKEET, "bfloat16", 8, "Parakeet takes 1.5 GB of shared memory in bfloat16"),
    ),
    ("parakeet", "cpu"): (
        _asr(3500, _PARAKEET, "int8", 4, "in int8 on a processor it is six times as fast as large-v3-turbo"),
    ),
    ("qwen3-asr", "cuda"): (replace(_QWEN, languages=frozenset({"yue", "zh"})),),
}
"""The rows of engines other than Whisper, by family of models and device. A machine with less gets none."""


def recommend(stage: str, backend: Backend, machine: Machine, language: str = "") -> Recommendation:
    """The recommendation for `stage` on `backend`; empty if there is nothing to decide.

    For recognition it is the best model of the backend's engine for `language` (a code; empty if unknown).
    """
    answer = machine.likely(backend)
    device = backend.device if answer.accelerator else "cpu"
    memory, unknown = _memory(device, answer, machine)
    for row in _rows(stage, backend, device, language):
        give = _computable(row.give, answer, _formats(backend, device))
        twice = give.compute_type == "float32" and row.give.compute_type != "float32"
        if machine.cores >= row.cores and memory >= row.least * (1 + (twice and device == "cuda")):
            return replace(give, why=f"{give.why}; {unknown}") if unknown else give
    return Recommendation()


def _rows(stage: str, backend: Backend, device: str, language: str) -> tuple[Row, ...]:
    """The rows of the engine of `backend` that have a model for `language`."""
    if not backend.families or "whisper" in backend.families:
        return TABLE.get((stage, device), ())
    rows = (row for family in backend.families for row in OTHER_ENGINES.get((family, device), ()))
    return tuple(
        row
        for row in rows
        if (not language or published.error(row.give.model or "", language))
        and (not row.languages or language in row.languages)
    )


def _memory(device: str, answer: Answer, machine: Machine) -> tuple[int, str]:
    """Memory in MB that the device may use, and a remark if the device does not report it."""
    if device == "cpu":
        return machine.memory_mb, ""
    if answer.memory_mb:
        return answer.memory_mb, ""
    if device == "cuda":
        return 0, "its memory size is unknown"
    return machine.memory_mb * 2 // 3, "Metal's memory limit is unknown, assumed to be two thirds"


def format_of(own: Sequence[str], answered: Collection[str]) -> str:
    """The number format of a family, of its `own` with the default first, on a device that `answered` so.

    Without the default it is float32: what every device computes in, and what no network overflows in.
    """
    can = [one for one in own if one in answered] or own
    return own[0] if own[0] in can else _EXACT if _EXACT in can else can[0]


def _formats(backend: Backend, device: str) -> tuple[str, ...]:
    """The number formats of the families of `backend` that have their own on `device`, the default first."""
    members = [one for one in families.ROLES["recognition"] if one.name in backend.families]
    return tuple(kind for member in members for kind in member.compute_types.get(device, ()))


def _computable(give: Recommendation, answer: Answer, own: Sequence[str]) -> Recommendation:
    """The recommendation in a compute type that the device supports: older GPUs have no float16.

    In a family with its `own`, it is the one that `orchestrator.planning.compute_types` takes.
    """
    can = answer.compute_types
    if give.compute_type is None or not can or give.compute_type in can:
        return give
    if own:
        can = (format_of(own, can),)
    for other in ("int8_float16", "int8_float32", "int8", "float16", "float32"):
        if other in can:
            why = f"{give.why}; {other}, because it does not support {give.compute_type}"
            return replace(give, compute_type=other, why=why)
    return give

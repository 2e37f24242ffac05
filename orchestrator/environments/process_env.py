"""Every variable that a stage's process gets from us, or is kept from it, each with its reason."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from orchestrator.util.redact import secret_name

SCRUBBED = ("PYTHONPATH", "PYTHONHOME", "PYTHONSTARTUP", "PYTHONDONTWRITEBYTECODE", "PYTHONWARNINGS", "VIRTUAL_ENV",
            "CONDA_PREFIX", "__PYVENV_LAUNCHER__")  # fmt: skip
"""Variables that would let another Python's packages or settings into a stage, or cost it its byte code."""

MANNERS = {
    "PYTHONNOUSERSITE": "1",  # what a user once installed with pip --user must not shadow what is locked
    "PYTHONUNBUFFERED": "1",  # a stage that is killed leaves what it said in its log
    "PYTHONHASHSEED": "0",  # IndicTransToolkit numbers its placeholders in the order of a set
    "PYTHONUTF8": "1",  # film titles are not ASCII, whatever the locale of a service or a cron job says
    "TOKENIZERS_PARALLELISM": "false",  # the tokenizers library warns, or hangs, when a process forks after using it
    "HF_HUB_DISABLE_TELEMETRY": "1",  # what is watched here is nobody's business
    "PYANNOTE_METRICS_ENABLED": "0",  # the same: pyannote.audio 4 reports its use unless told not to
    "OMP_WAIT_POLICY": "PASSIVE",  # two torch stages side by side otherwise spin each other to a halt
    "GOMP_SPINCOUNT": "0",  # the same, for the OpenMP runtime that torch's Linux wheels bundle
}
"""The user's own value of these gives way: a stage must do the same on every machine."""

NO_FETCHING = {
    "HF_HUB_OFFLINE": "1",  # models are had before a run starts: a stage that asks the Hub in hour two is a bug
}
THREADS = (
    "OMP_NUM_THREADS",  # torch, CTranslate2 and scikit-learn on Linux
    "MKL_NUM_THREADS",  # torch's and CTranslate2's products of matrices on Intel
    "OPENBLAS_NUM_THREADS",  # numpy, scipy and MLX on Linux
    "VECLIB_MAXIMUM_THREADS",  # Accelerate, numpy's on macOS
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",  # mlx-whisper's time warping
)
"""Each library has a pool of its own: all get what the stage leased, or two stages side by side oversubscribe the cores."""

_OF_THE_HUB = ("HF_", "HUGGING_FACE_", "HUGGINGFACE_")
_HIGH, _LOW = "PYTORCH_MPS_HIGH_WATERMARK_RATIO", "PYTORCH_MPS_LOW_WATERMARK_RATIO"
_BLAS = ("/usr/lib/*-linux-gnu/openblas-pthread/libopenblas.so.0", "/usr/lib64/libopenblasp.so.0")


def environment(
    bin_folder: Path,
    environ: Mapping[str, str],
    extra: Mapping[str, str] | None = None,
    *,
    fetching: bool = False,
) -> dict[str, str]:
    """The variables of a process in the environment of `bin_folder`: the user's, scrubbed, with our settings, then `extra`.

    Only a process that is `fetching` a model gets the user's token for the Hub and may ask it: what a stage does not have, it
    cannot leak into a log or a core dump.
    """
    kept = {
        name: value
        for name, value in environ.items()
        if name not in SCRUBBED
        and not name.startswith("UV_")
        and (not secret_name(name) or (fetching and name.startswith(_OF_THE_HUB)))
    }
    path = [str(bin_folder), *([kept["PATH"]] if kept.get("PATH") else [])]
    return {**kept, "PATH": ":".join(path), **MANNERS, **({} if fetching else NO_FETCHING), **(extra or {})}


def for_worker(env: str, device: str, threads: int, environ: Mapping[str, str]) -> dict[str, str]:
    """What a worker gets besides: its threads, and what its framework needs on `device`."""
    found = dict.fromkeys(THREADS, str(threads))
    if device == "mps":
        found["PYTORCH_ENABLE_MPS_FALLBACK"] = (
            "1"  # an operation that Metal lacks runs on the CPU instead of failing
        )
        found |= _watermarks(environ)
    if env == "mlx":
        found["MLX_ENABLE_TF32"] = "0"  # newer GPUs round float32 products to ten bits unless told not to
    if env == "mlx" and sys.platform == "linux" and "LD_PRELOAD" not in environ and (blas := _openblas()):
        found["LD_PRELOAD"] = blas  # MLX's own BLAS for Linux takes four times as long
    return found


def _watermarks(environ: Mapping[str, str]) -> dict[str, str]:
    """Hold torch to the memory that Metal recommends; the user's own values win.

    torch's default of 1.7 times that is more than a Mac has: it swaps instead of failing, and a smaller batch is never
    tried. The low mark must lie below the high one, or torch refuses both.
    """
    high = environ.get(_HIGH) or "1.0"
    try:
        low = min(0.9, float(high))
    except ValueError:
        return {}  # torch itself says what is wrong with it
    return {_HIGH: high, _LOW: environ.get(_LOW) or f"{low:g}"}


def _openblas() -> str:
    """The system's OpenBLAS with threads; empty where there is none."""
    return next((str(path) for pattern in _BLAS for path in sorted(Path("/").glob(pattern[1:]))), "")

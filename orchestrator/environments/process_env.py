"""The environment variables of a stage's process: which are removed, which are set, and why."""

from __future__ import annotations

import sys
from collections.abc import Mapping
from pathlib import Path

from orchestrator.surroundings import current_folder
from orchestrator.util.redact import secret_name

_ANOTHER_PYTHON = ("PYTHON", "VIRTUAL_ENV", "CONDA_", "__PYVENV_LAUNCHER__", "PIP_", "UV_")
_THREAD_POOLS = ("OMP_", "GOMP_", "KMP_", "MKL_", "OPENBLAS_", "BLIS_", "NUMEXPR_", "NUMBA_")
_FRAMEWORKS = (
    "TORCH", "PYTORCH_", "ATEN_", "TRANSFORMERS_",
    "USE_TORCH", "USE_TF", "USE_JAX", "USE_FLAX",  # transformers would do without the frameworks it needs
    "MPLBACKEND",  # a notebook's backend, which no stage has: matplotlib could not be imported
    "HF_HUB_ENABLE_HF_TRANSFER",  # a package that the environments lack: downloads would fail
    "FFREPORT", "AV_LOG_FORCE_",  # ffmpeg would write files into the current folder, or colours into messages
)  # fmt: skip
REMOVED = (*_ANOTHER_PYTHON, *_THREAD_POOLS, *_FRAMEWORKS)
"""Beginnings of variables that are meant for other programs.

They would add packages to a stage, stop it at its start (`PYTHONOPTIMIZE=2`, `TORCH_LOGS=x`), or change its
results. What concerns the machine (`CUDA_VISIBLE_DEVICES`, `LD_LIBRARY_PATH`, proxies) stays.
"""
KEPT = ("PYTORCH_MPS_HIGH_WATERMARK_RATIO", "PYTORCH_MPS_LOW_WATERMARK_RATIO", "PYTORCH_CUDA_ALLOC_CONF",
        "PYTORCH_ALLOC_CONF")  # fmt: skip
"""Variables with such a beginning that concern the machine's memory."""
PATHS = ("ORCHESTRATOR_FFMPEG", "SSL_CERT_FILE", "REQUESTS_CA_BUNDLE", "CURL_CA_BUNDLE")
"""Variables with a path, which may be relative to the current folder. A stage has another one."""

SETTINGS = {
    "PYTHONNOUSERSITE": "1",  # packages of pip --user must not shadow the locked ones
    "PYTHONUNBUFFERED": "1",  # the log of a killed stage is complete
    "PYTHONHASHSEED": "0",  # IndicTransToolkit numbers its placeholders in the order of a set
    "PYTHONUTF8": "1",  # film titles are not ASCII, but the locale of a service or a cron job may be
    "TOKENIZERS_PARALLELISM": "false",  # the tokenizers library warns or hangs if it is used before a fork
    "HF_HUB_DISABLE_TELEMETRY": "1",  # privacy
    "PYANNOTE_METRICS_ENABLED": "0",  # privacy: pyannote.audio 4 reports its use by default
    "TORCH_FORCE_WEIGHTS_ONLY_LOAD": "1",  # a pickled checkpoint must not run code, whoever loads it
    "OMP_WAIT_POLICY": "PASSIVE",  # otherwise two torch stages in parallel slow each other down by spinning
    "GOMP_SPINCOUNT": "0",  # the same, for the OpenMP runtime in torch's Linux wheels
}
"""These override the user's values, so that a stage behaves the same on every machine."""

NO_DOWNLOADS = {
    "HF_HUB_OFFLINE": "1",  # models are downloaded before a run starts; a stage that needs the Hub is a bug
}
THREADS = (
    "OMP_NUM_THREADS",  # torch, CTranslate2 and scikit-learn on Linux
    "MKL_NUM_THREADS",  # torch and CTranslate2 on Intel
    "OPENBLAS_NUM_THREADS",  # numpy, scipy and MLX on Linux
    "VECLIB_MAXIMUM_THREADS",  # numpy on macOS
    "NUMEXPR_NUM_THREADS",
    "NUMBA_NUM_THREADS",  # mlx-whisper's time warping
)
"""Each library has its own thread pool.

All get the stage's number of threads, so that cores are not oversubscribed.
"""

_MLX = ("mlx", "parakeet-mlx")
"""The environments that compute with MLX."""
_TUNABLES, _HUGE_PAGES = "GLIBC_TUNABLES", "glibc.malloc.hugetlb"
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
    """The variables of a process in the environment of `bin_folder`: the user's, `SETTINGS` and `extra`.

    Only a process that is `fetching` a model gets the user's token for the Hub, so that no stage can leak it
    into a log or a core dump.
    """
    inherited = {
        name: value
        for name, value in environ.items()
        if (name in KEPT or not name.startswith(REMOVED))
        and (not secret_name(name) or (fetching and name.startswith(_OF_THE_HUB)))
    }
    for name in PATHS:
        if "/" in inherited.get(name, ""):
            inherited[name] = _whole(inherited[name])
    path = [str(bin_folder), *map(_whole, filter(None, inherited.get("PATH", "").split(":")))]
    return {
        **inherited,
        "PATH": ":".join(path),
        **SETTINGS,
        **({} if fetching else NO_DOWNLOADS),
        **(extra or {}),
    }


def for_worker(env: str, device: str, threads: int, environ: Mapping[str, str]) -> dict[str, str]:
    """Additional variables of a worker: its threads, and the settings of its framework on `device`."""
    variables = dict.fromkeys(THREADS, str(threads))
    if device == "mps":
        # An operation that Metal lacks runs on the CPU instead of failing.
        variables["PYTORCH_ENABLE_MPS_FALLBACK"] = "1"
        variables |= _watermarks(environ)
    if sys.platform == "linux":
        variables |= _huge_pages(environ)
    if env in _MLX:
        variables["MLX_ENABLE_TF32"] = "0"  # by default newer GPUs round float32 products to ten bits
    if env in _MLX and sys.platform == "linux" and "LD_PRELOAD" not in environ and (blas := _openblas()):
        variables["LD_PRELOAD"] = blas  # MLX's BLAS for Linux takes four times as long
    return variables


def _whole(path: str) -> str:
    folder = current_folder.here()
    return str(folder / path) if folder else path


def _watermarks(environ: Mapping[str, str]) -> dict[str, str]:
    """Limit torch to the memory that Metal recommends, unless the user sets other values.

    torch's default is 1.7 times as much, which is more than a Mac has: it would swap, and a smaller batch
    would never be tried. torch rejects a low watermark above the high one.
    """
    high = environ.get(_HIGH) or "1.0"
    try:
        low = min(0.9, float(high))
    except ValueError:
        return {}  # torch reports the invalid value
    return {_HIGH: high, _LOW: environ.get(_LOW) or f"{low:g}"}


def _huge_pages(environ: Mapping[str, str]) -> dict[str, str]:
    """Ask the kernel for pages of 2 MB, unless the user does otherwise.

    A network takes memory for each of its layers and gives it back. In pages of 4 KB that took a quarter of
    the time of Whisper's encoder. glibc knows this from 2.35 on; older ones ignore it, as do other libraries.
    """
    set_already = environ.get(_TUNABLES, "")
    if _HUGE_PAGES in set_already:
        return {}
    return {_TUNABLES: ":".join(filter(None, (set_already, f"{_HUGE_PAGES}=1")))}


def _openblas() -> str:
    """The path of the system's OpenBLAS with threads; empty if it is not installed."""
    return next((str(path) for pattern in _BLAS for path in sorted(Path("/").glob(pattern[1:]))), "")

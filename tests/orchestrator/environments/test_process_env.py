"""The variables that a stage's process gets, and those that are removed."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest

from orchestrator.environments import process_env, registry

BIN = Path("/env/bin")
SECRETS = {
    "HF_TOKEN": "hf_secret",
    "HUGGING_FACE_HUB_TOKEN": "hf_other",
    "TMDB_API_KEY": "secret",
    "DB_PASSWORD": "secret",
}


def test_a_stage_gets_no_secret_and_runs_offline():
    given = process_env.environment(BIN, {**SECRETS, "HOME": "/home/ada", "TOKENIZERS_PARALLELISM": "true"})
    assert not SECRETS.keys() & given.keys()
    assert given["HF_HUB_OFFLINE"] == "1"
    assert given["HOME"] == "/home/ada"
    assert given["TOKENIZERS_PARALLELISM"] == "false"


def test_a_download_of_a_model_gets_the_token():
    given = process_env.environment(BIN, SECRETS, fetching=True)
    assert given["HF_TOKEN"] == SECRETS["HF_TOKEN"]
    assert "HF_HUB_OFFLINE" not in given
    assert "TMDB_API_KEY" not in given


def test_settings_of_another_python_are_removed():
    given = process_env.environment(
        BIN, {"PYTHONPATH": "/x", "VIRTUAL_ENV": "/y", "UV_INDEX": "z", "PATH": "/usr/bin"}
    )
    assert not {"PYTHONPATH", "VIRTUAL_ENV", "UV_INDEX"} & given.keys()
    assert given["PATH"] == "/env/bin:/usr/bin"


def test_no_loader_of_a_stage_can_unpickle_code():
    given = process_env.environment(BIN, {"TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD": "1"})
    assert given["TORCH_FORCE_WEIGHTS_ONLY_LOAD"] == "1"
    assert "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD" not in given


def test_every_thread_pool_gets_the_stage_s_threads():
    given = process_env.for_worker("pyannote", "cpu", 3, {})
    assert {given[name] for name in process_env.THREADS} == {"3"}


def test_torch_on_metal_is_limited_to_the_recommended_memory_unless_the_user_sets_it():
    given = process_env.for_worker("pyannote", "mps", 4, {})
    assert given["PYTORCH_ENABLE_MPS_FALLBACK"] == "1"
    assert (given["PYTORCH_MPS_HIGH_WATERMARK_RATIO"], given["PYTORCH_MPS_LOW_WATERMARK_RATIO"]) == (
        "1.0",
        "0.9",
    )
    variables = process_env.for_worker("pyannote", "mps", 4, {"PYTORCH_MPS_HIGH_WATERMARK_RATIO": "0.5"})
    assert (variables["PYTORCH_MPS_HIGH_WATERMARK_RATIO"], variables["PYTORCH_MPS_LOW_WATERMARK_RATIO"]) == (
        "0.5",
        "0.5",
    )
    assert "PYTORCH_MPS_HIGH_WATERMARK_RATIO" not in process_env.for_worker("pyannote", "cpu", 4, {})


@pytest.mark.skipif(sys.platform != "linux", reason="MLX brings its own BLAS on Linux only")
def test_mlx_on_linux_uses_the_system_s_blas_if_installed(monkeypatch):
    monkeypatch.setattr(process_env, "_openblas", lambda: "/usr/lib/libopenblas.so.0")
    assert process_env.for_worker("mlx", "mlx", 2, {})["LD_PRELOAD"] == "/usr/lib/libopenblas.so.0"
    assert "LD_PRELOAD" not in process_env.for_worker("mlx", "mlx", 2, {"LD_PRELOAD": "mine.so"})
    assert "LD_PRELOAD" not in process_env.for_worker("pyannote", "cpu", 2, {})


@pytest.mark.skipif(sys.platform != "linux", reason="glibc's settings")
def test_large_blocks_are_taken_in_huge_pages_and_the_user_s_settings_of_glibc_stay():
    name, huge = "GLIBC_TUNABLES", "glibc.malloc.hugetlb"
    assert process_env.for_worker("whisperx", "cpu", 2, {})[name] == f"{huge}=1"
    others = {name: "glibc.malloc.arena_max=2"}
    assert process_env.for_worker("whisperx", "cpu", 2, others)[name] == f"{others[name]}:{huge}=1"
    assert name not in process_env.for_worker("whisperx", "cpu", 2, {name: f"{huge}=0"})


ASK = """
import json, sys
found = {}
if "torch" in sys.argv:
    import torch
    found["torch"] = torch.get_num_threads()
import numpy, threadpoolctl
found["pools"] = [pool["num_threads"] for pool in threadpoolctl.threadpool_info()]
print(json.dumps(found))
"""


@pytest.mark.env("pyannote")
def test_the_real_libraries_use_the_given_number_of_threads():
    import json
    import subprocess

    variables = process_env.for_worker("pyannote", "cpu", 1, {})
    done = subprocess.run(
        [registry.python("pyannote"), "-P", "-c", ASK, "torch"],
        env=registry.child_environment("pyannote", variables),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    answer = json.loads(done.stdout)
    assert answer["torch"] == 1
    assert set(answer["pools"]) == {1}


@pytest.mark.parametrize(
    "name",
    ["PYTHONOPTIMIZE", "PYTHONINSPECT", "PYTHONIOENCODING", "PYTHONFUTURE", "CONDA_EXE", "OMP_PLACES",
     "KMP_AFFINITY", "MKL_THREADING_LAYER", "TORCH_LOGS", "TORCH_FORCE_NO_WEIGHTS_ONLY_LOAD", "MPLBACKEND",
     "USE_TORCH", "FFREPORT", "AV_LOG_FORCE_COLOR"],
)  # fmt: skip
def test_a_variable_that_is_meant_for_another_program_does_not_reach_a_stage(name):
    assert name not in process_env.environment(BIN, {name: "1"})


@pytest.mark.parametrize(
    "name",
    ["CUDA_VISIBLE_DEVICES", "LD_LIBRARY_PATH", "LD_PRELOAD", "PYTORCH_CUDA_ALLOC_CONF", "https_proxy"],
)
def test_a_variable_about_the_machine_reaches_a_stage(name):
    assert process_env.environment(BIN, {name: "1"})[name] == "1"


def test_relative_paths_are_made_whole_because_a_stage_has_another_current_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    given = process_env.environment(BIN, {"PATH": "bin::/usr/bin", "ORCHESTRATOR_FFMPEG": "./ffmpeg"})
    assert given["PATH"] == f"/env/bin:{tmp_path}/bin:/usr/bin"
    assert given["ORCHESTRATOR_FFMPEG"] == f"{tmp_path}/ffmpeg"
    assert (
        process_env.environment(BIN, {"ORCHESTRATOR_FFMPEG": "ffmpeg6"})["ORCHESTRATOR_FFMPEG"] == "ffmpeg6"
    )

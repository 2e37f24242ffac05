"""What a stage's process is told by its variables, and what is kept from it."""

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


def test_a_stage_gets_no_secret_and_cannot_ask_the_hub():
    given = process_env.environment(BIN, {**SECRETS, "HOME": "/home/ada", "TOKENIZERS_PARALLELISM": "true"})
    assert not SECRETS.keys() & given.keys()
    assert given["HF_HUB_OFFLINE"] == "1"
    assert given["HOME"] == "/home/ada"
    assert given["TOKENIZERS_PARALLELISM"] == "false"


def test_what_fetches_a_model_gets_the_token():
    given = process_env.environment(BIN, SECRETS, fetching=True)
    assert given["HF_TOKEN"] == SECRETS["HF_TOKEN"]
    assert "HF_HUB_OFFLINE" not in given
    assert "TMDB_API_KEY" not in given


def test_another_python_s_settings_stay_outside():
    given = process_env.environment(
        BIN, {"PYTHONPATH": "/x", "VIRTUAL_ENV": "/y", "UV_INDEX": "z", "PATH": "/usr/bin"}
    )
    assert not {"PYTHONPATH", "VIRTUAL_ENV", "UV_INDEX"} & given.keys()
    assert given["PATH"] == "/env/bin:/usr/bin"


def test_every_pool_of_threads_gets_what_the_stage_leased():
    given = process_env.for_worker("pyannote", "cpu", 3, {})
    assert {given[name] for name in process_env.THREADS} == {"3"}


def test_torch_on_metal_is_held_to_the_recommended_memory_and_the_user_s_own_value_wins():
    given = process_env.for_worker("pyannote", "mps", 4, {})
    assert given["PYTORCH_ENABLE_MPS_FALLBACK"] == "1"
    assert (given["PYTORCH_MPS_HIGH_WATERMARK_RATIO"], given["PYTORCH_MPS_LOW_WATERMARK_RATIO"]) == (
        "1.0",
        "0.9",
    )
    own = process_env.for_worker("pyannote", "mps", 4, {"PYTORCH_MPS_HIGH_WATERMARK_RATIO": "0.5"})
    assert (own["PYTORCH_MPS_HIGH_WATERMARK_RATIO"], own["PYTORCH_MPS_LOW_WATERMARK_RATIO"]) == ("0.5", "0.5")
    assert "PYTORCH_MPS_HIGH_WATERMARK_RATIO" not in process_env.for_worker("pyannote", "cpu", 4, {})


@pytest.mark.skipif(sys.platform != "linux", reason="MLX brings its own BLAS on Linux only")
def test_mlx_on_linux_takes_the_system_s_blas_where_there_is_one(monkeypatch):
    monkeypatch.setattr(process_env, "_openblas", lambda: "/usr/lib/libopenblas.so.0")
    assert process_env.for_worker("mlx", "mlx", 2, {})["LD_PRELOAD"] == "/usr/lib/libopenblas.so.0"
    assert "LD_PRELOAD" not in process_env.for_worker("mlx", "mlx", 2, {"LD_PRELOAD": "mine.so"})
    assert "LD_PRELOAD" not in process_env.for_worker("pyannote", "cpu", 2, {})


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
def test_the_real_libraries_take_the_threads_that_they_are_given():
    import json
    import subprocess

    own = process_env.for_worker("pyannote", "cpu", 1, {})
    done = subprocess.run(
        [registry.python("pyannote"), "-P", "-c", ASK, "torch"], env=registry.child_environment("pyannote", own),
        capture_output=True, text=True, check=True,
    )  # fmt: skip
    found = json.loads(done.stdout)
    assert found["torch"] == 1
    assert set(found["pools"]) == {1}

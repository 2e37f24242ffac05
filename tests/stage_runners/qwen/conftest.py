"""The small Qwen3 models, made once for all tests."""

from __future__ import annotations

import pytest

from tests.once import once
from tests.stage_runners import processes


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """The folder of `asr`, `asr-hf`, `aligner` and `aligner-hf`."""

    def make(folder):
        done = processes.run("qwen", "tests.stage_runners.qwen.folders", folder)
        assert done.returncode == 0, done.stderr

    return once(tmp_path_factory, "qwen-models", make)

"""The small Qwen3 models."""

from __future__ import annotations

import pytest

from tests.stage_runners.qwen import small_models


@pytest.fixture(scope="session")
def models(tmp_path_factory):
    """The folder of `asr`, `asr-hf`, `aligner` and `aligner-hf`."""
    return small_models.made(tmp_path_factory)

"""The small Qwen3 models, made once for all tests: of the stages, and of the whole program."""

from __future__ import annotations

from tests.once import once
from tests.stage_runners import processes


def made(folders):
    """The folder of `asr`, `asr-hf`, `aligner` and `aligner-hf`, to be read only."""

    def make(folder):
        done = processes.run("qwen", "tests.stage_runners.qwen.folders", folder)
        assert done.returncode == 0, done.stderr

    return once(folders, "qwen-models", make)

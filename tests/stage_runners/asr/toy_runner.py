"""The stage's runner, with the toy engine's line in the registry."""

from stage_runners.asr import engines
from stage_runners.asr.runner import STAGE, load, run

__all__ = ["STAGE", "load", "run"]

engines.ENGINES["toy"] = "tests.stage_runners.asr.toy_engine"

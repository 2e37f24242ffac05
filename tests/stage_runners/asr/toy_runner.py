"""The stage's runner, with the toy engine's line in the registry."""

from stage_runners.asr import engines
from stage_runners.asr.runner import STAGE, load, run
from tests.stage_runners.asr import toy_engine

__all__ = ["STAGE", "load", "run"]

engines.ENGINES["toy"] = toy_engine

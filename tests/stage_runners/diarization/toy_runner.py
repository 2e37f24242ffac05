"""The stage's runner, with the toy diarizer's line in the registry, and without torch."""

from stage_runners.diarization import diarizers
from stage_runners.diarization.runner import STAGE, load, run
from tests.stage_runners.diarization import toy_diarizer

__all__ = ["STAGE", "load", "run"]

diarizers.DIARIZERS["toy"] = toy_diarizer

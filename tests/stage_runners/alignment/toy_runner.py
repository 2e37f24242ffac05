"""The stage's runner, with the toy aligner's lines in the registry."""

from stage_runners.alignment import aligners
from stage_runners.alignment.runner import STAGE, load, run
from tests.stage_runners.alignment import toy_aligner

__all__ = ["STAGE", "load", "run"]

aligners.ALIGNERS["toy"] = toy_aligner
aligners.AUTO["cs"] = ("toy",)

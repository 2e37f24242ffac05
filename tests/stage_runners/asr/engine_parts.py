"""Engines for tests of the method: what a test says, and nothing else."""

from __future__ import annotations

from types import SimpleNamespace

from stage_runners.recognition.capabilities import Capabilities


def engine(reads=None, detector=None, scorer=None, prompt=None, **more):
    """An engine with these parts; `reads` has `encode`, `transcribe` and `transcribe_once`."""
    capabilities = Capabilities(**{
        "longest_window": 30.0, "languages": ("en", "de"), "word_times": "attention",
        "detects_language": detector is not None, "scores_text": scorer is not None,
        "takes_prompt": prompt is not None, **more,
    })  # fmt: skip
    return SimpleNamespace(
        capabilities=capabilities, detector=detector, scorer=scorer, prompt=prompt,
        encode=getattr(reads, "encode", None), transcribe=getattr(reads, "transcribe", None),
        transcribe_once=getattr(reads, "transcribe_once", None),
    )  # fmt: skip

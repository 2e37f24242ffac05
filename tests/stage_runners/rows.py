"""Rows of segments and words for tests of stages that read them."""

from __future__ import annotations

from orchestrator.stages.catalog import STAGES

PARAMS = STAGES["subtitles"].defaults()


def word(text, start=None, end=None, *, speaker=None, segment=0, space=True, overlap=False):
    return {
        "segment": segment,
        "text": text,
        "space": space,
        "start": start,
        "end": end,
        "probability": 0.9,
        "score": None,
        "method": "none" if start is None else "attention",
        "speaker": speaker,
        "speaker_confidence": None,
        "overlap": overlap,
    }


def segment(identity=0, start=0.0, end=10.0, text="", *, speaker=None, language="en"):
    return {
        "id": identity,
        "start": start,
        "end": end,
        "text": text,
        "language": language,
        "language_probability": 0.99,
        "avg_logprob": -0.2,
        "no_speech_prob": 0.01,
        "compression_ratio": 1.5,
        "temperature": 0.0,
        "confidence": 0.9,
        "speaker": speaker,
    }


def said(text, start=0.0, each=0.3, gap=0.05, *, speaker=None, segment=0):
    """Words of `text` spoken one after the other, `each` seconds long with `gap` between."""
    step = each + gap
    return [
        word(
            part,
            round(start + k * step, 3),
            round(start + k * step + each, 3),
            speaker=speaker,
            segment=segment,
        )
        for k, part in enumerate(text.split())
    ]


def around(words):
    """One segment that holds all of `words`."""
    times = [w["start"] for w in words if w["start"] is not None] + [
        w["end"] for w in words if w["end"] is not None
    ]
    text = "".join((" " if w["space"] else "") + w["text"] for w in words).strip()
    return [segment(0, min(times, default=0.0), max(times, default=0.0), text)]

"""Collects what the timeline shows besides cues: waveform, speech, turns, shot changes, other sounds."""

from __future__ import annotations

import base64
from typing import Any

from orchestrator.report.results import Results


def of_film(results: Results) -> dict[str, Any]:
    """The data for the timeline; missing parts are empty, and listed in `results.missing`."""
    shots = results.artifact("shots", "shots") if results.stages("shots") else None
    return {
        "waveform": _waveform(results),
        "speech": _regions(results, "speech", "speech regions"),
        "overlap": _regions(results, "overlap"),
        "turns": [
            [round(row["start"], 2), round(row["end"], 2), row["speaker"]]
            for row in results.rows("diarization", "turns", "speaker turns") or ()
        ],
        "shots": None if shots is None else [round(row["time"], 3) for row in shots.rows()],
        "frame_rate": 0.0 if shots is None else float(shots.content["frame_rate"]),
        "sounds": [
            [round(row["start"], 2), round(row["end"], 2), row["kind"]]
            for row in (results.rows("sounds", "sounds") if results.stages("sounds") else None) or ()
        ],
    }


def _waveform(results: Results) -> dict[str, Any] | None:
    """Peaks, one byte each, as Base64: 255 times the square root of the share of full scale."""
    artifact = results.artifact("waveform", "waveform", "waveform")
    if artifact is None:
        return None
    import pyarrow as pa
    import pyarrow.compute as pc

    table = artifact.table.combine_chunks()
    peaks = pc.max_element_wise(pc.abs(table["low"]), pc.abs(table["high"]))
    scaled = pc.multiply(pc.sqrt(pc.divide(pc.cast(peaks, pa.float64()), 32768.0)), 255.0)
    values = pc.cast(pc.round(scaled), pa.uint8()).to_pylist()
    return {
        "per_second": int(artifact.content["per_second"]),
        "peaks": base64.b64encode(bytes(values)).decode(),
    }


def _regions(results: Results, output: str, what: str = "") -> list[list[float]] | None:
    rows = results.rows("pyannote_vad", output, what)
    return None if rows is None else [[round(row["start"], 2), round(row["end"], 2)] for row in rows]

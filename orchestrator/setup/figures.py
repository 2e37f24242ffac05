"""How long recognition takes for an hour of film: measured here, else published for such a machine.

Published figures are of recognition alone, and of the machine that they name. Sources:

- faster-whisper's issue 1030 (RTX 2080 Ti, float16): 780 s of sound in 52 s by large-v3, in 19.2 s by turbo.
- faster-whisper's README (i7-12700K, 8 threads, int8, eight windows): 780 s in 51 s by small.
- onnx-asr's docs/benchmarks.md (Ryzen 7 9800X3D, int8): 5.4 x real time by turbo, 62 by base, 31 by Parakeet.
"""

from __future__ import annotations

from dataclasses import dataclass

from orchestrator.run_state import paces, run_folders
from orchestrator.run_state.paces import Paces
from orchestrator.setup.item import Item

_STAGES = {"recognition": "asr", "aligner": "alignment", "diarization": "diarization"}


@dataclass(frozen=True)
class Figure:
    """Minutes for an hour of film, and on what machine."""

    minutes: float
    on: str


_PUBLISHED = {
    ("large-v3", "cuda"): Figure(4.0, "an RTX 2080 Ti"),
    ("large-v3-turbo", "cuda"): Figure(1.5, "an RTX 2080 Ti"),
    ("small", "cpu"): Figure(3.9, "eight threads of an i7-12700K"),
    ("large-v3-turbo", "cpu"): Figure(11.0, "a Ryzen 7 9800X3D"),
    ("base", "cpu"): Figure(1.0, "a Ryzen 7 9800X3D"),
    ("parakeet-tdt-0.6b-v3", "cpu"): Figure(1.9, "a Ryzen 7 9800X3D"),
}


def measured() -> Paces:
    """How long stages took in earlier runs on this machine."""
    return paces.of_runs(run_folders.past())


def described(item: Item, measured: Paces) -> str:
    """The minutes for an hour of film in a few words; `unknown` if nobody measured it."""
    stage = _STAGES.get(item.role, "")
    if (pace := measured.get((stage, item.device, item.model))) is not None:
        return f"about {_minutes(pace * 60)} a film hour (measured here)"
    if figure := _PUBLISHED.get((item.model, item.device)):
        return f"about {_minutes(figure.minutes)} a film hour on {figure.on}"
    return "time unknown"


def _minutes(count: float) -> str:
    return f"{count:.0f} min" if count >= 9.5 else f"{count:.1f} min" if count >= 1 else f"{count * 60:.0f} s"

"""The columns of the dashboard's table: their widths, and which of them fit the terminal.

Widths depend on the plan and the terminal only, so no column moves during a run.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from rich.cells import cell_len

from orchestrator.run_state.states import StepState
from orchestrator.stages.catalog import STAGES
from orchestrator.util import text as fmt

MARGIN = 1
SMALLEST_BAR = 10
SMALLEST_LOG = 24
WIDEST_BAR = 32


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column: `cell` gives a step's text, cut and padded to `width` cells."""

    title: str
    width: int
    cell: Callable[[StepState, float], str]
    right: bool = False


def fraction(step: StepState) -> float:
    """The progress of a step, 0 to 1."""
    if step.status in {"done", "cached"}:
        return 1.0
    return min(1.0, step.done / step.total) if step.total > 0 else 0.0


def columns(steps: Sequence[StepState], width: int) -> tuple[list[Column], int, list[Column], int]:
    """Columns left of the bar, the bar's width, columns right of it, and the log column's width (or 0)."""
    stage = _column("stage", [s.name for s in steps], lambda s, _: s.name)
    # Includes all backends, so that a fallback to another device does not change the width.
    envs = [b.env for s in steps if s.name in STAGES and s.env for b in STAGES[s.name].backends]
    env = _column("env", [*envs, *(s.env for s in steps)], lambda s, _: s.env)
    places = [name for s in steps for name in (s.device, s.gpu, *s.gpus)]
    device = _column("device", places, lambda s, _: s.gpu or s.device)
    done = Column(title="", width=5, right=True, cell=percent)
    speed = Column(title="speed", width=5, right=True, cell=lambda s, _: fmt.speed(s.speed))
    memory = Column(title="memory", width=6, right=True, cell=_memory)
    vram = Column(title="gpu", width=6, right=True, cell=lambda s, _: fmt.size(s.vram) if s.vram else "")
    time = Column(title="time", width=10, right=True, cell=_time)
    gap = gap_of(width)
    room = width - 2 * MARGIN - 2 - stage.width - gap - SMALLEST_BAR
    taken = []
    for column in (time, done, speed, device, memory, env):
        if column.width + gap > room:
            break
        taken.append(column)
        room -= column.width + gap
    if any(step.device not in {"", "cpu"} for step in steps) and room >= vram.width + gap + SMALLEST_BAR:
        taken.append(vram)
        room -= vram.width + gap
    bar = min(WIDEST_BAR, SMALLEST_BAR + room)
    log = 0
    if room >= SMALLEST_LOG + gap:
        bar = SMALLEST_BAR + min((room - SMALLEST_LOG - gap) // 2, WIDEST_BAR - SMALLEST_BAR)
        log = room - gap - (bar - SMALLEST_BAR)
    left = [stage, *(c for c in (env, device) if c in taken)]
    right = [c for c in (done, speed, memory, vram, time) if c in taken]
    return left, bar, right, log


def gap_of(width: int) -> int:
    """The number of cells between two columns."""
    return 1 if width < 100 else 2


def _column(title: str, words: Sequence[str], cell: Callable[[StepState, float], str]) -> Column:
    """A column as wide as the longest word that the plan can put there."""
    widest = max([len(title), *(cell_len(word) for word in words)])
    return Column(title=title, width=min(14, widest), cell=cell)


def percent(step: StepState, _: float = 0.0) -> str:
    """The progress of a running step, as `62%`; empty if it is not known."""
    return f"{fraction(step):.0%}" if step.total > 0 and step.status == "running" else ""


def _memory(step: StepState, _: float) -> str:
    return fmt.size((step.rss if step.status in {"starting", "running"} else step.peak_rss) or None)


def _time(step: StepState, _: float) -> str:
    if step.status == "running":
        left = fmt.remaining(step.eta_s)
        return f"{left} left" if left else ""
    return fmt.duration(step.seconds) if step.status in {"done", "failed"} else ""

"""Shows the dashboard on a terminal, and redraws it a few times a second.

The scheduler's thread only stores its newest state here; rich's refresh thread draws it. When the run ends,
`close` removes the dashboard, and the summary takes its place.
"""

from __future__ import annotations

import os
import sys
import time
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, TextIO

from orchestrator.run_state.events import RunEvent
from orchestrator.run_state.paces import NO_PACES, Paces
from orchestrator.run_state.states import RunState
from orchestrator.util import terminal

if TYPE_CHECKING:
    from rich.console import RenderableType

SMALLEST = os.terminal_size((40, 8))


def fits(stream: TextIO, environ: Mapping[str, str] = os.environ) -> bool:
    """Whether the dashboard can be drawn on `stream`: a large enough terminal that can move its cursor."""
    if not stream.isatty() or environ.get("TERM", "") in {"", "dumb", "unknown"}:
        return False
    try:
        size = os.get_terminal_size(stream.fileno())
    except (OSError, ValueError):
        return False
    # A terminal that does not know its size reports 0 x 0; rich then assumes 80 x 25.
    return size == (0, 0) or (size.columns >= SMALLEST.columns and size.lines >= SMALLEST.lines)


class Dashboard:
    """An observer that keeps the dashboard on the screen up to date until it is closed."""

    def __init__(
        self,
        stream: TextIO | None = None,
        clock: Callable[[], float] = time.time,
        paces: Paces = NO_PACES,
    ) -> None:
        from rich.live import Live

        from orchestrator.views.glyphs import ASCII, FRAMES_PER_SECOND, UNICODE

        self._console = terminal.console(stream or sys.stderr, highlight=False, emoji=False, markup=False)
        encoding = (self._console.encoding or "").lower()
        self._glyphs = UNICODE if encoding.startswith("utf") else ASCII
        self._clock = clock
        self._paces = paces
        self._state: RunState | None = None
        self._closed = False
        self._live = Live(
            console=self._console,
            get_renderable=self._picture,
            refresh_per_second=FRAMES_PER_SECOND,
            transient=True,
            # Other output is printed above the dashboard. If stdout is a file, it must stay in the file.
            redirect_stdout=sys.stdout.isatty(),
            vertical_overflow="crop",
        )

    def __call__(self, event: RunEvent, state: RunState) -> None:  # noqa: ARG002 (all views have this signature)
        """Store the newest state; called by the scheduler's thread."""
        self._state = state
        if not self._live.is_started and not self._closed:
            self._live.start()

    def close(self) -> None:
        """Remove the dashboard from the screen. May be called twice."""
        self._closed = True
        self._live.stop()

    def _picture(self) -> RenderableType:
        from orchestrator.views import dashboard

        state = self._state or RunState()
        width, height = self._console.size
        return dashboard.render(state, self._clock(), width, height, glyphs=self._glyphs, paces=self._paces)

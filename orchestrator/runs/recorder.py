"""Records each film of a standing run when it ends, so that it can be reviewed while the run goes on."""

from __future__ import annotations

import contextlib
import sys
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from orchestrator.config.device_requests import AUTO
from orchestrator.config.values import Layer
from orchestrator.run_state import film_records, run_json
from orchestrator.run_state.events import FilmEnded, RunEvent
from orchestrator.run_state.run_folders import Run
from orchestrator.run_state.states import RunState
from orchestrator.runs import exit_status, intake, shown
from orchestrator.runs.invocation import Invocation


class Recorder:
    """An observer of `run`. `review` has what the report of each film counts."""

    def __init__(
        self,
        run: Run,
        invocation: Invocation,
        films: intake.Films,
        review: Mapping[Path, Mapping[str, Any]],
    ) -> None:
        self._run, self._invocation, self._films, self._review = run, invocation, films, review

    def __call__(self, event: RunEvent, state: RunState) -> None:
        """Record the film that has ended, unless it was cancelled."""
        if not isinstance(event, FilmEnded) or event.outcome == "cancelled":
            return
        film = state.films[event.film]
        alone = replace(state, films=(film,))
        content = run_json.summary(
            alone, status=exit_status.of_run(alone), run_id=self._run.id, command=sys.argv[1:],
            options=self._options(film.path), review=self._review,
        )  # fmt: skip
        with contextlib.suppress(OSError):  # a full disk: the run says so itself
            film_records.keep(self._run, film.digest, content)

    def close(self) -> None:
        """Do nothing: every film is recorded when it ends."""

    def _options(self, film: Path) -> dict[str, Any]:
        """The options of the command line and those of the request, as if all were typed."""
        line: Layer = self._films.asked.get(film, self._invocation.command_line)
        asked = replace(self._invocation, command_line=line)
        options = shown.options(asked, {film: self._films.settings[film]})
        if line.devices:
            options["device"] = [
                f"{stage}={device}" if stage else device
                for stage, one in line.devices.items()
                for device in (one.devices[0] if one.devices else AUTO,)
            ]
        return options

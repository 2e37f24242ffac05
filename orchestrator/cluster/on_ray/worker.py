"""Ray's actor: one on each machine or GPU. It starts our program there, and hands lines on, both ways."""

from __future__ import annotations

import json
import shutil
import subprocess
import tempfile
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from orchestrator.cluster.on_ray.depot import open_depot
from orchestrator.cluster.on_ray.keeper import KeptByRay
from orchestrator.cluster.on_ray.order import Order, program
from orchestrator.cluster.on_ray.process import Process
from orchestrator.cluster.on_ray.results import Results
from orchestrator.paths import checkout

_FACTS_S = 120
_INSTALL_S = 3600


class Worker:
    """A worker; Ray runs `facts` first, then `events`, and `send` meanwhile."""

    def __init__(self, order: str, keeper: Any = None) -> None:
        self._order = Order.from_json(order)
        self._folder = Path(tempfile.mkdtemp(prefix="orchestrator-worker-"))
        self._results = self._results_of(keeper)
        self._process: Process | None = None

    def facts(self) -> str:
        """The facts of this machine, as JSON (`orchestrator.cluster.facts`)."""
        done = self._run([*program()[:-1], "orchestrator.cluster.facts"], _FACTS_S)
        if done.returncode:
            why = (done.stderr.strip().splitlines() or ["no message"])[-1]
            return json.dumps({"broken": f"{checkout()}: the program does not start there: {why}"})
        return done.stdout

    def install(self) -> str:
        """Run `./install.sh`; returns why it failed, or nothing."""
        done = self._run([str(checkout() / "install.sh"), "--no-doctor"], _INSTALL_S)
        return (done.stderr.strip().splitlines() or ["no message"])[-1] if done.returncode else ""

    def events(self) -> Iterator[dict[str, Any]]:
        """Start the program, and yield its lines; at last its exit status and the end of its log."""
        try:
            environ = self._order.environ(self._folder)
            self._process = Process(self._order.command(), environ, self._folder, self._order.folder)
            yield {"lines": []}  # it takes films from now on
            for batch in self._process.batches():
                yield {"lines": [told for line in batch for told in (line, *self._handed_over(line))]}
            status, printed = self._process.ended()
            yield {"status": status, "log": printed}
        finally:
            shutil.rmtree(self._folder, ignore_errors=True)

    def send(self, line: str) -> None:
        """Hand the program a line; an empty one says that there are no more films."""
        if self._process is not None:
            if line:
                self._fetch(line)
                self._process.send(line)
            else:
                self._process.no_more_films()

    def _results_of(self, keeper: Any) -> Results | None:
        if not self._order.results:
            return None
        depot = KeptByRay(keeper) if keeper is not None else open_depot(self._order.results)
        return Results(depot, self._order.environ(self._folder))

    def _fetch(self, line: str) -> None:
        """Bring the results of a film that is handed to the program; without them it makes them again."""
        film = json.loads(line).get("film")
        if self._results is not None and film:
            try:
                self._results.fetch(film)
            except Exception:
                traceback.print_exc()  # into Ray's log of this worker

    def _handed_over(self, line: str) -> Iterator[str]:
        """Bring a new result to the depot; the event of a warning if that fails."""
        if self._results is None:
            return
        try:
            self._results.note(line)
        except Exception as error:
            why = (str(error).strip().splitlines() or [type(error).__name__])[0]
            event = {
                **json.loads(line), "event": "step_log", "level": "warning",
                "message": f"this result stays on its machine, because {self._order.results} fails: {why}",
            }  # fmt: skip
            yield json.dumps(event)

    def _run(self, command: list[str], seconds: float) -> subprocess.CompletedProcess[str]:
        try:
            return subprocess.run(
                command, env=self._order.environ(self._folder), cwd=checkout(), stdin=subprocess.DEVNULL,
                capture_output=True, text=True, check=False, timeout=seconds,
            )  # fmt: skip
        except (OSError, subprocess.TimeoutExpired) as error:
            return subprocess.CompletedProcess(command, 1, "", str(error))

"""Runs the film again with the options of its last run; only stages that the edits affect are computed."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import threading
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from ipc.parsing import json_of
from orchestrator.config.words import words_of
from orchestrator.paths import checkout, home

_PRINTED = 20
"""Number of a run's last printed lines that are kept."""


def command_of(content: Mapping[str, Any], film: Path) -> list[str]:
    """The command line of a run of `film` with the options of the run of `content` (a `run.json`).

    Options for that run alone are omitted: where it began and ended, what it was forced to do, and whether it
    could overwrite files.
    """
    words = ["run", *words_of(content["options"])]
    words += ["--no-job-file"] if content["options"].get("no_job_file") else []
    return [*words, "--json", "--", str(film)]


class Again:
    """Such a run, as a process. `events` yields its progress; `stop` ends it."""

    def __init__(self, content: Mapping[str, Any], film: Path, python: str = sys.executable) -> None:
        folder = Path(content.get("cwd") or film.parent)
        # Variables for another Python do not reach the command either (`bootstrap.FLAGS`): an empty part of
        # PYTHONPATH is the current folder, where a stranger's `sitecustomize.py` may lie.
        inherited = {name: value for name, value in os.environ.items() if not name.startswith("PYTHON")}
        self._process = subprocess.Popen(
            [python, "-P", "-m", "orchestrator", *command_of(content, film)],
            cwd=folder if folder.is_dir() else film.parent,
            env={
                **inherited,
                "ORCHESTRATOR_HOME": str(home()),
                "PYTHONPATH": str(checkout()),
                "PYTHONUNBUFFERED": "1",
            },
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
            encoding="utf-8",
            errors="replace",
        )
        self._printed: list[str] = []
        self._listener = threading.Thread(target=self._listen, daemon=True)
        self._listener.start()

    def events(self) -> Iterator[dict[str, Any]]:
        """Events for the page.

        They are `{"stage", "how", "done", "of", "phase"}`, `{"file"}`, and at the end `{"status", "said"}`.
        """
        assert self._process.stdout is not None  # noqa: S101 - it is a pipe
        for line in self._process.stdout:
            try:
                event = json_of(line)
            except ValueError:
                continue
            if shown := _page_event(event):
                yield shown
        status = self._process.wait()
        self._listener.join(5)
        yield {"status": status, "said": self._printed[-_PRINTED:]}

    def stop(self) -> None:
        """Ask the run to stop, and kill it if it does not."""
        if self._process.poll() is not None:
            return
        self._process.send_signal(signal.SIGINT)
        try:
            self._process.wait(15)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()

    def close(self) -> None:
        """Stop the run, and close its pipes."""
        self.stop()
        self._listener.join(5)
        for pipe in (self._process.stdout, self._process.stderr):
            if pipe is not None:
                pipe.close()

    def _listen(self) -> None:
        assert self._process.stderr is not None  # noqa: S101 - it is a pipe
        for line in self._process.stderr:
            self._printed.append(line.rstrip("\n"))
            del self._printed[:-_PRINTED]


def _page_event(event: Mapping[str, Any]) -> dict[str, Any] | None:
    stage = event.get("step", "")
    match event["event"]:
        case "step_starting" | "step_running":
            return {"stage": stage, "how": "running"}
        case "step_progress":
            return {
                "stage": stage,
                "how": "running",
                "phase": event.get("phase", ""),
                "done": event.get("done"),
                "of": event.get("total"),
            }
        case "step_done":
            return {"stage": stage, "how": "cached" if event.get("cached") else "done"}
        case "step_failed":
            error = event.get("error") or {}
            return {
                "stage": stage,
                "how": "failed",
                "why": error.get("message", ""),
                "hint": error.get("hint", ""),
            }
        case "file_written":
            return {"file": event["output"]}
    return None

"""The commands, a module each. Only the one that runs is imported."""

from __future__ import annotations

import importlib
from typing import Any

COMMANDS = {
    "run": "write subtitles with speaker labels for one or more films",
    "plan": "show what a run would do, and why",
    "config": "show every option, its value and where the value comes from",
    "prepare": "write an editable job file beside each film",
    "allow": "consent to a job file that somebody else may have written",
    "stage": "run a single stage, to debug it",
    "demo": "make a short film from a packaged recording and subtitle it",
    "devices": "show this machine's hardware and what each stage would use",
    "doctor": "check every environment, device and model, and suggest fixes",
    "envs": "list, check, sync or remove the stages' environments",
    "models": "list, download or remove models",
    "review": "edit a film's subtitles next to the video, in the browser",
    "edits": "list edits made in review, and undo them",
    "names": "show a film's speakers and corrected names, and undo corrections",
    "voices": "list, add or remove saved voices",
    "score": "score the last run against human-made subtitles, transcripts or speaker turns",
    "profiles": "list the subtitle style guides for --profile",
    "report": "write the report of a film's last run again",
    "cache": "show, clean and limit the result cache",
    "completion": "print or install shell completion",
    "upgrade": "update this installation from its git repository",
    "uninstall": "remove this installation",
    "runs": "list past runs, and show their summaries and logs",
}


def module_of(name: str) -> Any:
    """The module of a command, which has `add` and `run`."""
    return importlib.import_module(f"orchestrator.commands.{name}")

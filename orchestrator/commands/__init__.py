"""The commands, a module each. Only the one that runs is imported."""

from __future__ import annotations

import importlib
import keyword
from typing import Any

COMMANDS = {
    "run": "write subtitles with speaker labels for one or more films",
    "join": "put recordings of one conversation into one file, a track for each person",
    "align": "time a text that you have: a script, transcript or subtitles",
    "plan": "show what a run would do, and why",
    "config": "show every option, its value and where the value comes from",
    "prepare": "write an editable job file beside each film",
    "allow": "consent to a job file that somebody else may have written",
    "stage": "run a single stage, to debug it",
    "demo": "make a short film from a packaged recording and subtitle it",
    "setup": "download the models that suit this machine and your films",
    "devices": "show this machine's hardware and what each stage would use",
    "doctor": "check every environment, device and model, and suggest fixes",
    "envs": "list, check, sync or remove the stages' environments",
    "models": "list, download or remove models",
    "review": "edit a film's subtitles next to the video, in the browser",
    "import": "take changes that another program made in a subtitle file back as edits",
    "edits": "list edits made in review or by import, and undo them",
    "names": "show a film's speakers and corrected names, and undo corrections",
    "terms": "show the terms that a translation used, and write them as a glossary",
    "voices": "list, add or remove saved voices",
    "sync": "check subtitles against the film's speech, and correct their times",
    "score": "score the last run against human-made subtitles, transcripts or speaker turns",
    "bench": "measure speed, memory and energy on this machine, or accuracy against references",
    "serve": "run as a service: a queue of films, and endpoints for programs",
    "profiles": "list the subtitle style guides for --profile",
    "report": "write the report of a film's last run again",
    "cache": "show, clean and limit the result cache",
    "completion": "print or install shell completion",
    "upgrade": "update this installation from its git repository",
    "uninstall": "remove this installation",
    "runs": "list past runs, and show their summaries and logs",
}
MEANINGS = {
    "start": "run", "subtitle": "run", "transcribe": "run", "process": "run", "check": "doctor",
    "env": "envs", "environments": "envs", "gpu": "devices", "options": "config", "settings": "config",
    "style": "profiles", "styles": "profiles", "history": "runs", "logs": "runs", "log": "runs",
    "edit": "review", "speakers": "names", "speaker": "names", "clean": "cache", "gc": "cache",
    "wer": "score", "update": "upgrade", "remove": "uninstall", "autocomplete": "completion",
    "completions": "completion", "init": "setup", "install": "setup", "wizard": "setup", "dry-run": "plan",
    "example": "demo", "benchmark": "bench", "speed": "bench", "accuracy": "bench", "glossary": "terms",
    "shift": "sync", "resync": "sync", "delay": "sync", "retime": "sync", "synchronise": "sync",
    "merge": "join", "combine": "join", "podcast": "join", "tracks": "join", "multitrack": "join",
    "server": "serve", "daemon": "serve", "service": "serve", "watch": "serve", "queue": "serve",
}  # fmt: skip
"""Words of other programs for the commands."""
VERBS = (
    ("remove", "rm"), ("delete", "rm"), ("rm", "remove"), ("delete", "remove"), ("ls", "list"),
    ("list", "ls"), ("clear", "gc"), ("clean", "gc"), ("rm", "gc"), ("download", "pull"), ("install", "sync"),
    ("view", "show"), ("log", "logs"), ("rm", "prune"), ("remove", "prune"),
)  # fmt: skip
"""The same for actions of a command, each with an action that some command has."""


def module_of(name: str) -> Any:
    """The module of a command, which has `add` and `run`."""
    return importlib.import_module(f"orchestrator.commands.{name}{'_' * keyword.iskeyword(name)}")

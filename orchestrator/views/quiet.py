"""What `--quiet` prints at the end of a run: the files on stdout, and on stderr only what went wrong."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any, TextIO

from orchestrator.util import terminal
from orchestrator.util import text as fmt


def show(summary: Mapping[str, Any], out: TextIO, err: TextIO) -> None:
    """Print the path of each file on a line of its own; then degraded results, failures and their hints."""
    for film in summary["films"]:
        for output in film["outputs"]:
            terminal.line(out, output["path"])
            if output["note"]:
                terminal.line(err, f"orchestrator: {fmt.plain(output['note'])}")
    for entry in summary["degraded"]:
        reason = fmt.plain(entry["reason"])
        terminal.line(err, f"orchestrator: {Path(entry['film']).name}: {entry['stage']} degraded: {reason}")
    for entry in summary["failed"]:
        message = fmt.lead(entry["message"])
        terminal.line(err, f"orchestrator: {Path(entry['film']).name}: {entry['stage']} failed: {message}")
        if entry.get("hint"):
            terminal.line(err, f"  {fmt.plain(entry['hint'])}")

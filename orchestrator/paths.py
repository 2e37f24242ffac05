"""Where the tool keeps what it knows: store, runs, models, memos."""

from __future__ import annotations

import os
import sys
from pathlib import Path


def home() -> Path:
    """The folder of the tool's state; `ORCHESTRATOR_HOME` wins over the platform's own place."""
    if chosen := os.environ.get("ORCHESTRATOR_HOME"):
        return Path(chosen).expanduser().absolute()
    if sys.platform == "darwin":
        return Path.home() / "Library" / "Application Support" / "orchestrator"
    data = os.environ.get("XDG_DATA_HOME")
    return (Path(data) if data else Path.home() / ".local" / "share") / "orchestrator"


def checkout() -> Path:
    """The folder that holds `envs/` and `stage_runners/`: the checkout this program runs from."""
    return Path(__file__).resolve().parent.parent

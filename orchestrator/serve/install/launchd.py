"""The property list by which macOS starts the service. Pure: text from values (launchd.plist(5))."""

from __future__ import annotations

import plistlib
from pathlib import Path
from typing import Any

from orchestrator.serve.install.start import NICENESS, STOP_S, Start

LABEL = "orchestrator.serve"
NAME = f"{LABEL}.plist"
MARK = "<!-- made by orchestrator serve, option install -->"
"""The second line, by which the program recognises its own list."""


def plist(start: Start, *, log: Path, user: str = "") -> str:
    """The list for the user's session, or with `user` for the whole machine, to run as that user.

    No `ProcessType` of `Background`: macOS then keeps the processes on the slow cores.
    """
    values: dict[str, Any] = {
        "Label": LABEL,
        "ProgramArguments": list(start.words),
        "EnvironmentVariables": dict(sorted(start.environ.items())),
        "WorkingDirectory": str(start.folder),
        "RunAtLoad": True,
        "KeepAlive": {"SuccessfulExit": False},
        "ThrottleInterval": 15,
        "ExitTimeOut": STOP_S,
        "Nice": NICENESS,
        "LowPriorityIO": True,
        "StandardOutPath": str(log),
        "StandardErrorPath": str(log),
    }
    if user:
        values["UserName"] = user
    text = plistlib.dumps(values, sort_keys=False).decode()
    head, _, rest = text.partition("\n")
    return f"{head}\n{MARK}\n{rest}"

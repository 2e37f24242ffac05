"""The log of an internal error, which a user can send."""

from __future__ import annotations

import datetime as dt
import platform
import tempfile
import traceback
from collections.abc import Sequence
from pathlib import Path

from orchestrator import __version__
from orchestrator.errors import BUG, FatalError
from orchestrator.paths import home
from orchestrator.util.redact import masked


def reported(words: Sequence[str], error: Exception) -> FatalError:
    """Write the log of `error`, which the command `words` raised; returns what to tell the user.

    If no disk can hold a log, the message says more.
    """
    try:
        return FatalError("internal error", f"report it, with {_written(_content(words, error))}", status=BUG)
    except OSError as failure:
        frame = traceback.extract_tb(error.__traceback__)[-1]
        where = f"{Path(frame.filename).name}, line {frame.lineno}"
        cause = masked(f"{type(error).__name__}: {error} ({where})")
        hint = f"report it; no log of it can be written: {failure.strerror}"
        return FatalError(f"internal error: {cause}", hint, status=BUG)


def _content(words: Sequence[str], error: Exception) -> str:
    """The text of the log. Users send it to others, so it contains no key or password."""
    return "\n".join(
        (
            f"orchestrator {__version__}, Python {platform.python_version()}, {platform.platform()}",
            f"arguments: {masked(list(words))}",
            masked("".join(traceback.format_exception(error))),
        )
    )


def _written(text: str) -> Path:
    """Write the log into the tool's home, or else into the system's folder for temporary files."""
    name = f"{dt.datetime.now(dt.UTC):%Y%m%dT%H%M%SZ}.log"
    try:
        return _write(home() / "bugs" / name, text)
    except (OSError, FatalError):  # a home that cannot be written, or none at all
        return _write(Path(tempfile.mkdtemp(prefix="orchestrator-")) / name, text)


def _write(log: Path, text: str) -> Path:
    log.parent.mkdir(parents=True, exist_ok=True)
    log.write_text(text, encoding="utf-8", errors="backslashreplace")
    return log

"""Reads the job file beside a film, which may be somebody else's: once, within limits, links followed.

The bytes that are hashed are the bytes that are parsed.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from pathlib import Path

from ipc import plain_file
from orchestrator.config import files
from orchestrator.config.values import Layer
from orchestrator.errors import USAGE, FatalError


@dataclass(frozen=True, kw_only=True)
class JobFile:
    """A job file: its path beside the film, the file that it is or links to, and that file's SHA-256."""

    path: Path
    real: Path
    digest: str
    layer: Layer

    @property
    def empty(self) -> bool:
        """Return whether it sets nothing."""
        return not self.layer.values and not self.layer.devices


def read(path: Path) -> JobFile | None:
    """The job file at `path`; None if there is none. `FatalError` if it cannot be read, or a value is wrong.

    Relative paths in it begin where the file really is: a link that a stranger makes to a job file of the
    user's gives its paths no other meaning.
    """
    try:
        real = path.resolve()
        content = plain_file.read(real, files.LARGEST)
    except (FileNotFoundError, NotADirectoryError):
        files.refuse_broken_link(path)
        return None
    except plain_file.UnusableFileError as error:
        raise FatalError(f"{path}: {error}", "remove it, or omit it with --no-job-file", USAGE) from error
    except (OSError, RuntimeError) as error:  # a RuntimeError is a circle of links
        why = error.strerror if isinstance(error, OSError) else "a circle of links"
        hint = "check its permissions, or omit it with --no-job-file"
        raise FatalError(f"{path}: cannot be read: {why}", hint, USAGE) from error
    return parsed(content, path, real)


def parsed(content: bytes, path: Path, real: Path) -> JobFile:
    """The job file with this content."""
    layer = files.parse(content, path, real.parent)
    return JobFile(path=path, real=real, digest=hashlib.sha256(content).hexdigest(), layer=layer)

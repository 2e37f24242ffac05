"""Finds the version of ffmpeg that the stages use, for the keys of their results.

As in `stage_runners.media.ffmpeg`, `ORCHESTRATOR_FFMPEG` comes first, then an ffmpeg on the PATH, then
imageio-ffmpeg's. The version is remembered by the binary's path, size and time, so that planning starts no
process.
"""

from __future__ import annotations

import hashlib
import os
import shutil
import subprocess
from dataclasses import dataclass
from pathlib import Path

from orchestrator.util import memo

OVERRIDE = "ORCHESTRATOR_FFMPEG"


@dataclass(frozen=True, kw_only=True)
class _Entry:
    """A remembered first line, and of which file it is."""

    identity: list[str | int]
    build: str


def build(env_python: Path) -> str:
    """The first line of `ffmpeg -version`; empty if there is no ffmpeg yet.

    `env_python` is the interpreter of the environment that holds imageio-ffmpeg.
    """
    found = binary(env_python)
    if found is None:
        return ""
    try:
        status = found.stat()
    except OSError:
        return ""
    identity = [str(found), status.st_size, status.st_mtime_ns]
    file = memo.folder("ffmpeg") / f"{hashlib.sha256(os.fsencode(found)).hexdigest()[:16]}.json"
    entry = memo.read(file, _Entry)
    if entry is not None and entry.identity == identity:
        return entry.build
    try:
        done = subprocess.run([found, "-version"], capture_output=True, text=True, check=False, timeout=30)
    except (OSError, subprocess.TimeoutExpired):
        return ""
    line = done.stdout.partition("\n")[0].partition(" Copyright")[0].strip()
    if line:
        memo.keep(file, {"identity": identity, "build": line})
    return line


def binary(env_python: Path) -> Path | None:
    """The ffmpeg that the stages use; None if there is none yet."""
    if chosen := os.environ.get(OVERRIDE):
        return Path(chosen)
    if found := shutil.which("ffmpeg"):
        return Path(found)
    packed = env_python.parent.parent.glob("lib/python*/site-packages/imageio_ffmpeg/binaries/ffmpeg-*")
    return next(iter(sorted(packed)), None)

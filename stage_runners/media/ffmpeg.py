"""Runs ffmpeg with progress and readable errors."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import IO, TYPE_CHECKING

from ipc.errors import StageError

if TYPE_CHECKING:
    from ipc.context import Context
    from stage_runners.media.listening import Listener

OVERRIDE = "ORCHESTRATOR_FFMPEG"
_ADDRESS = re.compile(r" @ 0x[0-9a-f]+")
_NO_FAULT = re.compile(r"\[(out#\d+/)?null\]|Last message repeated")
"""The start of what ffmpeg says of the output that `whole_clock` drops, and of nothing new."""
_NOTHING_LEFT = 1 << 16
_NO_SPACE = ("No space left on device", "Disk quota exceeded", "File too large")


def executable() -> str:
    """The ffmpeg to use: `ORCHESTRATOR_FFMPEG`, then one on the PATH, then the packaged one.

    `orchestrator.environments.ffmpeg` follows the same rule for the keys of results.
    """
    if chosen := os.environ.get(OVERRIDE):
        return chosen
    if found := shutil.which("ffmpeg"):
        return found
    import imageio_ffmpeg

    return str(imageio_ffmpeg.get_ffmpeg_exe())


def whole_clock(*, jumps: bool) -> list[str]:
    """The arguments of one more output, for a film whose time stamps may jump: all its streams, read and
    dropped.

    Of such a film ffmpeg counts its clock from the start of the streams in use, and corrects jumps by them.
    With every stream in use the clock is the container's, whichever of them a stage decodes or copies:
    teletext that begins before the picture counts, and so does a data service that no decoder knows.
    """
    return ["-map", "0", "-c", "copy", "-copy_unknown", "-f", "null", "-"] if jumps else []


def run(
    arguments: list[str],
    context: Context,
    total: float,
    phase: str,
    output: Path,
    program: str = "",
    listener: Listener | None = None,
) -> str:
    """Run ffmpeg with `arguments`, and return its error messages, one per line.

    It stays in this process's group, so it ends with it. `total` is the expected seconds of output, for
    progress; `program` is another ffmpeg than `executable`; `listener` reads what `arguments` write to its
    descriptor. Raises `StageError` if it fails: "storage" for a full disk, else "input".
    """
    error_log = context.scratch() / "ffmpeg.log"
    command = [
        program or executable(), "-hide_banner", "-nostdin", "-loglevel", "error", "-progress", "pipe:1",
        *arguments,
    ]  # fmt: skip
    with error_log.open("wb") as log:
        try:
            process = subprocess.Popen(
                command,
                stdout=subprocess.PIPE,
                stderr=log,
                stdin=subprocess.DEVNULL,
                pass_fds=(listener.descriptor,) if listener else (),
            )
        except OSError as error:
            raise _unusable(command[0], error.strerror or str(error)) from error
        if listener:
            listener.close()
        try:
            _follow(process, context, total, phase)
            status = process.wait()
        finally:
            if process.poll() is None:
                process.kill()
                process.wait()
    errors = _error_text(error_log)
    _raise_failure(status, errors, phase, output, total)
    return errors


def disk_is_full(status: int, errors: str, folder: Path) -> bool:
    """Whether ffmpeg, which wrote to `folder`, ended because there was no space left."""
    # On a full disk the error message itself may be missing.
    full = status and shutil.disk_usage(folder).free < _NOTHING_LEFT
    return bool(full) or any(text in errors for text in _NO_SPACE)


def _raise_failure(status: int, errors: str, phase: str, output: Path, total: float) -> None:
    if disk_is_full(status, errors, output.parent):
        need = f"; about {total * 32_000 / 1e6:.0f} MB are needed" if phase == "decode" else ""
        raise StageError(
            "storage",
            f"{output}: cannot be written, the disk is full{need}",
            "free some space, or choose another folder",
        )
    if status:
        first = errors.splitlines()[0] if errors else f"status {status}"
        raise StageError(
            "input", f"ffmpeg cannot {phase} the film: {first}", "check whether a player can play the file"
        )


@contextmanager
def piped(arguments: list[str], context: Context, errors: list[str]) -> Iterator[IO[bytes]]:
    """Ffmpeg's standard output while it runs with `arguments`; the end of the block ends it.

    Its error messages are appended to `errors`. `StageError("env")` if it does not run at all.
    """
    error_log = context.scratch() / "ffmpeg-piped.log"
    command = [executable(), "-hide_banner", "-nostdin", "-loglevel", "error", *arguments]
    with error_log.open("wb") as log:
        try:
            process = subprocess.Popen(command, stdout=subprocess.PIPE, stderr=log, stdin=subprocess.DEVNULL)
        except OSError as error:
            raise _unusable(command[0], error.strerror or str(error)) from error
        assert process.stdout is not None  # noqa: S101 - it was asked for
        whole = False
        try:
            yield process.stdout
            whole = process.stdout.read(1) == b""
        finally:
            if not whole:
                process.kill()
            process.stdout.close()
            status = process.wait()
    errors.extend(_error_text(error_log).splitlines())
    if whole and status and not errors:
        errors.append(f"status {status}")


def _unusable(program: str, why: str) -> StageError:
    return StageError(
        "env", f"{program} does not run: {why}", f"install ffmpeg, or set {OVERRIDE} to another one"
    )


def _follow(process: subprocess.Popen[bytes], context: Context, total: float, phase: str) -> None:
    assert process.stdout is not None  # noqa: S101 - it was asked for
    for line in process.stdout:
        context.check()
        name, _, value = line.decode(errors="replace").strip().partition("=")
        if name == "out_time_us" and value.lstrip("-").isdigit():
            done = max(0.0, int(value) / 1e6)
            context.progress(min(done, total) if total else done, total, phase=phase)


def _error_text(path: Path) -> str:
    """The distinct error messages, in order; a broken film repeats the same one a million times."""
    seen: dict[str, None] = {}
    with path.open("rb") as stream:
        for line in stream:
            text = _ADDRESS.sub("", line.decode(errors="replace")).strip()
            if not _NO_FAULT.match(text):
                seen.setdefault(text, None)
            if len(seen) > 200:
                break
    return "\n".join(line for line in seen if line)

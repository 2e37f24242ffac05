"""Tells what is wrong with a model's files, in place of a framework's error."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator
from pathlib import Path

from ipc import memory
from ipc.errors import StageError

HINT = "download it again: orchestrator models rm parakeet, then orchestrator models pull parakeet"
_MEMORY = ("bad allocation", "failed to allocate memory", "bfcarena", "cuda failure 2", "cuda error 2:")
"""onnxruntime's words for a lack of memory, in lower case."""
BLANK = "<blk>"


def broken(folder: Path, why: str) -> StageError:
    """The error for a folder whose model cannot be used."""
    return StageError("config", f"{folder}: not a complete Parakeet model: {why}", HINT)


@contextlib.contextmanager
def explained(folder: Path) -> Iterator[None]:
    """Turn a framework's exception into a sentence; one for lack of memory keeps its meaning."""
    try:
        yield
    except (StageError, MemoryError):
        raise
    except (ImportError, AttributeError, TypeError) as error:
        raise StageError(
            "env", f"the environment has the wrong version of a package: {first_line(error)}",
            "repair it: orchestrator envs sync",
        ) from error  # fmt: skip
    except Exception as error:  # whatever the framework raises is why the files cannot be read
        if memory.category_of(str(error)) is not None:
            raise
        if out_of_memory(error):
            raise StageError("oom_host", first_line(error)) from error
        raise broken(folder, first_line(error)) from error


def check_config(file: Path) -> None:
    """Check that `config.json` is JSON, and says what onnx-asr needs: it has other defaults."""
    try:
        config = json.loads(file.read_text(encoding="utf-8"))
    except (UnicodeDecodeError, ValueError) as error:
        raise broken(file.parent, f"{file.name} is not JSON") from error
    if not isinstance(config, dict) or not isinstance(config.get("features_size"), int):
        raise broken(file.parent, f"{file.name} does not say features_size")


def vocabulary_size(file: Path) -> int:
    """The number of tokens in `vocab.txt`: lines of a token and its number, from 0 on, with a blank."""
    numbers, blank = [], None
    try:
        for number, line in enumerate(file.read_text(encoding="utf-8").splitlines(), 1):
            token, _, own = line.rpartition(" ")
            if not token or not own.isdigit():
                raise broken(file.parent, f"line {number} of {file.name} is not a token and its number")
            numbers.append(int(own))
            blank = int(own) if token == BLANK else blank
    except UnicodeDecodeError as error:
        raise broken(file.parent, f"{file.name} is not text in UTF-8") from error
    if sorted(numbers) != list(range(len(numbers))) or blank is None:
        why = "has no <blk>" if blank is None else "does not number its tokens from 0"
        raise broken(file.parent, f"{file.name} {why}")
    return len(numbers)


def out_of_memory(error: BaseException) -> bool:
    """Whether an error of onnxruntime is about memory."""
    text = str(error).lower()
    return any(words in text for words in _MEMORY)


def first_line(error: BaseException) -> str:
    """The first line of an error's message, without a full stop."""
    lines = str(error).strip().splitlines() or [type(error).__name__]
    return lines[0].strip().rstrip(".")

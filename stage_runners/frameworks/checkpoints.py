"""Reads PyTorch checkpoints without running what is pickled in them: the one place for all stages.

A pickle names functions and calls them, so an ordinary `torch.load` of a stranger's file runs that stranger's
code. Here only torch's own list of harmless types is allowed (`weights_only`), and stand-ins for types whose
values a caller does not need. The orchestrator also sets `TORCH_FORCE_WEIGHTS_ONLY_LOAD` for every stage
(`orchestrator.environments.process_env`), for the loaders inside Transformers, CTranslate2 and Lightning.
"""

from __future__ import annotations

import os
import re
from collections.abc import Iterable
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from ipc.parsing import json_of

FORCED = "TORCH_FORCE_WEIGHTS_ONLY_LOAD"
_GLOBAL = re.compile(r"GLOBAL (\S+)")
"""How torch names the function or class that a pickle asks for."""
_OPERATION = re.compile(r"WeightsUnpickler error: *(.+)")
_PICKLES = ("pytorch_model*.bin", "*.pt", "*.pth", "*.ckpt", "*.pkl")
_INDEX = "pytorch_model.bin.index.json"
_GROWS, _SMALL = 4, 64 << 20
"""An archive may unpack to so many times its size, and so many bytes."""
_SAFE = "use a model with weights in safetensors, or one that was saved as weights only"
_TRUST = "; or, only if you trust its author as much as a program's, add --trust-model-code"


class NoWeightsError(ValueError):
    """The file is not a checkpoint that torch can read."""


def read(
    path: Path,
    *,
    types: Iterable[type] = (),
    stand_ins: Iterable[str] = (),
    can_trust: bool = False,
    mapped: str = "cpu",
) -> Any:
    """Return the content of a checkpoint, on the device `mapped`.

    `types` may be built besides torch's own; for the types named in `stand_ins` (`module.Class`) empty shells
    are built. `StageError("config")` names any other type or function that the file asks for; its hint names
    `--trust-model-code` if `can_trust`. `NoWeightsError` if the file cannot be read.
    """
    import struct
    from pickle import UnpicklingError

    import torch

    bounded(path)
    shells = [(type(name.rpartition(".")[2], (_Shell,), {}), name) for name in stand_ins]
    try:
        with torch.serialization.safe_globals([*types, *shells]):
            return torch.load(path, map_location=mapped, weights_only=True)
    except UnpicklingError as error:
        if found := _GLOBAL.search(str(error)):
            raise unsafe(path, f"would run {found.group(1)}", can_trust=can_trust) from None
        raise NoWeightsError(_reason(error)) from error
    except (
        OSError, RuntimeError, EOFError, LookupError, TypeError, ValueError, AttributeError, AssertionError,
        struct.error,
    ) as error:  # fmt: skip
        # `ipc.memory.lack` looks at causes: too little memory is still told from a broken file.
        raise NoWeightsError(_reason(error)) from error


def check(folder: Path) -> None:
    """Raise `StageError("config")` if a checkpoint in a Transformers folder asks for more than weights.

    Transformers would refuse it too, but with a page of text that does not name the file. Only the pickles
    are read, not the weights in them.
    """
    for file in _pickles(folder):
        try:
            read(file, mapped="meta")
        except NoWeightsError:
            continue  # whoever needs the file says what is wrong with it


def bounded(path: Path) -> Path:
    """Return the path of a file of weights; `StageError("config")` if it is an archive that unpacks to far
    more than it holds. Weights hardly get smaller by packing, and torch stores them as they are.
    """
    import zipfile

    try:
        with zipfile.ZipFile(path) as archive:
            unpacked = sum(one.file_size for one in archive.infolist())
    except (OSError, ValueError, NotImplementedError, zipfile.BadZipFile):
        return path  # no archive, or one that its reader complains about
    if unpacked > _GROWS * path.stat().st_size + _SMALL:
        raise StageError(
            "config", f"{path}: refused, because it would unpack to {unpacked / 1e9:.1f} GB", _SAFE
        )
    return path


def unsafe(path: Path, why: str, *, can_trust: bool) -> StageError:
    """The error for a file whose loading `would run ...`."""
    return StageError(
        "config", f"{path}: refused, because loading it {why}", _SAFE + (_TRUST if can_trust else "")
    )


def trust() -> None:
    """Let libraries of this process unpickle what they like, because the user said --trust-model-code."""
    os.environ.pop(FORCED, None)


def _pickles(folder: Path) -> list[Path]:
    """The pickled checkpoints of a folder: by their names, and as its index lists them."""
    found = {file for pattern in _PICKLES for file in folder.glob(pattern)}
    try:
        listed = json_of((folder / _INDEX).read_bytes())["weight_map"].values()
    except (OSError, ValueError, LookupError, TypeError, AttributeError):
        listed = ()
    found.update(folder / name for name in listed if isinstance(name, str))
    return sorted(file for file in found if file.is_file() and file.suffix != ".safetensors")


def _reason(error: Exception) -> str:
    """Why torch cannot read a file, without torch's advice to read it in the unsafe way."""
    text = str(error).strip() or type(error).__name__
    if "TorchScript" in text:
        return "it is a TorchScript archive, which holds code"
    if "legacy .tar" in text:
        return "it is in torch's old .tar format, which cannot be read without running code"
    if found := _OPERATION.search(text):
        return f"it is not a pickle of weights alone ({found.group(1)})"
    return text.splitlines()[0]


class _Shell:
    """Stands for a type whose value is not needed."""

    def __init__(self, *values: object) -> None:
        self.values = values

    def __setstate__(self, state: object) -> None:
        self.values = (state,)

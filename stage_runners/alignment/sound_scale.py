"""How loud a network expects the sound: as it is, or with mean 0 and deviation 1."""

from __future__ import annotations

from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from ipc.parsing import json_of

_EPSILON = 1e-7


def normalises(folder: Path) -> bool:
    """Whether the model's `preprocessor_config.json` asks for normalised sound; by default it does."""
    try:
        config = json_of((folder / "preprocessor_config.json").read_bytes())
    except (OSError, ValueError):
        return True
    return bool(config.get("do_normalize", True)) if isinstance(config, dict) else True


def normalised(pcm: NDArray[np.float32]) -> NDArray[np.float32]:
    """The samples with mean 0 and deviation 1, as Transformers' feature extractor has them."""
    result: NDArray[np.float32] = ((pcm - pcm.mean()) / np.sqrt(pcm.var() + _EPSILON)).astype(np.float32)
    return result

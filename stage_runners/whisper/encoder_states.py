"""Splits and joins encoder states by window, for both networks."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from stage_runners.whisper.model import States


def rows(encoded: States) -> list[Any]:
    """The states of each window, of shape (frames, width): NumPy's of CTranslate2's, MLX's of its own."""
    if not type(encoded).__module__.startswith("ctranslate2"):
        return list(encoded)
    import ctranslate2
    import numpy as np

    if encoded.device != "cpu":
        encoded = encoded.to_device(ctranslate2.Device.cpu)
    if encoded.dtype == ctranslate2.DataType.bfloat16:
        encoded = encoded.to(ctranslate2.DataType.float32)  # numpy has no such type
    return list(np.array(encoded))


def stacked(windows: Sequence[Any]) -> States:
    """What the network takes for windows of equally many frames: what `rows` gives, or parts of that."""
    import numpy as np

    if isinstance(windows[0], np.ndarray):
        import ctranslate2

        return ctranslate2.StorageView.from_array(np.ascontiguousarray(np.stack(windows)))
    import mlx.core as mx

    return mx.stack(list(windows))


def chosen(encoded: States, windows: Sequence[int]) -> States:
    """The states of some windows, at least one, in this order; `encoded` itself if they are all."""
    if list(windows) == list(range(encoded.shape[0])):
        return encoded
    own = rows(encoded)
    return stacked([own[window] for window in windows])

"""Parakeet by parakeet-mlx, on Apple's GPU (on Linux MLX computes on the processor).

The library loads the network and computes features and encoder states. It reports how sure it is of a token
by entropy and not by probability, and asks the GPU six times for each token, so decoding is done here.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.errors import StageError
from stage_runners.parakeet import faults
from stage_runners.parakeet.tokens import Piece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TYPES = ("bfloat16", "float16", "float32")
_MOST_SYMBOLS = 10
"""Tokens at one frame at most, if the configuration sets no limit: NeMo's default."""


def load(model: Mapping[str, Any], compute_type: str) -> MlxNetwork:
    """Load the model of `model["path"]`; `StageError("config")` if it is none, with what is wrong."""
    folder = Path(model["path"])
    asked = "bfloat16" if compute_type in {"default", "auto"} else compute_type
    if asked not in _TYPES:
        raise StageError(
            "config",
            f"--compute-type {asked}: Parakeet does not compute in it on mlx",
            f"choose one of {', '.join(_TYPES)}",
        )
    for name in ("config.json", "model.safetensors"):
        if not (folder / name).is_file():
            raise faults.broken(folder, f"it lacks {name}")
    with faults.explained(folder):
        import mlx.core as mx
        from mlx.utils import tree_map
        from parakeet_mlx import ParakeetTDT
        from parakeet_mlx.utils import from_config

        network = from_config(json.loads((folder / "config.json").read_text(encoding="utf-8")))
        if not isinstance(network, ParakeetTDT):
            raise faults.broken(
                folder, f"it is a {type(network).__name__} and not a transducer with durations"
            )
        network.load_weights(str(folder / "model.safetensors"))
        kind = getattr(mx, asked)
        network.update(tree_map(lambda weight: weight.astype(kind), network.parameters()))
        mx.eval(network.parameters())
        _check(network, folder)
    return MlxNetwork(network, asked)


def _check(network: Any, folder: Path) -> None:
    """Check that the vocabulary fits the network."""
    outputs = network.joint.joint_net[-1].weight.shape[0]
    needed = len(network.vocabulary) + 1 + len(network.durations)
    if outputs != needed:
        words = len(network.vocabulary)
        raise faults.broken(
            folder, f"its vocabulary has {words} tokens, its network {outputs - needed + words}"
        )


class MlxNetwork:
    """A model that parakeet-mlx has loaded; see `stage_runners.parakeet.recognizer.Network`."""

    def __init__(self, network: Any, compute_type: str) -> None:
        import mlx.core as mx

        self.method = "parakeet-mlx, greedy TDT"
        self.compute_type = compute_type
        self.computed_on = f"mlx {mx.default_device().type.name}"
        self._network = network
        self._dtype = getattr(mx, compute_type)

    def read(self, windows: Sequence[NDArray[np.float32]]) -> list[list[Piece]]:
        """The tokens of the windows, one window after the other: one fills the GPU."""
        return [self._read(window) for window in windows]

    def _read(self, window: NDArray[np.float32]) -> list[Piece]:
        import mlx.core as mx
        from parakeet_mlx.audio import get_logmel

        features = get_logmel(mx.array(window), self._network.preprocessor_config)
        states, lengths = self._network.encoder(features.astype(self._dtype))
        mx.eval(states, lengths)
        pieces = self._decoded(states, int(lengths[0]))
        mx.clear_cache()
        return pieces

    def _decoded(self, states: Any, length: int) -> list[Piece]:
        """Greedy decoding: at each frame the likeliest token, then as many frames on as the network says."""
        import mlx.core as mx

        network, frame = self._network, self._network.time_ratio
        blank = len(network.vocabulary)
        most = network.max_symbols or _MOST_SYMBOLS
        result: list[Piece] = []
        hidden, said = None, None
        at = symbols = 0
        predicted, following = network.decoder(None, None)
        while at < length:
            logits = network.joint(states[:, at : at + 1], predicted.astype(states.dtype))[0, 0, 0]
            words = logits[: blank + 1].astype(mx.float32)
            token, step = mx.argmax(words), mx.argmax(logits[blank + 1 :])
            probability = mx.softmax(words)[token]
            mx.eval(token, step, probability)
            said, skip = int(token), network.durations[int(step)]
            if said != blank:
                text = network.vocabulary[said].replace("\u2581", " ")
                result.append(Piece(text, at * frame, skip * frame or None, float(probability)))
                hidden = following
                predicted, following = network.decoder(mx.array([[said]]), hidden)
                symbols += 1
            if skip == 0 and (said == blank or symbols >= most):
                skip = 1
            if skip:
                at, symbols = at + skip, 0
        return result

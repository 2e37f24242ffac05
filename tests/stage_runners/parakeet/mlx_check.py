"""Prints what Parakeet on MLX hears in a sound, and what parakeet-mlx's own decoding does.

Then what it says of further folders, whose models are broken: `... MODEL BROKEN ...`.
"""

from __future__ import annotations

import json
import sys


def main(folder: str, *broken: str) -> None:
    """Print both lists of (text, start, duration), and the refusals, as JSON."""
    import mlx.core as mx
    import numpy as np
    from parakeet_mlx.audio import get_logmel
    from parakeet_mlx.utils import from_config

    from ipc.errors import StageError
    from stage_runners.parakeet import on_mlx

    sound = np.random.default_rng(0).normal(0, 0.1, 5 * 16000).astype(np.float32)
    sound[:16000] *= 0.01
    sound[40000:56000] *= 0.001
    (ours,) = on_mlx.load({"path": folder}, "float32").read([sound])
    with open(f"{folder}/config.json", encoding="utf-8") as file:  # noqa: PTH123 - as the library does
        network = from_config(json.load(file))
    network.load_weights(f"{folder}/model.safetensors")
    result = network.generate(get_logmel(mx.array(sound), network.preprocessor_config))[0]
    found = [(piece.text, round(piece.start, 4), round(piece.duration or 0, 4)) for piece in ours]
    theirs = [(token.text, round(token.start, 4), round(token.duration, 4)) for token in result.tokens]
    refused = []
    for other in broken:
        try:
            on_mlx.load({"path": other}, "float32")
        except StageError as error:
            refused.append(error.message)
    print(json.dumps({"ours": found, "theirs": theirs, "refused": refused}))


if __name__ == "__main__":
    main(*sys.argv[1:])

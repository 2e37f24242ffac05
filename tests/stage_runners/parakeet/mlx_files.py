"""A tiny Parakeet with random weights, in the files of parakeet-mlx: `python -m ... FOLDER` writes it.

It runs in the environment `parakeet-mlx`. What it writes is random, but the same every time.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

from tests.stage_runners.parakeet.onnx_files import SAID

CONFIG = {
    "target": "nemo.collections.asr.models.rnnt_bpe_models.EncDecRNNTBPEModel",
    "model_defaults": {"tdt_durations": [0, 1, 2, 3, 4]},
    "preprocessor": {
        "sample_rate": 16000, "normalize": "per_feature", "window_size": 0.025, "window_stride": 0.01,
        "window": "hann", "features": 128, "n_fft": 512, "dither": 1e-5, "pad_to": 0,
    },
    "encoder": {
        "feat_in": 128, "n_layers": 1, "d_model": 32, "n_heads": 4, "ff_expansion_factor": 2,
        "subsampling": "dw_striding", "subsampling_factor": 8, "subsampling_conv_channels": 8,
        "self_attention_model": "rel_pos", "conv_kernel_size": 9, "pos_emb_max_len": 5000, "use_bias": False,
    },
    "decoder": {
        "blank_as_pad": True, "vocab_size": len(SAID), "prednet": {"pred_hidden": 16, "pred_rnn_layers": 2},
    },
    "joint": {
        "num_classes": len(SAID), "num_extra_outputs": 5,
        "vocabulary": [token.replace(" ", "\u2581") for token in SAID],
        "jointnet": {"joint_hidden": 16, "activation": "relu", "encoder_hidden": 32, "pred_hidden": 16},
    },
    "decoding": {"model_type": "tdt", "durations": [0, 1, 2, 3, 4], "greedy": {"max_symbols": 10}},
}  # fmt: skip


def write(folder: Path) -> None:
    """Write `config.json` and `model.safetensors`."""
    import mlx.core as mx
    from mlx.utils import tree_flatten, tree_map_with_path
    from parakeet_mlx.utils import from_config

    mx.random.seed(3)
    network = from_config(CONFIG)
    # With weights of this size the text changes from word to word and from sound to sound.
    weights = tree_map_with_path(
        lambda name, weight: weight * 4 if name.startswith(("joint", "decoder")) else weight,
        network.parameters(),
    )
    folder.mkdir(parents=True, exist_ok=True)
    mx.save_safetensors(str(folder / "model.safetensors"), dict(tree_flatten(weights)))
    (folder / "config.json").write_text(json.dumps(CONFIG), encoding="utf-8")


if __name__ == "__main__":
    write(Path(sys.argv[1]))

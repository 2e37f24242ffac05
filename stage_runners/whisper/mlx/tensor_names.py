"""Converts the names and shapes of Whisper's weights in CTranslate2 and Transformers to mlx-whisper's."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from stage_runners.whisper.ctranslate2.model_file import UnreadableError, read_model

Dimensions = dict[str, int]
"""mlx-whisper's `ModelDimensions` by name."""
PLACES = "encoder._positional_embedding"
"""mlx-whisper computes the encoder's sinusoids. A checkpoint's own, rounded to float16, differ by 3e-4,
which comes out of the encoder as up to 1.4 in single frames; so they are kept, to have both backends read
the same."""


class UnfitError(Exception):
    """The weights are not a Whisper model, or not one that mlx-whisper's network supports."""


def from_ctranslate2(path: Path) -> tuple[Dimensions, dict[str, Any]]:
    """Dimensions and arrays of a `model.bin`.

    8-bit matrices come as float16, everything else in its own type.

    CTranslate2 keeps query, key and value in one matrix, with a bias of zeros for the keys, which Whisper has
    not.
    """
    try:
        kind, stored = read_model(path)
    except (OSError, UnreadableError) as error:
        raise UnfitError(f"{path.name}: {error}") from error
    if kind != "WhisperSpec":
        raise UnfitError(f"{path.name} holds a {kind}")
    get = _Stored(stored)
    arrays: dict[str, Any] = {}
    for side, own in (("encoder", "encoder"), ("decoder", "decoder")):
        for layer in range(get.layers(side)):
            scope, name = f"{side}/layer_{layer}", f"{own}.blocks.{layer}"
            get.norm(arrays, f"{scope}/self_attention/layer_norm", f"{name}.attn_ln")
            get.split(arrays, f"{scope}/self_attention/linear_0", f"{name}.attn", ("query", "key", "value"))
            get.linear(arrays, f"{scope}/self_attention/linear_1", f"{name}.attn.out")
            if side == "decoder":
                get.norm(arrays, f"{scope}/attention/layer_norm", f"{name}.cross_attn_ln")
                get.linear(arrays, f"{scope}/attention/linear_0", f"{name}.cross_attn.query")
                get.split(arrays, f"{scope}/attention/linear_1", f"{name}.cross_attn", ("key", "value"))
                get.linear(arrays, f"{scope}/attention/linear_2", f"{name}.cross_attn.out")
            get.norm(arrays, f"{scope}/ffn/layer_norm", f"{name}.mlp_ln")
            get.linear(arrays, f"{scope}/ffn/linear_0", f"{name}.mlp1")
            get.linear(arrays, f"{scope}/ffn/linear_1", f"{name}.mlp2")
    for conv in ("conv1", "conv2"):
        arrays[f"encoder.{conv}.weight"] = get(f"encoder/{conv}/weight").transpose(0, 2, 1)
        arrays[f"encoder.{conv}.bias"] = get(f"encoder/{conv}/bias")
    get.norm(arrays, "encoder/layer_norm", "encoder.ln_post")
    get.norm(arrays, "decoder/layer_norm", "decoder.ln")
    arrays["decoder.token_embedding.weight"] = get("decoder/embeddings/weight")
    arrays["decoder.positional_embedding"] = get("decoder/position_encodings/encodings")
    _same(get("decoder/projection/weight"), arrays["decoder.token_embedding.weight"], "the output layer")
    arrays[PLACES] = get("encoder/position_encodings/encodings")
    heads = int(get("encoder/num_heads")), int(get("decoder/num_heads"))
    return _dimensions(arrays, heads, (get.layers("encoder"), get.layers("decoder"))), arrays


_TRANSFORMERS = {
    "self_attn_layer_norm": "attn_ln", "self_attn.q_proj": "attn.query", "self_attn.k_proj": "attn.key",
    "self_attn.v_proj": "attn.value", "self_attn.out_proj": "attn.out",
    "encoder_attn_layer_norm": "cross_attn_ln",
    "encoder_attn.q_proj": "cross_attn.query", "encoder_attn.k_proj": "cross_attn.key",
    "encoder_attn.v_proj": "cross_attn.value", "encoder_attn.out_proj": "cross_attn.out",
    "fc1": "mlp1", "fc2": "mlp2",
    "final_layer_norm": "mlp_ln",
}  # fmt: skip
_OUTER = {
    "encoder.layer_norm": "encoder.ln_post", "decoder.layer_norm": "decoder.ln",
    "decoder.embed_tokens": "decoder.token_embedding",
}  # fmt: skip


def from_transformers(
    state: Mapping[str, Any], config: Mapping[str, Any]
) -> tuple[Dimensions, dict[str, Any]]:
    """Dimensions and arrays of a Transformers checkpoint: `state`, and `config`, its `config.json`."""
    arrays: dict[str, Any] = {}
    for full, value in state.items():
        name = full.removeprefix("model.")
        outer, _, end = name.rpartition(".")
        part = outer.split(".", 3)
        if name == "proj_out.weight":
            continue
        if name == "encoder.embed_positions.weight":
            arrays[PLACES] = value
        elif name == "decoder.embed_positions.weight":
            arrays["decoder.positional_embedding"] = value
        elif part[1:2] == ["layers"] and len(part) == 4 and part[3] in _TRANSFORMERS:
            arrays[f"{part[0]}.blocks.{part[2]}.{_TRANSFORMERS[part[3]]}.{end}"] = value
        elif outer in ("encoder.conv1", "encoder.conv2"):
            arrays[name] = value.transpose(0, 2, 1) if end == "weight" else value
        elif outer in _OUTER:
            arrays[f"{_OUTER[outer]}.{end}"] = value
        else:
            raise UnfitError(f"{full} is no weight of Whisper's")
    try:
        if "proj_out.weight" in state:
            _same(state["proj_out.weight"], arrays["decoder.token_embedding.weight"], "the output layer")
        heads = int(config["encoder_attention_heads"]), int(config["decoder_attention_heads"])
        layers = int(config["encoder_layers"]), int(config["decoder_layers"])
        return _dimensions(arrays, heads, layers), arrays
    except KeyError as error:
        raise UnfitError(f"{error.args[0]} is missing") from error


def _dimensions(arrays: Mapping[str, Any], heads: tuple[int, int], layers: tuple[int, int]) -> Dimensions:
    convolution, embedding = arrays["encoder.conv1.weight"], arrays["decoder.token_embedding.weight"]
    return {
        "n_mels": convolution.shape[2],
        "n_audio_ctx": arrays[PLACES].shape[0],
        "n_audio_state": convolution.shape[0],
        "n_audio_head": heads[0],
        "n_audio_layer": layers[0],
        "n_vocab": embedding.shape[0],
        "n_text_ctx": arrays["decoder.positional_embedding"].shape[0],
        "n_text_state": embedding.shape[1],
        "n_text_head": heads[1],
        "n_text_layer": layers[1],
    }


def _same(one: Any, other: Any, what: str) -> None:
    import numpy as np

    if one is not other and not np.array_equal(one, other):
        raise UnfitError(f"{what} is not its embedding, as it is in Whisper")


class _Stored:
    """The variables of a `model.bin`, in full precision."""

    def __init__(self, stored: Mapping[str, Any]) -> None:
        self._stored = stored

    def __call__(self, name: str) -> Any:
        import numpy as np

        if name not in self._stored:
            raise UnfitError(f"{name} is missing")
        value = self._stored[name]
        if f"{name}_scale" not in self._stored:
            return value
        scale = self._stored[f"{name}_scale"].astype(np.float32)
        scale = scale.reshape(-1, *[1] * (value.ndim - 1)) if scale.ndim else scale
        return (value.astype(np.float32) / scale).astype(np.float16)

    def layers(self, side: str) -> int:
        prefix = f"{side}/layer_"
        return 1 + max(
            (int(name[len(prefix) :].split("/")[0]) for name in self._stored if name.startswith(f"{prefix}")
             and name[len(prefix)].isdigit()),
            default=-1,
        )  # fmt: skip

    def norm(self, arrays: dict[str, Any], scope: str, name: str) -> None:
        arrays[f"{name}.weight"], arrays[f"{name}.bias"] = self(f"{scope}/gamma"), self(f"{scope}/beta")

    def linear(self, arrays: dict[str, Any], scope: str, name: str) -> None:
        arrays[f"{name}.weight"], arrays[f"{name}.bias"] = self(f"{scope}/weight"), self(f"{scope}/bias")

    def split(self, arrays: dict[str, Any], scope: str, name: str, parts: tuple[str, ...]) -> None:
        import numpy as np

        weight, bias = self(f"{scope}/weight"), self(f"{scope}/bias")
        for part, rows, shift in zip(
            parts, np.split(weight, len(parts)), np.split(bias, len(parts)), strict=True
        ):
            arrays[f"{name}.{part}.weight"] = rows
            if part != "key":
                arrays[f"{name}.{part}.bias"] = shift
            elif shift.any():
                raise UnfitError(f"{scope} has a bias for its keys, which Whisper has not")

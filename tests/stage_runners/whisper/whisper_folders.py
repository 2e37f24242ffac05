"""Whisper models with random weights, written in the layouts of CTranslate2 and of Transformers.

The same model in both.
"""

from __future__ import annotations

import json
import struct

import numpy as np

WIDTH, HEADS, LAYERS, FRAMES, LENGTH = 64, 2, 2, 1500, 448
_TYPES = {"float32": 0, "int8": 1, "int16": 2, "float16": 4}
_ATTENTION = ("q_proj", "k_proj", "v_proj", "out_proj")


def random_state(bands=80, vocabulary=51865, dtype=np.float32, seed=0):
    """Weights by Transformers' names.

    `layers` of each kind, keys without bias, the output tied to the embedding.
    """
    rng = np.random.default_rng(seed)
    state = {}

    def put(name, *shape, bias=True, norm=False):
        weight = rng.normal(1.0 if norm else 0.0, 0.1 if norm else shape[-1] ** -0.5, shape)
        state[f"model.{name}.weight"] = weight.astype(dtype)
        if bias:
            state[f"model.{name}.bias"] = rng.normal(0, 0.05, shape[:1]).astype(dtype)

    put("encoder.conv1", WIDTH, bands, 3)
    put("encoder.conv2", WIDTH, WIDTH, 3)
    put("encoder.embed_positions", FRAMES, WIDTH, bias=False)
    put("decoder.embed_positions", LENGTH, WIDTH, bias=False)
    put("decoder.embed_tokens", vocabulary, WIDTH, bias=False)
    for side, kinds in (("encoder", ("self_attn",)), ("decoder", ("self_attn", "encoder_attn"))):
        put(f"{side}.layer_norm", WIDTH, norm=True)
        for layer in range(LAYERS):
            scope = f"{side}.layers.{layer}"
            for kind in kinds:
                put(f"{scope}.{kind}_layer_norm", WIDTH, norm=True)
                for part in _ATTENTION:
                    put(f"{scope}.{kind}.{part}", WIDTH, WIDTH, bias=part != "k_proj")
            put(f"{scope}.final_layer_norm", WIDTH, norm=True)
            put(f"{scope}.fc1", 4 * WIDTH, WIDTH)
            put(f"{scope}.fc2", WIDTH, 4 * WIDTH)
    return state


def write_transformers(folder, state):
    """The folder that `save_pretrained` would write, weights as safetensors."""
    folder.mkdir(parents=True)
    config = {"model_type": "whisper", "encoder_attention_heads": HEADS, "decoder_attention_heads": HEADS}
    config |= {"encoder_layers": LAYERS, "decoder_layers": LAYERS}
    (folder / "config.json").write_text(json.dumps(config))
    (folder / "generation_config.json").write_text(json.dumps({"alignment_heads": [[1, 0], [1, 1]]}))
    header, content = {}, b""
    for name, value in state.items():
        kind = {"float32": "F32", "float16": "F16"}[value.dtype.name]
        raw = np.ascontiguousarray(value).tobytes()
        header[name] = {
            "dtype": kind,
            "shape": value.shape,
            "data_offsets": [len(content), len(content) + len(raw)],
        }
        content += raw
    head = json.dumps(header).encode()
    (folder / "model.safetensors").write_bytes(struct.pack("<Q", len(head)) + head + content)
    return folder


def ctranslate2_variables(state, *, int8=False):
    """The same weights by CTranslate2's names.

    Query, key and value in one, matrices in 8 bits where asked.
    """
    get = {name.removeprefix("model."): value for name, value in state.items()}
    out = {"encoder/num_heads": np.int16(HEADS), "decoder/num_heads": np.int16(HEADS)}
    out |= {
        "decoder/pre_norm": np.int8(1),
        "decoder/activation": np.int8(3),
        "decoder/scale_embeddings": np.int8(0),
    }
    out |= {"decoder/alignment_layer": np.int16(-1), "decoder/alignment_heads": np.int16(1)}

    def matrix(target, weight):
        if int8:
            scale = (127.0 / np.abs(weight.astype(np.float32)).max(axis=1)).astype(np.float32)
            out[f"{target}_scale"], weight = scale, np.rint(weight * scale[:, None]).astype(np.int8)
        out[target] = weight

    def linear(target, *names):
        matrix(f"{target}/weight", np.concatenate([get[f"{name}.weight"] for name in names]))
        zeros = np.zeros(WIDTH, get["encoder.conv1.bias"].dtype)
        out[f"{target}/bias"] = np.concatenate([get.get(f"{name}.bias", zeros) for name in names])

    def norm(target, name):
        out[f"{target}/gamma"], out[f"{target}/beta"] = get[f"{name}.weight"], get[f"{name}.bias"]

    for side in ("encoder", "decoder"):
        norm(f"{side}/layer_norm", f"{side}.layer_norm")
        out[f"{side}/position_encodings/encodings"] = get[f"{side}.embed_positions.weight"]
        for layer in range(LAYERS):
            scope, name = f"{side}/layer_{layer}", f"{side}.layers.{layer}"
            q, k, v, o = (f"{name}.self_attn.{part}" for part in _ATTENTION)
            norm(f"{scope}/self_attention/layer_norm", f"{name}.self_attn_layer_norm")
            linear(f"{scope}/self_attention/linear_0", q, k, v)
            linear(f"{scope}/self_attention/linear_1", o)
            if side == "decoder":
                q, k, v, o = (f"{name}.encoder_attn.{part}" for part in _ATTENTION)
                norm(f"{scope}/attention/layer_norm", f"{name}.encoder_attn_layer_norm")
                linear(f"{scope}/attention/linear_0", q)
                linear(f"{scope}/attention/linear_1", k, v)
                linear(f"{scope}/attention/linear_2", o)
            norm(f"{scope}/ffn/layer_norm", f"{name}.final_layer_norm")
            linear(f"{scope}/ffn/linear_0", f"{name}.fc1")
            linear(f"{scope}/ffn/linear_1", f"{name}.fc2")
    for conv in ("conv1", "conv2"):
        out[f"encoder/{conv}/weight"], out[f"encoder/{conv}/bias"] = (
            get[f"encoder.{conv}.{end}"] for end in ("weight", "bias")
        )
    matrix("decoder/embeddings/weight", get["decoder.embed_tokens.weight"])
    return out


def write_model_bin(path, variables, aliases=(), version=6, kind="WhisperSpec"):
    """CTranslate2's binary file, as its `specs/model_spec.py` serialises it."""

    def text(value):
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    content = struct.pack("<I", version) + text(kind) + struct.pack("<II", 3, len(variables))
    for name, value in sorted(variables.items()):
        array = np.asarray(value)
        content += text(name) + struct.pack("<B", array.ndim) + struct.pack(f"<{array.ndim}I", *array.shape)
        raw = np.ascontiguousarray(array).tobytes()
        content += struct.pack("<BI", _TYPES[array.dtype.name], len(raw)) + raw
    content += struct.pack("<I", len(aliases)) + b"".join(text(one) + text(other) for one, other in aliases)
    path.write_bytes(content)


def write_ctranslate2(folder, state, *, int8=False):
    """The folder that CTranslate2's converter would write, without its vocabulary."""
    folder.mkdir(parents=True)
    tied = [("decoder/projection/weight", "decoder/embeddings/weight")]
    write_model_bin(folder / "model.bin", ctranslate2_variables(state, int8=int8), tied)
    heads = {"alignment_heads": [[1, 0], [1, 1]], "suppress_ids_begin": [220, 50257]}
    (folder / "config.json").write_text(json.dumps({**heads, "lang_ids": [50259, 50260], "suppress_ids": []}))
    return folder

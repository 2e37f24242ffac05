"""A minimal Whisper for testing a device: one layer with random weights, in CTranslate2's format.

Its encoder has Whisper's convolutions, products, attention and norms, so a device without one of their
libraries or kernels fails here, and not an hour into a film.
"""

from __future__ import annotations

import json
import struct
from typing import Any

WIDTH, BANDS, POSITIONS, TOKENS, LENGTH = 64, 80, 1500, 51865, 8
_TYPES = {"float32": 0, "int8": 1, "int16": 2}


def files() -> dict[str, bytes]:
    """The files of the model by name, as `ctranslate2.models.Whisper(files=...)` takes them."""
    vocabulary = json.dumps([str(number) for number in range(TOKENS)]).encode()
    return {"model.bin": _binary(_variables()), "config.json": b"{}", "vocabulary.json": vocabulary}


def encode(device: str, compute_type: str) -> Any:
    """Run the encoder over 30 s of noise on `device`: float32 (1, 1500, 64). Raises CTranslate2's errors."""
    import ctranslate2
    import numpy as np

    model = ctranslate2.models.Whisper("probe", device=device, compute_type=compute_type, files=files())
    noise = np.random.default_rng(0).normal(size=(1, BANDS, 2 * POSITIONS)).astype(np.float32)
    states = model.encode(ctranslate2.StorageView.from_array(noise), to_cpu=True)
    return np.asarray(states.to(ctranslate2.DataType.float32))


def _variables() -> dict[str, Any]:
    import numpy as np

    rng = np.random.default_rng(0)
    out: dict[str, Any] = {
        "encoder/num_heads": np.int16(1), "decoder/num_heads": np.int16(1), "decoder/pre_norm": np.int8(1),
        "decoder/activation": np.int8(3), "decoder/scale_embeddings": np.int8(0),
        "decoder/alignment_layer": np.int16(-1), "decoder/alignment_heads": np.int16(1),
    }  # fmt: skip

    def weight(name: str, *shape: int) -> None:
        out[name] = rng.normal(0, shape[-1] ** -0.5, shape).astype(np.float32)

    def linear(name: str, rows: int, columns: int) -> None:
        weight(f"{name}/weight", rows, columns)
        out[f"{name}/bias"] = np.zeros(rows, np.float32)

    def norm(name: str) -> None:
        out[f"{name}/gamma"], out[f"{name}/beta"] = np.ones(WIDTH, np.float32), np.zeros(WIDTH, np.float32)

    for name, bands in (("conv1", BANDS), ("conv2", WIDTH)):
        weight(f"encoder/{name}/weight", WIDTH, bands, 3)
        out[f"encoder/{name}/bias"] = np.zeros(WIDTH, np.float32)
    for side, length in (("encoder", POSITIONS), ("decoder", LENGTH)):
        layer = f"{side}/layer_0"
        weight(f"{side}/position_encodings/encodings", length, WIDTH)
        for name in ("layer_norm", "layer_0/self_attention/layer_norm", "layer_0/ffn/layer_norm"):
            norm(f"{side}/{name}")
        linear(f"{layer}/self_attention/linear_0", 3 * WIDTH, WIDTH)
        linear(f"{layer}/self_attention/linear_1", WIDTH, WIDTH)
        linear(f"{layer}/ffn/linear_0", 4 * WIDTH, WIDTH)
        linear(f"{layer}/ffn/linear_1", WIDTH, 4 * WIDTH)
    norm("decoder/layer_0/attention/layer_norm")
    for number, rows in enumerate((WIDTH, 2 * WIDTH, WIDTH)):
        linear(f"decoder/layer_0/attention/linear_{number}", rows, WIDTH)
    weight("decoder/embeddings/weight", TOKENS, WIDTH)
    return out


def _binary(variables: dict[str, Any]) -> bytes:
    """CTranslate2's binary model, format 6.

    Names with their lengths and a zero, arrays with rank, shape, type and size.
    """
    import numpy as np

    def text(value: str) -> bytes:
        return struct.pack("<H", len(value) + 1) + value.encode() + b"\0"

    parts = [struct.pack("<I", 6), text("WhisperSpec"), struct.pack("<II", 3, len(variables))]
    for name, value in sorted(variables.items()):
        array = np.ascontiguousarray(value)
        shape = struct.pack(f"<B{np.ndim(value)}I", np.ndim(value), *np.shape(value))
        parts += [
            text(name),
            shape,
            struct.pack("<BI", _TYPES[array.dtype.name], array.nbytes),
            array.tobytes(),
        ]
    tied = text("decoder/projection/weight") + text("decoder/embeddings/weight")
    return b"".join([*parts, struct.pack("<I", 1), tied])

"""A Parakeet of a few nodes, in the files and with the inputs and outputs of the real one.

It hears how loud it is: at a loud frame it writes the next word of `SAID` and goes on four frames, at a quiet
one it writes nothing and goes on one frame. So words stand where the sound is. The graphs are written by
hand, field by field of `onnx.proto`, so that no test needs the package onnx.
"""

from __future__ import annotations

import json
import struct
from collections.abc import Sequence
from pathlib import Path

SAID = (" Good", " eve", "ning.", " We", " sail", " at", " da", "wn.")
"""The tokens in the order in which they are written, again and again; a space begins a word."""
TEXT = "Good evening. We sail at dawn."
FEATURES, FACTOR, DURATIONS = 128, 8, 5
FLOAT, INT32, INT64 = 1, 6, 7


def write(folder: Path, *, said: Sequence[str] = SAID, float32: bool = False) -> Path:
    """Write the model in the names of int8, or with `float32` in its names and with external weights."""
    folder.mkdir(parents=True, exist_ok=True)
    suffix = "" if float32 else ".int8"
    encoder, data = _encoder(f"encoder-model{suffix}.onnx.data" if float32 else "")
    (folder / f"encoder-model{suffix}.onnx").write_bytes(encoder)
    if float32:
        (folder / f"encoder-model{suffix}.onnx.data").write_bytes(data)
    (folder / f"decoder_joint-model{suffix}.onnx").write_bytes(_decoder(len(said)))
    tokens = [token.replace(" ", "\u2581") for token in said]
    lines = (f"{token} {number}\n" for number, token in enumerate([*tokens, "<blk>"]))
    (folder / "vocab.txt").write_text("".join(lines), encoding="utf-8")
    config = {"model_type": "nemo-conformer-tdt", "features_size": FEATURES, "subsampling_factor": FACTOR}
    (folder / "config.json").write_text(json.dumps(config), encoding="utf-8")
    return folder


def _encoder(external: str) -> tuple[bytes, bytes]:
    """The mean of all features in every eight frames, as the only state; and its weights."""
    weights = struct.pack(f"<{FEATURES}f", *[1 / FEATURES] * FEATURES)
    return _model(
        [
            _node("Conv", ["audio_signal", "weights"], ["mean"]),
            _node("AveragePool", ["mean"], ["outputs"], kernel_shape=[FACTOR], strides=[FACTOR], ceil_mode=1),
            _node("Add", ["length", "seven"], ["more"]),
            _node("Div", ["more", "eight"], ["encoded_lengths"]),
        ],
        [
            _tensor("weights", FLOAT, (1, FEATURES, 1), weights, external),
            _tensor("seven", INT64, (), struct.pack("<q", FACTOR - 1)),
            _tensor("eight", INT64, (), struct.pack("<q", FACTOR)),
        ],
        [_value("audio_signal", FLOAT, "batch", FEATURES, "time"), _value("length", INT64, "batch")],
        [_value("outputs", FLOAT, "batch", 1, "frames"), _value("encoded_lengths", INT64, "batch")],
    ), weights


def _decoder(words: int) -> bytes:
    """Logits: 8 for the next word and the longest duration; the quieter, the more for blank and one frame."""
    width = words + 1 + DURATIONS
    following = [[0.0] * width for _ in range(words + 1)]
    for last, row in enumerate(following):
        row[0 if last >= words - 1 else last + 1] = 8.0
        row[-1] = 8.0
    quiet = [0.0] * width
    quiet[words] = quiet[words + 2] = -100.0
    least = [0.0] * width
    least[words] = least[words + 2] = 28.0
    floats = {"following": [one for row in following for one in row], "quiet": quiet, "least": least}
    shapes = {"following": (words + 1, width), "quiet": (1, 1, 1, width), "least": (1, 1, 1, width)}
    return _model(
        [
            _node("Gather", ["following", "targets"], ["next"]),
            _node("Unsqueeze", ["next", "one"], ["wide"]),
            _node("Unsqueeze", ["encoder_outputs", "one"], ["loud"]),
            _node("Mul", ["loud", "quiet"], ["scaled"]),
            _node("Add", ["scaled", "least"], ["either"]),
            _node("Add", ["either", "wide"], ["outputs"]),
            _node("Identity", ["input_states_1"], ["output_states_1"]),
            _node("Identity", ["input_states_2"], ["output_states_2"]),
        ],
        [
            *(
                _tensor(name, FLOAT, shapes[name], struct.pack(f"<{len(own)}f", *own))
                for name, own in floats.items()
            ),
            _tensor("one", INT64, (1,), struct.pack("<q", 1)),
        ],
        [
            _value("encoder_outputs", FLOAT, "batch", 1, "time"),
            _value("targets", INT32, "batch", "said"),
            _value("target_length", INT32, "batch"),
            _value("input_states_1", FLOAT, 2, "batch", 4),
            _value("input_states_2", FLOAT, 2, "batch", 4),
        ],
        [
            _value("outputs", FLOAT, "batch", "time", "said", width),
            _value("output_states_1", FLOAT, 2, "batch", 4),
            _value("output_states_2", FLOAT, 2, "batch", 4),
        ],
    )


def _varint(value: int) -> bytes:
    written = bytearray()
    while value > 127:
        written.append(value & 127 | 128)
        value >>= 7
    return bytes((*written, value))


def _field(number: int, value: int | bytes | str) -> bytes:
    if isinstance(value, int):
        return _varint(number << 3) + _varint(value)
    body = value.encode() if isinstance(value, str) else value
    return _varint(number << 3 | 2) + _varint(len(body)) + body


def _fields(number: int, values: Sequence[int | bytes | str]) -> bytes:
    return b"".join(_field(number, value) for value in values)


def _tensor(name: str, kind: int, shape: Sequence[int], raw: bytes, external: str = "") -> bytes:
    head = _fields(1, shape) + _field(2, kind) + _field(8, name)
    if not external:
        return head + _field(9, raw)
    entries = (("location", external), ("offset", "0"), ("length", str(len(raw))))
    return head + _fields(13, [_field(1, key) + _field(2, own) for key, own in entries]) + _field(14, 1)


def _value(name: str, kind: int, *shape: int | str) -> bytes:
    dimensions = [_field(1, one) if isinstance(one, int) else _field(2, one) for one in shape]
    return _field(1, name) + _field(2, _field(1, _field(1, kind) + _field(2, _fields(1, dimensions))))


def _node(
    kind: str, inputs: Sequence[str], outputs: Sequence[str], **attributes: int | Sequence[int]
) -> bytes:
    written = []
    for name, value in attributes.items():
        several = not isinstance(value, int)
        own = _fields(8, value) + _field(20, 7) if several else _field(3, value) + _field(20, 2)
        written.append(_field(1, name) + own)
    return _fields(1, inputs) + _fields(2, outputs) + _field(4, kind) + _fields(5, written)


def _model(
    nodes: Sequence[bytes], tensors: Sequence[bytes], inputs: Sequence[bytes], outputs: Sequence[bytes]
) -> bytes:
    graph = (
        _fields(1, nodes)
        + _field(2, "toy")
        + _fields(5, tensors)
        + _fields(11, inputs)
        + _fields(12, outputs)
    )
    return _field(1, 8) + _field(2, "hand") + _field(7, graph) + _field(8, _field(1, "") + _field(2, 17))

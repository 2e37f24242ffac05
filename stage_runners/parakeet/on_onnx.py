"""Parakeet by onnx-asr, on a processor or on CUDA, from a folder: nothing is downloaded here."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc import memory
from ipc.errors import StageError
from stage_runners.parakeet import faults
from stage_runners.parakeet.tokens import Piece

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KIND = "nemo-conformer-tdt"
"""onnx-asr's name of this kind of model."""
_TYPES = {"int8": ".int8", "float32": ""}
_PROVIDERS = {"cpu": "CPUExecutionProvider", "cuda": "CUDAExecutionProvider"}
_INPUTS = {
    "encoder": {"audio_signal", "length"},
    "decoder_joint": {"encoder_outputs", "targets", "target_length", "input_states_1", "input_states_2"},
}
"""What onnx-asr feeds into both graphs."""
DURATIONS = 5
"""A token lasts from no frame to four."""
FRAME = 0.01
"""Seconds from one frame of features to the next."""


def load(model: Mapping[str, Any], compute_type: str, device: str, threads: int) -> OnnxNetwork:
    """Load the model of `model["path"]`; `StageError("config")` if it is none, with what is wrong."""
    folder = Path(model["path"])
    kind = _compute_type(folder, compute_type, device)
    suffix = _TYPES[kind]
    paths = {part: folder / f"{part}-model{suffix}.onnx" for part in _INPUTS}
    for file in (*paths.values(), folder / "vocab.txt", folder / "config.json"):
        if not file.is_file():
            raise faults.broken(folder, f"it lacks {file.name}")
    words = faults.vocabulary_size(folder / "vocab.txt")
    faults.check_config(folder / "config.json")
    with faults.explained(folder):
        import onnx_asr
        import onnxruntime

        if device == "cuda":
            onnxruntime.preload_dlls()
        options = onnxruntime.SessionOptions()
        options.intra_op_num_threads = threads
        options.log_severity_level = 3  # its warnings about nodes that run elsewhere are not for users
        adapter = onnx_asr.load_model(
            KIND,
            folder,
            quantization="int8" if suffix else None,
            sess_options=options,
            providers=[_PROVIDERS[device]],
        )
    network = OnnxNetwork(adapter, kind, device)
    network.check(folder, words)
    return network


def _compute_type(folder: Path, asked: str, device: str) -> str:
    """The compute type: what was asked for or, by default, int8 on a processor if the folder has it."""
    if asked in {"default", "auto"}:
        small = device == "cpu" and (folder / "encoder-model.int8.onnx").is_file()
        return "int8" if small else "float32"
    possible = tuple(_TYPES) if device == "cpu" else ("float32",)
    if asked not in possible:
        raise StageError(
            "config",
            f"--compute-type {asked}: Parakeet does not compute in it on {device}",
            f"choose {' or '.join(possible)}",
        )
    if not (folder / f"encoder-model{_TYPES[asked]}.onnx").is_file():
        other, device = ("int8", "cuda") if asked == "float32" else ("float32", "cpu")
        raise StageError(
            "config",
            f"--compute-type {asked}: {folder} has Parakeet in {other} only",
            f"omit --compute-type, or download the other files: "
            f"orchestrator models pull parakeet --device {device}",
        )
    return asked


class OnnxNetwork:
    """A model that onnx-asr has loaded; see `stage_runners.parakeet.recognizer.Network`."""

    def __init__(self, adapter: Any, compute_type: str, device: str) -> None:
        self.method = "onnx-asr, greedy TDT"
        self.compute_type = compute_type
        self.computed_on = ""
        self._adapter = adapter.with_timestamps()
        self._asr = adapter.asr
        self._durations: list[int] = []
        self._decode = self._asr._decode
        self._asr._decode = self._recorded
        self._device = device

    def check(self, folder: Path, words: int) -> None:
        """Check the graphs against the `words` of the vocabulary, and read half a second of silence."""
        import numpy as np

        sessions = {"encoder": self._asr._encoder, "decoder_joint": self._asr._decoder_joint}
        for part, session in sessions.items():
            names = {one.name for one in session.get_inputs()}
            if names != _INPUTS[part]:
                takes, has = ", ".join(sorted(_INPUTS[part])), ", ".join(sorted(names))
                raise faults.broken(folder, f"its {part} takes {has} instead of {takes}")
            used = session.get_providers()
            if _PROVIDERS[self._device] not in used:
                message = f"onnxruntime cannot use {self._device} here: it fell back to {used[0]}"
                raise StageError("env", message, "choose another device, such as --device cpu")
        outputs = sessions["decoder_joint"].get_outputs()[0].shape[-1]
        if isinstance(outputs, int) and outputs != words + DURATIONS:
            size = outputs - DURATIONS
            raise faults.broken(folder, f"its vocabulary has {words} tokens, its network {size}")
        with faults.explained(folder):
            self.read([np.zeros(8000, np.float32)])

    def read(self, windows: Sequence[NDArray[np.float32]]) -> list[list[Piece]]:
        """The tokens of the windows, with the durations that the network chose."""
        self._durations.clear()
        try:
            results = self._adapter.recognize(list(windows), sample_rate=16_000)
        except Exception as error:
            if memory.category_of(str(error)) is None and faults.out_of_memory(error):
                message = f"onnxruntime: {faults.first_line(error)}"
                raise StageError("oom_host" if self._device == "cpu" else "oom_device", message) from error
            raise
        steps = iter(self._durations)
        frame = FRAME * self._asr._subsampling_factor
        return [
            [
                Piece(text, start, next(steps) * frame or None, math.exp(likely))
                for text, start, likely in zip(
                    one.tokens or (), one.timestamps or (), one.logprobs or (), strict=True
                )
            ]
            for one in results
        ]

    def _recorded(self, *arguments: Any) -> Any:
        """The library's own step of decoding; keeps the durations of those that give a token."""
        logits, step, state = self._decode(*arguments)
        if int(logits.argmax()) != self._asr._blank_idx:
            self._durations.append(max(0, int(step)))
        return logits, step, state

"""Reads Whisper's weights for MLX; a folder in another layout is converted once.

Layouts: mlx-whisper's (`config.json` with its dimensions, `weights.safetensors` or `.npz`, possibly
quantised), CTranslate2's (`model.bin`), and Hugging Face Transformers' (`model.safetensors` or
`pytorch_model.bin`). mlx-whisper can also read a converted folder, which additionally has the tokenizer and
the model's decoding settings, in Transformers' `generation_config.json`.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

from ipc.errors import StageError
from ipc.parsing import json_of
from stage_runners.frameworks import checkpoints, conversions
from stage_runners.whisper.mlx import conversion_check, tensor_names

_KEPT = ("tokenizer.json", "preprocessor_config.json")


def prepared(source: Path, converted: Path | None, log: Callable[[str], None] = print) -> Path:
    """The folder in MLX layout for the model at `source`: itself, or its conversion, which is made if needed.

    The conversion is stored at `converted`, or else in a temporary folder that the caller must remove. Raises
    `StageError` if the folder is not a Whisper model, or the conversion gives other results than the
    original.
    """
    layout = layout_of(source)
    if layout == "mlx":
        return source

    def convert(target: Path) -> None:
        log(f"converting {source.name} for MLX, once")
        _convert(source, layout, target, log)

    return conversions.cached(source, converted, convert, "MLX")


def layout_of(folder: Path) -> str:
    """`mlx`, `ctranslate2` or `transformers`; `StageError` for any other layout."""
    if (folder / "model.bin").is_file():
        return "ctranslate2"
    config = _json(folder / "config.json")
    if "n_mels" in config and _weights(folder, _MLX):
        return "mlx"
    if config.get("model_type") == "whisper" and _weights(folder, _TRANSFORMERS):
        return "transformers"
    raise StageError(
        "config",
        f"{folder}: not a Whisper model for MLX, CTranslate2 or Transformers",
        "run `orchestrator models` to list the models on this machine",
    )


def read_network(folder: Path, dtype: Any, quantize: int = 0) -> tuple[Any, int]:
    """mlx-whisper's network with the weights of an MLX folder, and the bits of its matrices (0: `dtype`).

    `quantize` is the number of bits to quantise full matrices to. Raises `StageError` if weights are missing
    or do not match.
    """
    import mlx.core as mx
    from mlx import nn
    from mlx.utils import tree_flatten, tree_unflatten

    from stage_runners.whisper.mlx.network import whisper_module

    module = whisper_module()
    config = _json(folder / "config.json")
    fields = module.ModelDimensions.__dataclass_fields__
    try:
        network = module.Whisper(module.ModelDimensions(**{key: config[key] for key in fields}), mx.float32)
        weights: dict[str, Any] = {}
        for path in _weights(folder, _MLX):
            weights |= mx.load(str(path))
    except (KeyError, RuntimeError, ValueError) as error:
        if "allocate" in str(error):  # a lack of memory is nobody's fault, and has its own remedies
            raise
        raise _unfit(folder, f"{type(error).__name__}: {error}") from error
    quantized = config.get("quantization")
    if quantized:
        nn.quantize(network, **quantized, class_predicate=lambda path, _: f"{path}.scales" in weights)
    expected = {name: value.shape for name, value in tree_flatten(network.parameters())}
    for extra in ("alignment_heads", "decoder._mask"):
        expected.pop(extra, None)
        weights.pop(extra, None)
    places = weights.pop(tensor_names.PLACES, network.encoder._positional_embedding)
    network.encoder._positional_embedding = places.astype(dtype)
    if wrong := sorted(expected.keys() ^ weights.keys()):
        raise _unfit(folder, f"{len(wrong)} weights are missing or unknown, {wrong[0]} among them")
    if wrong := sorted(name for name, value in weights.items() if value.shape != expected[name]):
        raise _unfit(folder, f"{wrong[0]} has the shape {weights[wrong[0]].shape}")
    cast = [
        (name, value.astype(dtype) if mx.issubdtype(value.dtype, mx.floating) else value)
        for name, value in weights.items()
    ]
    network.update(tree_unflatten(cast))
    bits = int(quantized["bits"]) if quantized else 0
    if quantize and not quantized:
        nn.quantize(network, bits=quantize)
        bits = quantize
    mx.eval(network.parameters())
    return network, bits


def decoding(folder: Path) -> dict[str, Any]:
    """The decoding settings of an MLX folder (`alignment_heads`, `begin_suppress_tokens`), if it has any."""
    return _json(folder / "generation_config.json")


def _convert(source: Path, layout: str, target: Path, log: Callable[[str], None]) -> None:
    import mlx.core as mx

    try:
        if layout == "ctranslate2":
            dimensions, arrays = tensor_names.from_ctranslate2(source / "model.bin")
            options = _from_ctranslate2_config(_json(source / "config.json"))
        else:
            state = _transformers_state(_weights(source, _TRANSFORMERS))
            dimensions, arrays = tensor_names.from_transformers(state, _json(source / "config.json"))
            options = _json(source / "generation_config.json")
    except (tensor_names.UnfitError, checkpoints.NoWeightsError) as error:
        raise _unfit(source, str(error)) from error
    mx.save_safetensors(
        str(target / "weights.safetensors"), {name: mx.array(value) for name, value in arrays.items()}
    )
    (target / "config.json").write_text(json.dumps({"model_type": "whisper", **dimensions}, indent=1))
    (target / "generation_config.json").write_text(json.dumps(options))
    for name in _KEPT:
        if (source / name).is_file():
            shutil.copyfile(source / name, target / name)
    network, _ = read_network(target, mx.float32)
    difference = (
        conversion_check.against_ctranslate2(network, source, options["alignment_heads"])
        if layout == "ctranslate2"
        else conversion_check.against_transformers(network, state)
    )
    (target / "conversion.json").write_text(json.dumps(difference._asdict(), indent=1))
    log(
        f"the converted model differs by {difference.encoder:.1g} in encoder states "
        f"and {difference.decoder:.1g} in log-probabilities"
    )
    if not difference.agrees:
        raise StageError(
            "contract",
            f"{source.name}: its conversion for MLX gives other results than {difference.reference}: "
            f"encoder states differ by {difference.encoder:.2g}, "
            f"log-probabilities by {difference.decoder:.2g}",
            "use --device asr=cpu, and please report it",
        )


def _from_ctranslate2_config(config: Mapping[str, Any]) -> dict[str, Any]:
    return {
        "alignment_heads": config.get("alignment_heads"),
        "begin_suppress_tokens": config.get("suppress_ids_begin"),
    }


_MLX = ("weights.safetensors", "weights.npz", "model.safetensors")
_TRANSFORMERS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin")


def _weights(folder: Path, names: tuple[str, ...]) -> list[Path]:
    """The files of the first existing one of `names`; several if it is an index of pieces."""
    for name in names:
        if (folder / name).is_file():
            if name.endswith(".index.json"):
                return [folder / part for part in sorted(set(_json(folder / name)["weight_map"].values()))]
            return [folder / name]
    return []


def _transformers_state(paths: list[Path]) -> dict[str, Any]:
    """The weights as NumPy arrays by Transformers' names; bfloat16 as float32.

    Pickles are read as weights only.
    """
    import numpy as np

    state: dict[str, Any] = {}
    for path in paths:
        if path.suffix == ".bin":
            import torch

            state |= {
                key: (value.float() if value.dtype == torch.bfloat16 else value).numpy()
                for key, value in checkpoints.read(path).items()
            }
        else:
            import mlx.core as mx

            for key, value in mx.load(str(path)).items():
                state[key] = np.array(value.astype(mx.float32) if value.dtype == mx.bfloat16 else value)
    return state


def _json(path: Path) -> dict[str, Any]:
    try:
        content = json_of(path.read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return content if isinstance(content, dict) else {}


def _unfit(folder: Path, why: str) -> StageError:
    return StageError(
        "config",
        f"{folder}: not a Whisper model that MLX can run: {why}",
        "run `orchestrator models` to list the models on this machine",
    )

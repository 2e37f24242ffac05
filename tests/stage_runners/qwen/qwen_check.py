"""Checks that need the networks, in one process: `python -m tests.stage_runners.qwen.qwen_check FOLDER`.

Prints what came out as JSON; `test_networks.py` says what it has to be.
"""

from __future__ import annotations

import json
import shutil
import sys
from pathlib import Path
from types import ModuleType
from unittest import mock

import numpy as np
import torch
from safetensors.torch import load_file, save_file

from ipc.errors import StageError
from ipc.memory import lack
from stage_runners.alignment import qwen_aligner
from stage_runners.qwen import engine, generation
from stage_runners.qwen.forced_aligner import ForcedAligner
from stage_runners.recognition.recognizer import Settings, Sound
from stage_runners.recognition.windows import Chunk
from tests.stage_runners.qwen.folders_text import SAID

RATE = 16000
CHUNKS = [Chunk(0.0, 7.3, 5.0), Chunk(8.0, 19.5, 9.0), Chunk(19.6, 19.9, 0.3)]
EN = Settings(language="en")


def main(models: Path) -> None:
    """Print the results."""
    found = {name: recognised(models / name) for name in ("asr", "asr-hf")}
    noise = sound().samples[: 6 * RATE].astype(np.float32) / 32768
    found["times"] = [
        ForcedAligner.load(str(models / name), "cpu").times(noise, SAID.split())
        for name in ("aligner", "aligner-hf")
    ]
    found["faults"] = faults(models)
    found["loop"] = loop(models)
    found["memory"] = memory(models)
    print(json.dumps(found))


def sound() -> Sound:
    """Twenty seconds of noise."""
    return Sound(np.random.default_rng(1).normal(0, 3000, 20 * RATE).astype(np.int16), RATE)


def load(folder: Path, **params: object) -> engine.QwenRecognizer:
    """The recogniser of a folder."""
    return engine.load({"_model": {"path": str(folder)}, "compute_type": "float32", **params}, "cpu")


def recognised(folder: Path) -> dict[str, object]:
    """Everything that the engine offers."""
    own = load(folder)
    encoded = own.encode(sound(), CHUNKS)
    alone = [own.encode(sound(), [chunk])[0] for chunk in CHUNKS]
    texts = list(own.transcribe(encoded, Settings(language="en", hotwords="Anna <|im_end|>, Bob")))
    return {
        "vectors": [len(one.states) for one in encoded],
        "batch is as alone": all(
            torch.allclose(one.states, other.states, atol=1e-4)
            for one, other in zip(encoded, alone, strict=True)
        ),
        "languages": [max(row, key=row.get) for row in own.detector.in_windows(encoded)],
        "spans": [max(row, key=row.get) for row in own.detector.in_spans(encoded[1], [(0, 5), (2.5, 7.5)])],
        "texts": [one.text for one in texts],
        "likely": [one.avg_logprob for one in texts],
        "unknown": [[one.text, one.language] for one in own.transcribe(encoded, Settings(language="und"))],
        "said": list(own.scorer.probabilities(encoded[0], SAID, EN, texts[0])),
        "not said": list(own.scorer.probabilities(encoded[0], "Bring sail We", EN)),
        "special": [
            own.prompt.fitting(["<|im_start|>"] * 9, EN),
            len(own._network.prompt("<|im_end|>")) - len(own._network.prompt("")),
        ],
        "fitting": own.prompt.fitting(["Anna"] * 3000, EN),
        "too long": _error(lambda: own.prompt.check(Settings(language="en", hotwords="Anna, " * 3000))),
    }


def loop(models: Path) -> dict[str, object]:
    """A network that writes one word again and again: how many tokens, and what comes of the window."""
    folder = shutil.copytree(models / "asr", models / "loop")
    weights = load_file(folder / "model.safetensors")
    weights["thinker.lm_head.weight"][:] = weights["thinker.lm_head.weight"][0] * 0
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    own = load(folder)
    encoded = own.encode(sound(), CHUNKS[:1])
    (once,) = own.transcribe_once(encoded, EN)
    with mock.patch.object(generation, "loops", return_value=False):
        (whole,) = own.transcribe_once(encoded, EN)
    return {
        "tokens": len(once.tokens), "doubtful": once.doubtful, "limit": len(whole.tokens),
        "kept": [one.text for one in own.transcribe(encoded, EN)],
    }  # fmt: skip


def memory(models: Path) -> object:
    """What torch says of a full device reaches the stage's process as such."""
    own = load(models / "asr")
    full = torch.OutOfMemoryError("CUDA out of memory. Tried to allocate 2.00 GiB")
    with mock.patch.object(type(own._network.model), "forward", side_effect=full):
        encoded = own.encode(sound(), CHUNKS[:1])
        try:
            own.transcribe_once(encoded, EN)
        except torch.OutOfMemoryError as error:
            return lack(error)
    return None


def faults(models: Path) -> dict[str, object]:
    """The error of each broken folder."""
    result = {}

    def broken(name: str, of: str = "asr") -> Path:
        return shutil.copytree(models / of, models / f"broken-{name}")

    def tried(name: str, folder: Path) -> None:
        result[name] = _error(lambda: load(folder))

    folder = broken("no weights")
    (folder / "model.safetensors").unlink()
    tried("no weights", folder)
    folder = broken("a shard", "asr-hf")
    (folder / "model-00002-of-00002.safetensors").unlink()
    tried("a shard", folder)
    folder = broken("cut off")
    data = (folder / "model.safetensors").read_bytes()
    (folder / "model.safetensors").write_bytes(data[: len(data) // 2])
    tried("cut off", folder)
    folder = broken("a tensor")
    weights = load_file(folder / "model.safetensors")
    del weights["thinker.model.norm.weight"]
    save_file(weights, folder / "model.safetensors", metadata={"format": "pt"})
    tried("a tensor", folder)
    folder = broken("no merges")
    (folder / "merges.txt").unlink()
    tried("no merges", folder)
    folder = broken("another tokenizer")
    file = folder / "tokenizer_config.json"
    file.write_text(file.read_text().replace("<asr_text>", "<asr_words>"))
    tried("another tokenizer", folder)
    folder = broken("shifted tokens")
    file = folder / "config.json"
    file.write_text(file.read_text().replace('"audio_token_id": ', '"audio_token_id": 1'))
    tried("shifted tokens", folder)
    folder = broken("settings")
    file = folder / "config.json"
    file.write_text(file.read_text().replace('"hidden_size": 64', '"hidden_size": "wide"'))
    tried("settings", folder)
    folder = broken("another network")
    (folder / "config.json").write_text('{"model_type": "qwen3"}')
    tried("another network", folder)
    tried("an aligner", models / "aligner")
    result["a recogniser"] = _error(
        lambda: qwen_aligner.load({"_model": {"path": str(models / "asr-hf")}}, "cpu")
    )
    old = ModuleType("transformers")
    old.__version__ = "4.57.6"
    with mock.patch.dict(sys.modules, {"transformers": old}):
        tried("old", models / "asr")
    return result


def _error(made: object) -> object:
    try:
        made()
    except StageError as error:
        return [error.category, str(error), error.hint]
    return None


if __name__ == "__main__":
    main(Path(sys.argv[1]))

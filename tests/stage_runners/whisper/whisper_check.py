"""Compare Whisper on MLX with mlx-whisper, torch and CTranslate2, by small models of random weights.

usage: whisper_check.py FOLDER VOCABULARY; prints JSON.

FOLDER is empty, VOCABULARY is the vocabulary.txt of a multilingual model.
"""

from __future__ import annotations

import importlib
import json
import sys
from pathlib import Path

import ctranslate2
import mlx.core as mx
import numpy as np
from mlx import nn
from mlx.utils import tree_flatten

from ipc.errors import StageError
from stage_runners.whisper.mlx import alignment_heads, beam_search, tensor_names, weights
from stage_runners.whisper.mlx.network import Decoder, encode
from stage_runners.whisper.mlx.tokenizer import packaged
from tests.stage_runners.whisper import whisper_folders as folders

TEXTS = [
    "Hello world, it's 12:30!", " Diane\n\n  two  spaces", "नमस्ते दुनिया", "日本語の…",
    "¡Hola! naïve Übergröße",
    "Привет 😀👩‍🚀", "♪♪ (( hi )) [x]", "مرحبا தமிழ்", "a" * 99,
]  # fmt: skip


def network_of(folder: Path, bands: int, vocabulary: int):
    """A random network, read from a folder converted from Transformers' layout without a check."""
    config = {
        "encoder_attention_heads": 2,
        "decoder_attention_heads": 2,
        "encoder_layers": 2,
        "decoder_layers": 2,
    }
    state = folders.random_state(bands, vocabulary, seed=vocabulary)
    dimensions, arrays = tensor_names.from_transformers(state, config)
    return written(folder, dimensions, {name: mx.array(value) for name, value in arrays.items()})


def written(folder: Path, dimensions, arrays, form="weights.safetensors"):
    """The network read back from a folder in MLX layout."""
    folder.mkdir(parents=True)
    (folder / "config.json").write_text(json.dumps(dimensions))
    save = mx.savez if form.endswith("npz") else lambda path, **a: mx.save_safetensors(path, a)
    save(str(folder / form), **arrays)
    return weights.read_network(folder, mx.float32)[0]


def forward(network) -> dict[str, float]:
    """Our forward pass beside mlx-whisper's own, and reading token by token beside reading at once."""
    rng = np.random.default_rng(1)
    sound = mx.array(rng.normal(size=(2, 3000, network.dims.n_mels)).astype(np.float32))
    tokens = mx.array(rng.integers(0, 50000, (2, 6)))
    states, theirs = encode(network, sound), network.encoder(sound)
    once, steps = Decoder(network, states), Decoder(network, states)
    whole = once.logits(once.hidden(tokens))
    steps.hidden(tokens[:, :2])
    steps.keep(mx.array([0, 0, 0, 1, 1, 1]))  # three beams a window
    last = [steps.logits(steps.hidden(mx.repeat(tokens[:, at : at + 1], 3, axis=0))) for at in range(2, 6)]
    steps.keep(mx.array([5]), mx.array([1]))  # the first window has ended
    more = steps.logits(steps.hidden(tokens[1:, :1]))[0, 0]
    longer = mx.concatenate([tokens[1:], tokens[1:, :1]], axis=1)
    return {
        "encoder": float(mx.abs(states - theirs).max()),
        "decoder": float(mx.abs(whole - network.logits(tokens, theirs)).max()),
        "steps": float(mx.abs(last[-1][:, 0] - mx.repeat(whole[:, -1], 3, axis=0)).max()),
        "ended": float(mx.abs(more - network.logits(longer, theirs[1:])[0, -1]).max()),
    }


def searched(folder: Path, vocabulary: Path) -> list[bool]:
    """Whether the beam search writes CTranslate2's text, with equal scores, for a model of random weights."""
    state = folders.random_state(80, 51865)
    for name in state:  # random logits are flat: sharper ones make beams end, at random, before the limit
        if name.endswith("embed_tokens.weight"):
            state[name][50257] *= 9
    source = folders.write_ctranslate2(folder / "random", state)
    (source / "vocabulary.txt").write_text(vocabulary.read_text(encoding="utf-8"), encoding="utf-8")
    network, _ = weights.read_network(weights.prepared(source, folder / "converted"), mx.float32)
    original = ctranslate2.models.Whisper(str(source), device="cpu", compute_type="float32")
    sound = np.random.default_rng(2).normal(size=(3, 80, 3000)).astype(np.float32)
    prompt = [50361, 440, 1000, 50258, 50259, 50359, 50363]
    equal = []
    for beams, repeat, length in ((1, 0, 30), (5, 0, 40), (5, 3, 40)):
        theirs = original.generate(
            ctranslate2.StorageView.from_array(sound), [prompt] * 3, beam_size=beams, suppress_tokens=[7, 8],
            no_repeat_ngram_size=repeat, max_length=length, return_scores=True, return_no_speech_prob=True,
        )  # fmt: skip
        rules = beam_search.Rules(
            sot=50258, eot=50257, no_speech=50362, suppress=[7, 8], suppress_first=[220, 50257],
            no_repeat=repeat, max_length=length,
        )  # fmt: skip
        states = encode(network, mx.array(sound).transpose(0, 2, 1))
        ours = beam_search.search(network, states, prompt, beams, rules)
        equal.extend(
            one.tokens == other.sequences_ids[0]
            and abs(one.score - other.scores[0]) < 1e-3
            and abs(one.no_speech_prob - other.no_speech_prob) < 1e-4
            for one, other in zip(ours, theirs, strict=True)
        )
    return equal


def conversions(folder: Path) -> dict[str, object]:
    """A Transformers folder with its check, and one whose conversion is made wrong."""
    source = folders.write_transformers(folder / "transformers", folders.random_state(128, 51866, np.float16))
    kept = folder / "kept" / "a"
    weights.prepared(source, kept)
    right = tensor_names._TRANSFORMERS.copy()
    tensor_names._TRANSFORMERS |= {"self_attn.v_proj": "attn.out", "self_attn.out_proj": "attn.value"}
    try:
        weights.prepared(source, folder / "kept" / "b")
        refused = ""
    except StageError as error:
        refused = error.message
    tensor_names._TRANSFORMERS |= right
    return {
        "difference": json.loads((kept / "conversion.json").read_text()),
        "files": sorted(path.name for path in kept.iterdir()),
        "heads": json.loads((kept / "generation_config.json").read_text())["alignment_heads"],
        "refused": refused,
        "left": sorted(path.name for path in (folder / "kept").iterdir()),
    }


def quantised(folder: Path) -> dict[str, object]:
    """A 4-bit folder as mlx-community has them, and one of the packed formats."""
    network = network_of(folder / "full", 80, 51865)
    places = {tensor_names.PLACES: network.encoder._positional_embedding}
    dimensions = json.loads((folder / "full" / "config.json").read_text())
    arrays = {**dict(tree_flatten(network.parameters())), **places}
    arrays.pop("alignment_heads")
    again = written(folder / "npz", dimensions, arrays, "weights.npz")
    sound = mx.array(np.random.default_rng(1).normal(size=(1, 3000, 80)).astype(np.float32))
    exact = encode(network, sound)
    same = float(mx.abs(encode(again, sound) - exact).max())
    nn.quantize(network, bits=4)
    arrays = {**dict(tree_flatten(network.parameters())), **places}
    written(folder / "4bit", {**dimensions, "quantization": {"bits": 4, "group_size": 64}}, arrays)
    read, bits = weights.read_network(folder / "4bit", mx.float32)
    eight, cut = weights.read_network(folder / "npz", mx.float32, 8)
    return {
        "npz": same, "bits": [bits, cut],
        "4bit": float(mx.abs(encode(read, sound) - encode(network, sound)).max()),
        "8bit": float(mx.abs(encode(eight, sound) - exact).mean()),
    }  # fmt: skip


def tokenizers() -> list[str]:
    """Texts that the packed vocabulary's tokenizer does not read as OpenAI's does."""
    wrong = []
    for name, languages in (("multilingual", 99), ("gpt2", 98)):
        ours = packaged(name == "multilingual", languages)
        theirs = importlib.import_module("mlx_whisper.tokenizer").get_encoding(name, languages)
        for text in TEXTS:
            ids = ours.encode(text, add_special_tokens=False).ids
            if ids != theirs.encode(text) or ours.decode(ids) != text:
                wrong.append(text)
        last = ours.token_to_id("<|notimestamps|>"), ours.token_to_id("<|30.00|>")
        if last != (theirs._special_tokens["<|notimestamps|>"], theirs.n_vocab - 1):
            wrong.append(f"{name}: special tokens")
    return wrong


def main(folder: Path, vocabulary: Path) -> None:
    """Print what was found."""
    shapes = {(80, 51865): "v2", (128, 51866): "v3", (80, 51864): "en"}
    found = {
        "forward": {name: forward(network_of(folder / name, *shape)) for shape, name in shapes.items()},
        "searched": searched(folder, vocabulary),
        "conversions": conversions(folder),
        "quantised": quantised(folder / "quantised"),
        "tokenizers": tokenizers(),
        "heads": {name: len(heads) for name, heads in alignment_heads.openai_heads().items()},
    }
    print(json.dumps(found))


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))

"""Small Qwen3 models with the real file layout: `python -m tests.stage_runners.qwen.folders FOLDER`.

The networks are made from Transformers' own configuration classes, with random weights. So that they write
something, the recogniser's weights are set by hand: each token makes the next one of a sentence likeliest,
whatever the sound is, so the text says nothing about the network, but everything around it is real. The
aligner's classes are random, of the first three seconds. `FOLDER/asr`, `FOLDER/aligner`: the authors' first
layout, as in Qwen/Qwen3-ASR-0.6B; `FOLDER/asr-hf`, `FOLDER/aligner-hf`: Transformers' own, the first in two
pieces.
"""

from __future__ import annotations

import json
import sys
from itertools import pairwise
from pathlib import Path

import torch
from safetensors.torch import load_file, save_file
from tokenizers.pre_tokenizers import ByteLevel
from transformers import (
    Qwen2Tokenizer,
    Qwen3ASRConfig,
    Qwen3ASRForConditionalGeneration,
    Qwen3ASRForTokenClassification,
)

from stage_runners.qwen.languages import NAMES
from tests.stage_runners.qwen.folders_text import SAID

TOKENS = (
    "<|endoftext|>", "<|im_start|>", "<|im_end|>", "<|audio_start|>", "<|audio_end|>", "<|audio_pad|>",
    "<asr_text>", "<timestamp>",
)  # fmt: skip
CLASSES, WIDTH = 40, 64
LANGUAGES = (*NAMES.values(), "None")
SOUND = {
    "num_mel_bins": 128, "encoder_layers": 1, "encoder_attention_heads": 2, "encoder_ffn_dim": 32,
    "d_model": 32, "output_dim": WIDTH, "downsample_hidden_size": 8, "n_window": 50, "n_window_infer": 800,
}  # fmt: skip
TEXT = {
    "hidden_size": WIDTH, "intermediate_size": 64, "num_hidden_layers": 1, "num_attention_heads": 2,
    "num_key_value_heads": 1, "head_dim": 32, "max_position_embeddings": 4096,
}  # fmt: skip
ROPE = {"rope_type": "default", "rope_theta": 1000000.0}
TO_FIRST = (
    ("model.language_model.", "thinker.model."),
    ("model.multi_modal_projector.linear_1.", "thinker.audio_tower.proj1."),
    ("model.multi_modal_projector.linear_2.", "thinker.audio_tower.proj2."),
    ("model.audio_tower.", "thinker.audio_tower."),
    ("lm_head.", "thinker.lm_head."),
    ("score.", "thinker.lm_head."),
)


def main(folder: Path) -> None:
    """Write the four models."""
    torch.manual_seed(13)
    vocabulary, merges = _vocabulary()
    ids = {token: len(vocabulary) + k for k, token in enumerate(TOKENS)}
    made = Qwen3ASRConfig(
        audio_config={**SOUND, "max_position_embeddings": 13},
        text_config={**TEXT, "vocab_size": len(vocabulary) + len(TOKENS), "rope_parameters": ROPE},
        audio_token_id=ids["<|audio_pad|>"],
        timestamp_token_id=ids["<timestamp>"],
        eos_token_id=[ids["<|endoftext|>"], ids["<|im_end|>"]],
        pad_token_id=ids["<|im_end|>"],
        num_labels=CLASSES,
        tie_word_embeddings=False,
    )
    tokenizer = Qwen2Tokenizer(vocab=vocabulary, merges=merges)
    tokenizer.add_special_tokens({"additional_special_tokens": [*TOKENS[:6]]})
    tokenizer.add_tokens(list(TOKENS[6:]))
    asr = Qwen3ASRForConditionalGeneration(made)
    _speak(asr, tokenizer)
    aligner = Qwen3ASRForTokenClassification(made)
    for name, network, pieces in (("asr", asr, "300KB"), ("aligner", aligner, "5GB")):
        own = folder / f"{name}-hf"
        network.save_pretrained(own, max_shard_size=pieces)
        tokenizer.save_pretrained(own)
        _first_layout(own, folder / name, made, vocabulary, merges, tokenizer)


def _vocabulary() -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Bytes, and merges that make one token of each name of a language and of each word that is said."""
    pieces = sorted(ByteLevel.alphabet())
    merges: list[tuple[str, str]] = []
    words = [f"Ġ{name}" for name in LANGUAGES] + ["language"]
    words += [
        f"Ġ{word}" if k else word for k, word in enumerate(SAID.replace(".", "").replace(",", "").split())
    ]
    for word in words:
        for end in range(2, len(word) + 1):
            pair = (word[: end - 1], word[end - 1])
            if "".join(pair) not in pieces:
                pieces.append("".join(pair))
                merges.append(pair)
    return {piece: k for k, piece in enumerate(pieces)}, merges


def _speak(network: Qwen3ASRForConditionalGeneration, tokenizer: Qwen2Tokenizer) -> None:
    """Set the weights: no attention and no middle layer, an embedding for each token, and a head that
    finds the embedding of the token after it.
    """
    course = [
        tokenizer.encode("language")[0],
        tokenizer.encode(" English")[0],
        *tokenizer.encode("<asr_text>"),
        *tokenizer.encode(SAID),
        *tokenizer.encode("<|im_end|>"),
    ]
    assert len(set(course)) == len(course), "a token that comes twice would have two successors"
    with torch.no_grad():
        for layer in network.model.language_model.layers:
            layer.self_attn.o_proj.weight.zero_()
            layer.mlp.down_proj.weight.zero_()
        table = network.model.language_model.embed_tokens.weight
        network.lm_head.weight.mul_(0.01)
        scale = 3.0 / WIDTH**0.5
        for token, following in pairwise(course):
            row = table[token] / table[token].norm() * WIDTH**0.5
            network.lm_head.weight[following] = row * scale
        (line,) = set(tokenizer.encode("assistant\n")[-1:])
        row = table[line] / table[line].norm() * WIDTH**0.5
        network.lm_head.weight[course[0]] += row * scale


def _first_layout(
    own: Path,
    to: Path,
    config: Qwen3ASRConfig,
    vocabulary: dict[str, int],
    merges: list[tuple[str, str]],
    tokenizer: Qwen2Tokenizer,
) -> None:
    """The same model with the names of the authors' repository, in one file."""
    to.mkdir(parents=True)
    weights = {}
    for file in sorted(own.glob("model*.safetensors")):
        for name, value in load_file(file).items():
            old, new = next(pair for pair in TO_FIRST if name.startswith(pair[0]))
            weights[name.replace(old, new, 1)] = value
    save_file(weights, to / "model.safetensors", metadata={"format": "pt"})
    thinker = {
        "model_type": "qwen3_asr", "audio_token_id": config.audio_token_id, "initializer_range": 0.02,
        "audio_config": {**SOUND, "model_type": "qwen3_asr_audio_encoder", "max_source_positions": 1500,
                         "conv_chunksize": 500},
        "text_config": {**TEXT, "vocab_size": config.text_config.vocab_size, "model_type": "qwen3",
                        "rope_theta": 1000000, "rms_norm_eps": 1e-06, "tie_word_embeddings": False,
                        "rope_scaling": {"mrope_interleaved": True, "mrope_section": [4, 6, 6],
                                         "rope_type": "default", "type": "default"}},
    }  # fmt: skip
    whole = {"architectures": ["Qwen3ASRForConditionalGeneration"], "model_type": "qwen3_asr",
             "support_languages": LANGUAGES[:-1], "thinker_config": thinker}  # fmt: skip
    if own.name.startswith("aligner"):
        thinker["classify_num"] = CLASSES
        whole |= {"timestamp_token_id": config.timestamp_token_id, "timestamp_segment_time": 80}
    (to / "config.json").write_text(json.dumps(whole))
    (to / "vocab.json").write_text(json.dumps(vocabulary))
    (to / "merges.txt").write_text("#version: 0.2\n" + "\n".join(" ".join(pair) for pair in merges) + "\n")
    added = {
        str(number): {"content": token, "lstrip": False, "normalized": False, "rstrip": False,
                      "single_word": False, "special": token in TOKENS[:6]}
        for token, number in tokenizer.get_added_vocab().items()
    }  # fmt: skip
    (to / "tokenizer_config.json").write_text(
        json.dumps(
            {"tokenizer_class": "Qwen2Tokenizer", "added_tokens_decoder": added, "eos_token": "<|im_end|>",
             "pad_token": "<|endoftext|>", "unk_token": None, "errors": "replace"}
        )
    )  # fmt: skip
    (to / "generation_config.json").write_text(json.dumps({"do_sample": False}))
    (to / "preprocessor_config.json").write_text(
        json.dumps({"feature_extractor_type": "WhisperFeatureExtractor", "feature_size": 128})
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]))

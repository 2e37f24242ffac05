"""Writes a wav2vec2 model of random weights: `wav2vec2_folder.py FOLDER [FORM [SIZE [WEIGHTS]]]`.

FORM is that of a published network, `base`, `large` or `xlsr`; SIZE `small` or `full`; WEIGHTS `safetensors`
or `bin`. The letters are a to z, in the layout of the Hub's models.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path

import torch
from transformers import (
    Wav2Vec2Config,
    Wav2Vec2CTCTokenizer,
    Wav2Vec2FeatureExtractor,
    Wav2Vec2ForCTC,
    Wav2Vec2Processor,
)

LETTERS = ("<pad>", "<s>", "</s>", "<unk>", "|", *"abcdefghijklmnopqrstuvwxyz'")
LARGE = {"hidden_size": 1024, "num_hidden_layers": 24, "num_attention_heads": 16, "intermediate_size": 4096}
FORMS = {
    "base": {},
    # facebook/wav2vec2-large-960h has the norms of base; large-960h-lv60 and all XLSR the stable ones
    "large": {**LARGE, "feat_extract_norm": "group", "do_stable_layer_norm": False},
    "xlsr": {**LARGE, "feat_extract_norm": "layer", "do_stable_layer_norm": True, "conv_bias": True},
}
"""The configurations of facebook/wav2vec2-base, -large, and -large-xlsr-53."""
SMALL = {
    "hidden_size": 16, "num_hidden_layers": 2, "num_attention_heads": 2, "intermediate_size": 16,
    "conv_dim": (8,) * 7, "num_conv_pos_embeddings": 4, "num_conv_pos_embedding_groups": 2,
}  # fmt: skip


def main(folder: Path, form: str = "base", size: str = "small", weights: str = "safetensors") -> None:
    folder.mkdir(parents=True, exist_ok=True)
    vocabulary = folder / "vocab.json"
    vocabulary.write_text(json.dumps({letter: number for number, letter in enumerate(LETTERS)}))
    tokenizer = Wav2Vec2CTCTokenizer(str(vocabulary), pad_token="<pad>", word_delimiter_token="|")  # noqa: S106
    Wav2Vec2Processor(Wav2Vec2FeatureExtractor(), tokenizer).save_pretrained(folder)
    torch.manual_seed(0)
    shape = {**FORMS[form], **(SMALL if size == "small" else {})}
    model = Wav2Vec2ForCTC(Wav2Vec2Config(vocab_size=len(LETTERS), pad_token_id=0, **shape))
    for parameter in model.parameters():
        # norms and biases start at one and zero, where a wrong one could not be told
        parameter.data += 0.02 * torch.randn_like(parameter)
    model.save_pretrained(folder, safe_serialization=weights == "safetensors")


if __name__ == "__main__":
    main(Path(sys.argv[1]), *sys.argv[2:])

"""Run in the whisperx environment.

Make a Whisper checkpoint with random weights, convert it, and put noise through both.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path


def main(folder: Path, tokenizer: Path) -> None:
    import numpy as np
    import torch
    from tokenizers import Tokenizer
    from transformers import WhisperConfig, WhisperForConditionalGeneration, WhisperTokenizerFast

    from stage_runners.whisper.ctranslate2 import engine

    torch.manual_seed(0)
    config = WhisperConfig(
        d_model=64, encoder_layers=2, decoder_layers=2, encoder_attention_heads=2, decoder_attention_heads=2,
        encoder_ffn_dim=128, decoder_ffn_dim=128, vocab_size=51865,
    )  # fmt: skip
    checkpoint = WhisperForConditionalGeneration(config).eval()
    checkpoint.generation_config.alignment_heads = [[1, 0], [1, 1]]
    source = folder / "checkpoint"
    checkpoint.save_pretrained(source)
    WhisperTokenizerFast(tokenizer_object=Tokenizer.from_file(str(tokenizer))).save_pretrained(source)
    params = {"compute_type": "float32", "_threads": 1}
    params["_model"] = {"path": str(source), "converted": str(folder / "ctranslate2-0123")}
    whisper = engine.load(params, "cpu")
    noise = np.random.default_rng(1).normal(0, 1, (1, 80, 3000)).astype(np.float32)
    with torch.inference_mode():
        expected = checkpoint.model.encoder(torch.from_numpy(noise)).last_hidden_state.numpy()
    found = np.asarray(whisper.encode(noise))
    made = (folder / "ctranslate2-0123" / "model.bin").stat().st_mtime_ns
    engine.load(params, "cpu")
    again = (folder / "ctranslate2-0123" / "model.bin").stat().st_mtime_ns
    files = sorted(file.name for file in (folder / "ctranslate2-0123").iterdir())
    print(
        json.dumps({"difference": float(abs(expected - found).max()), "once": made == again, "files": files})
    )


if __name__ == "__main__":
    main(Path(sys.argv[1]), Path(sys.argv[2]))

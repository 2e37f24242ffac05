"""A model folder shaped as IndicTrans2's: its network and tokenizer are code in the folder; it knows a few
sentences by heart.

Run inside the environment `indictrans`: `python -m tests.stage_runners.translation.indic_folder FOLDER`. The
code here is a stand-in: M2M100 under another name, and a tokenizer with two dictionaries and language tags
before the text.
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

PAIRS = {
    "मेरा घर यहाँ है।": "My house is here .",
    "तुम कहाँ थे?": "Where were you ?",
    "#N1 आ गई।": "< ID1 > has come .",
}
"""Source, and what the network writes: words apart, names by the toolkit's own placeholder."""
MODEL_CODE = """
from transformers import M2M100Config, M2M100ForConditionalGeneration


class StandInConfig(M2M100Config):
    model_type = "IndicTrans"


class StandInForConditionalGeneration(M2M100ForConditionalGeneration):
    config_class = StandInConfig
"""
TOKENIZER_CODE = """
import json

from sentencepiece import SentencePieceProcessor
from transformers import PreTrainedTokenizer


class StandInTokenizer(PreTrainedTokenizer):
    vocab_files_names = {
        "words": "dict.SRC.json", "written": "dict.TGT.json", "pieces": "model.SRC", "parts": "model.TGT"
    }
    model_input_names = ["input_ids", "attention_mask"]
    padding_side = "left"

    def __init__(self, words=None, written=None, pieces=None, parts=None, **kwargs):
        self._ids = json.load(open(words, encoding="utf-8"))
        self._texts = {v: k for k, v in json.load(open(written, encoding="utf-8")).items()}
        self._spm = SentencePieceProcessor(model_file=pieces)
        super().__init__(unk_token="<unk>", pad_token="<pad>", eos_token="</s>", bos_token="<s>", **kwargs)

    @property
    def vocab_size(self):
        return len(self._ids)

    def get_vocab(self):
        return dict(self._ids)

    def _tokenize(self, text):
        source, target, rest = text.split(" ", 2)
        return [source, target, *self._spm.encode(rest, out_type=str)]

    def _convert_token_to_id(self, token):
        return self._ids.get(token, 3)

    def _convert_id_to_token(self, index):
        return self._texts.get(index, "<unk>")

    def convert_tokens_to_string(self, tokens):
        return "".join(tokens).replace("\\u2581", " ").strip()

    def build_inputs_with_special_tokens(self, ids, more=None):
        return [*ids, 2]
"""


def pieces(texts):
    """A sentencepiece model of `texts`, and its file's bytes."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts * 5),
        model_writer=model,
        vocab_size=100,
        hard_vocab_limit=False,
        minloglevel=2,
        character_coverage=1.0,
    )
    return sentencepiece.SentencePieceProcessor(model_proto=model.getvalue()), model.getvalue()


def make(folder):
    import torch
    from IndicTransToolkit.processor import IndicProcessor
    from transformers import AutoConfig, AutoModelForSeq2SeqLM, AutoTokenizer

    torch.set_num_threads(1)
    torch.manual_seed(3)
    folder.mkdir(parents=True)
    processor = IndicProcessor(inference=True)
    sources = [processor.preprocess_batch([a], src_lang="hin_Deva", tgt_lang="eng_Latn")[0] for a in PAIRS]
    words = {}
    sides = {"SRC": [text.split(" ", 2)[2] for text in sources], "TGT": list(PAIRS.values())}
    for side, texts in sides.items():
        model, content = pieces(texts)
        (folder / f"model.{side}").write_bytes(content)
        words[side] = {"<s>": 0, "<pad>": 1, "</s>": 2, "<unk>": 3, "hin_Deva": 4, "eng_Latn": 5}
        for k in range(model.get_piece_size()):
            words[side].setdefault(model.id_to_piece(k), len(words[side]))
        (folder / f"dict.{side}.json").write_text(json.dumps(words[side], ensure_ascii=False))
        targets = model
    (folder / "stand_in_model.py").write_text(MODEL_CODE)
    (folder / "stand_in_tokenizer.py").write_text(TOKENIZER_CODE)
    auto = {
        "AutoConfig": "stand_in_model.StandInConfig",
        "AutoModelForSeq2SeqLM": "stand_in_model.StandInForConditionalGeneration",
    }
    shape = {
        f"{side}_{name}": value
        for side in ("encoder", "decoder")
        for name, value in (("layers", 1), ("attention_heads", 2), ("ffn_dim", 64), ("layerdrop", 0.0))
    }
    config = {
        "model_type": "IndicTrans",
        "auto_map": auto,
        "vocab_size": max(map(len, words.values())),
        "d_model": 32,
        **shape,
        "dropout": 0.0,
        "attention_dropout": 0.0,
        "activation_dropout": 0.0,
        "decoder_start_token_id": 2,
        "max_position_embeddings": 256,
    }
    (folder / "config.json").write_text(json.dumps(config))
    named = {"AutoTokenizer": ["stand_in_tokenizer.StandInTokenizer", None]}
    (folder / "tokenizer_config.json").write_text(
        json.dumps({"auto_map": named, "tokenizer_class": "StandInTokenizer"})
    )
    tokenizer = AutoTokenizer.from_pretrained(folder, trust_remote_code=True)
    network = AutoModelForSeq2SeqLM.from_config(
        AutoConfig.from_pretrained(folder, trust_remote_code=True), trust_remote_code=True
    )
    asked = tokenizer(sources, padding=True, return_tensors="pt")
    rows = [
        [*(words["TGT"][piece] for piece in targets.encode(text, out_type=str)), 2] for text in PAIRS.values()
    ]
    width = max(map(len, rows))
    labels = torch.tensor([[*row, *[-100] * (width - len(row))] for row in rows])
    optimizer = torch.optim.AdamW(network.parameters(), lr=7e-3, weight_decay=0)
    network.train()
    for _ in range(600):
        loss = network(**asked, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if loss.item() < 0.003:
            break
    network.save_pretrained(folder)
    print("loss", round(loss.item(), 4))


if __name__ == "__main__":
    make(Path(sys.argv[1]))

"""Translation models of a few kilobytes, saved as Transformers saves them: random, or taught a handful of
sentences by heart.

Run inside the environment `translation`: `python -m tests.stage_runners.translation.translation_folders
FOLDER`. It makes `nllb` and `nllb-random` (M2M100 with FLORES codes in its vocabulary), `opus-mt-cs-mul`
(Marian with two targets).
"""

from __future__ import annotations

import io
import json
import sys
from pathlib import Path

PAIRS = {
    ("cs", "en"): [
        ("Kde jsi byl?", "Where have you been?"),
        ("Byl jsem v autě.", "I was in the car."),
        ("To je ale krásná ryba, viď?", "What a beautiful fish, isn't it?"),
        ("Pojďme domů.", "Let's go home."),
        ("Nevím, co to je.", "I don't know what it is."),
        ("XQ1 je tady.", "XQ1 is here."),
    ],
    ("cs", "de"): [
        ("Kde jsi byl?", "Wo bist du gewesen?"),
        ("Byl jsem v autě.", "Ich war im Auto."),
        ("Pojďme domů.", "Gehen wir nach Hause."),
    ],
}
CODES = {"cs": "ces_Latn", "en": "eng_Latn", "de": "deu_Latn"}


def pieces(texts, size):
    """A sentencepiece model of `texts`: its bytes."""
    import sentencepiece

    model = io.BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(texts), model_writer=model, vocab_size=size, character_coverage=1.0,
        hard_vocab_limit=False, minloglevel=2, unk_id=0, bos_id=1, eos_id=2, pad_id=-1,
    )  # fmt: skip
    return model.getvalue()


def learn(model, ids, mask, labels, told=0, zero=None):
    """Teach the model its sentences by heart.

    The first `told` tokens of each are given. Row `zero` of the embeddings stays zero, as OPUS-MT has it for
    `<pad>`.
    """
    import torch

    optimizer = torch.optim.AdamW(model.parameters(), lr=7e-3, weight_decay=0)
    pad, first = model.config.pad_token_id, model.config.decoder_start_token_id
    before = torch.cat([torch.full((len(labels), 1), first), labels[:, :-1]], dim=1)
    before = before.masked_fill(before == -100, pad)
    labels[:, :told] = -100
    model.train()
    for _ in range(1000):
        loss = model(input_ids=ids, attention_mask=mask, decoder_input_ids=before, labels=labels).loss
        optimizer.zero_grad()
        loss.backward()
        optimizer.step()
        if zero is not None:
            model.get_input_embeddings().weight.data[zero] = 0
        if loss.item() < 0.003:
            break
    model.eval()
    print("loss", round(loss.item(), 4))


def padded(rows, filler):
    import torch

    width = max(map(len, rows))
    return torch.tensor([[*row, *[filler] * (width - len(row))] for row in rows])


def nllb(folder, *, taught):
    """NLLB-200's shape: M2M100 with the tokenizer of NLLB."""
    import torch
    from transformers import M2M100Config, M2M100ForConditionalGeneration, NllbTokenizer

    torch.manual_seed(1)
    folder.mkdir(parents=True)
    texts = [text for pairs in PAIRS.values() for pair in pairs for text in pair]
    (folder / "sentencepiece.bpe.model").write_bytes(pieces(texts * 4, 220))
    tokenizer = NllbTokenizer(str(folder / "sentencepiece.bpe.model"))
    tokenizer.save_pretrained(folder)
    shape = {
        f"{side}_{name}": value
        for side in ("encoder", "decoder")
        for name, value in (("layers", 1), ("attention_heads", 2), ("ffn_dim", 64))
    }
    config = M2M100Config(
        vocab_size=len(tokenizer),
        d_model=48,
        **shape,
        max_position_embeddings=512,
        dropout=0.0,
        attention_dropout=0.0,
        activation_dropout=0.0,
        encoder_layerdrop=0.0,
        decoder_layerdrop=0.0,
        decoder_start_token_id=2,
    )
    model = M2M100ForConditionalGeneration(config)
    if taught:
        rows = []
        for (source, target), pairs in PAIRS.items():
            tokenizer.src_lang, tokenizer.tgt_lang = CODES[source], CODES[target]
            for a, b in pairs:
                one = tokenizer(a, text_target=b)
                rows.append((one["input_ids"], one["labels"]))
        ids = padded([a for a, _ in rows], tokenizer.pad_token_id)
        learn(model, ids, ids != tokenizer.pad_token_id, padded([b for _, b in rows], -100), told=1)
    model.save_pretrained(folder)


def marian(folder, targets):
    """OPUS-MT's shape; with several targets, each is named by a token before the text."""
    import torch
    from transformers import MarianConfig, MarianMTModel, MarianTokenizer

    torch.manual_seed(2)
    folder.mkdir(parents=True)
    pairs = [
        (f">>{code}<< {a}" if len(targets) > 1 else a, b)
        for target, code in targets.items()
        for a, b in PAIRS["cs", target]
    ]
    sides = {"source": [a for a, _ in pairs], "target": [b for _, b in pairs]}
    for side, texts in sides.items():
        (folder / f"{side}.spm").write_bytes(pieces([t.partition("<< ")[2] or t for t in texts] * 4, 120))
    import sentencepiece

    words = {"</s>": 0, "<unk>": 1}
    named = [f">>{code}<<" for code in targets.values()] if len(targets) > 1 else []
    for side in sides:
        model = sentencepiece.SentencePieceProcessor(model_file=str(folder / f"{side}.spm"))
        for k in range(model.get_piece_size()):
            words.setdefault(model.id_to_piece(k), len(words))
    for word in [*named, "<pad>"]:
        words.setdefault(word, len(words))
    (folder / "vocab.json").write_text(json.dumps(words, ensure_ascii=False))
    tokenizer = MarianTokenizer(
        str(folder / "source.spm"), str(folder / "target.spm"), str(folder / "vocab.json"),
        source_lang="cs", target_lang="mul" if named else next(iter(targets)),
    )  # fmt: skip
    tokenizer.save_pretrained(folder)
    shape = {
        f"{side}_{name}": value
        for side in ("encoder", "decoder")
        for name, value in (("layers", 1), ("attention_heads", 2), ("ffn_dim", 64))
    }
    config = MarianConfig(
        vocab_size=len(words),
        d_model=48,
        **shape,
        max_position_embeddings=512,
        dropout=0.0,
        pad_token_id=words["<pad>"],
        eos_token_id=0,
        decoder_start_token_id=words["<pad>"],
        forced_eos_token_id=None,
        scale_embedding=True,
        activation_function="swish",
        static_position_embeddings=True,
    )
    model = MarianMTModel(config)
    found = tokenizer(
        [a for a, _ in pairs], text_target=[b for _, b in pairs], padding=True, return_tensors="pt"
    )
    labels = found["labels"].masked_fill(found["labels"] == words["<pad>"], -100)
    learn(model, found["input_ids"], found["attention_mask"], labels, zero=words["<pad>"])
    model.generation_config.max_length = 64
    model.save_pretrained(folder)


if __name__ == "__main__":
    import torch

    torch.set_num_threads(1)  # on two threads such small ones take five times as long
    root = Path(sys.argv[1])
    nllb(root / "nllb", taught=True)
    nllb(root / "nllb-random", taught=False)
    marian(root / "opus-mt-cs-mul", {"en": "eng", "de": "deu"})

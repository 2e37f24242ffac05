"""Translation models for CTranslate2: weights converted once, their tokenizers, and how each kind is told the languages.

NLLB-200 is told the source in its first token and the target in the first it writes, by FLORES-200 codes. OPUS-MT (Marian) knows one
pair, or many targets, of which `>>deu<<` before the text names one.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ipc.errors import StageError
from stage_runners.frameworks import conversions
from stage_runners.text import scripts as languages
from stage_runners.text.iso639 import language, same_language

TOKENIZER_FILES = (
    "sentencepiece.bpe.model", "tokenizer.json", "source.spm", "target.spm", "tokenizer_config.json",
)  # fmt: skip
_CODE = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}|<\w+>")
"""Tokens that are no text."""
_TARGET = re.compile(r">>([\w-]+)<<")
_PAIR = re.compile(r"opus-mt(?:-tc-[a-z]+)?-([a-z]{2,3}|[A-Za-z_+-]+?)-([a-z]{2,3}|[A-Za-z_+-]+?)$")


class Request(NamedTuple):
    """Tokens of a sentence, and those that its translation begins with."""

    source: list[str]
    prefix: list[str]


def prepared(model: Mapping[str, Any]) -> Path:
    """The folder in CTranslate2's layout: the model's own, or the conversion of a Transformers checkpoint, made at its first use."""
    source = Path(model["path"])
    if (source / "model.bin").is_file():
        return source
    kept = Path(model["converted"]) if model.get("converted") else None
    return conversions.cached(source, kept, lambda target: _convert(source, target), "CTranslate2")


def _convert(source: Path, target: Path) -> None:
    """By CTranslate2's own converter, in half precision: whatever type it computes in later is made of that as it loads."""
    from ctranslate2.converters import TransformersConverter

    logging.getLogger("transformers").setLevel(logging.ERROR)
    beside = [name for name in TOKENIZER_FILES if (source / name).is_file()]
    try:
        converter = TransformersConverter(
            str(source), copy_files=beside, load_as_float16=True, low_cpu_mem_usage=True
        )
        converter.convert(str(target), quantization="float16", force=True)
    except (OSError, ValueError, KeyError, RuntimeError, AttributeError, TypeError) as error:
        raise StageError(
            "config",
            f"{source} could not be converted for CTranslate2: {error}",
            "It wants a whole checkpoint of NLLB-200 or OPUS-MT in the layout of Transformers: config, weights and tokenizer.",
        ) from error


def tokenizer(folder: Path, identity: str) -> Nllb | Marian:
    """What turns text into the model's tokens and back; `StageError` where the folder is no model that is known here."""
    words = _vocabulary(folder)
    if "eng_Latn" in words:
        return Nllb(folder, words)
    if (folder / "source.spm").is_file() and (folder / "target.spm").is_file():
        return Marian(folder, words, identity)
    raise StageError(
        "config",
        f"{folder} is neither NLLB-200 nor OPUS-MT: its vocabulary has no FLORES codes, and it has no source.spm and target.spm.",
        "Those two kinds are what this stage translates with.",
    )


class Nllb:
    """NLLB-200."""

    method = "NLLB-200 by CTranslate2"

    def __init__(self, folder: Path, words: frozenset[str]) -> None:
        self._words = words
        self._pieces, self._text = _sentencepiece(folder)

    def refuses(self, source: str, target: str) -> str:
        """Why it cannot translate between the two; empty where it can."""
        for code in (source, target):
            if languages.flores(code) not in self._words:
                return f"NLLB-200 does not know {languages.name(code)} ({code})"
        return ""

    def request(self, text: str, source: str, target: str) -> Request:
        """The tokens of `text`."""
        first, last = languages.flores(source) or "", languages.flores(target) or ""
        return Request([first, *self._pieces(text), "</s>"], [last])

    def text(self, tokens: Sequence[str], prefix: Sequence[str]) -> str:
        """The text of translated tokens, which begin with their prefix."""
        return str(self._text([t for t in tokens[len(prefix) :] if not _CODE.fullmatch(t)]))


class Marian:
    """OPUS-MT."""

    method = "OPUS-MT by CTranslate2"

    def __init__(self, folder: Path, words: frozenset[str], identity: str) -> None:
        from sentencepiece import SentencePieceProcessor

        self._source = SentencePieceProcessor(model_file=str(folder / "source.spm"))
        self._target = SentencePieceProcessor(model_file=str(folder / "target.spm"))
        self._targets = frozenset(found.group(1) for word in words if (found := _TARGET.fullmatch(word)))
        self._pair = _pair(folder, identity)

    def refuses(self, source: str, target: str) -> str:
        """Why it cannot translate between the two; empty where it can, or where it does not say what it knows."""
        first, last = self._pair
        if first and len(first) < 4 and not same_language(first, source):
            return f"this OPUS-MT model translates from {languages.name(first)}, not from {languages.name(source)}"
        if self._targets:
            known = ", ".join(sorted(self._targets)[:12])
            return "" if self._named(target) else f"this OPUS-MT model translates to {known}, not to {target}"
        if last and len(last) < 4 and not same_language(last, target):
            return f"this OPUS-MT model translates to {languages.name(last)}, not to {languages.name(target)}"
        return ""

    def request(self, text: str, source: str, target: str) -> Request:  # noqa: ARG002 - the model is of one source
        """The tokens of `text`."""
        named = self._named(target)
        told = [f">>{named}<<"] if named else []
        return Request([*told, *self._source.encode(text, out_type=str), "</s>"], [])

    def text(self, tokens: Sequence[str], prefix: Sequence[str]) -> str:
        """The text of translated tokens."""
        return str(self._target.decode(list(tokens[len(prefix) :])))

    def _named(self, target: str) -> str:
        """The model's name of the target language; empty where it has none."""
        known = language(target)
        names = (known.terminologic, known.code, target, (languages.flores(target) or "").partition("_")[0])
        written = [f"{name}_{(languages.flores(target) or '_').partition('_')[2]}" for name in names]
        return next((name for name in (*names, *written) if name in self._targets), "")


def _sentencepiece(folder: Path) -> tuple[Any, Any]:
    """Functions from text to pieces and back, from the file that is there."""
    if (folder / "sentencepiece.bpe.model").is_file():
        from sentencepiece import SentencePieceProcessor

        model = SentencePieceProcessor(model_file=str(folder / "sentencepiece.bpe.model"))
        return lambda text: model.encode(text, out_type=str), lambda tokens: model.decode(list(tokens))
    if (folder / "tokenizer.json").is_file():
        from tokenizers import Tokenizer

        fast = Tokenizer.from_file(str(folder / "tokenizer.json"))
        return (
            lambda text: fast.encode(text, add_special_tokens=False).tokens,
            lambda tokens: fast.decode([fast.token_to_id(token) for token in tokens]),
        )
    raise StageError(
        "config",
        f"{folder} has no tokenizer: neither sentencepiece.bpe.model nor tokenizer.json.",
        "Copy it from the checkpoint that the model was converted from.",
    )


def _vocabulary(folder: Path) -> frozenset[str]:
    """Every token that the model can write or read."""
    found: set[str] = set()
    for file in folder.glob("*vocabulary.*"):
        text = file.read_text(encoding="utf-8")
        found.update(json.loads(text) if file.suffix == ".json" else text.split("\n"))
    return frozenset(found)


def _pair(folder: Path, identity: str) -> tuple[str, str]:
    """The languages, or groups of them, that a Marian model translates between: from its tokenizer's settings, else from its name."""
    try:
        said = json.loads((folder / "tokenizer_config.json").read_text(encoding="utf-8"))
    except (OSError, ValueError):
        said = {}
    if isinstance(said, dict) and said.get("source_lang") and said.get("target_lang"):
        return str(said["source_lang"]), str(said["target_lang"])
    named = _PAIR.search(Path(identity.partition("@")[0]).name)
    return (named.group(1), named.group(2)) if named else ("", "")

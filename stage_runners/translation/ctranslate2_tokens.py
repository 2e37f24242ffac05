"""Translation models for CTranslate2: weights converted once, their tokenizers, and how each kind takes the
languages.

NLLB-200 takes the source language as the first token of the text and the target as the first of the
translation, by FLORES-200 codes. OPUS-MT (Marian) has one pair of languages, or several targets, of which
`>>deu<<` before the text names one.
"""

from __future__ import annotations

import json
import logging
import re
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any, NamedTuple

from ipc.errors import StageError
from ipc.parsing import json_of
from stage_runners.frameworks import checkpoints, conversions
from stage_runners.text import scripts
from stage_runners.text.iso639 import language, same_language

TOKENIZER_FILES = (
    "sentencepiece.bpe.model", "tokenizer.json", "source.spm", "target.spm", "tokenizer_config.json",
)  # fmt: skip
_CODE = re.compile(r"[a-z]{3}_[A-Z][a-z]{3}|<\w+>")
"""Tokens that are not text."""
_TARGET = re.compile(r">>([\w-]+)<<")
_LISTED = 12
"""Target languages that a message names."""
_PAIR = re.compile(r"opus-mt(?:-tc-[a-z]+)?-([a-z]{2,3}|[A-Za-z_+-]+?)-([a-z]{2,3}|[A-Za-z_+-]+?)$")


class Request(NamedTuple):
    """Tokens of a sentence, and those that its translation begins with."""

    source: list[str]
    prefix: list[str]


def prepared(model: Mapping[str, Any]) -> Path:
    """The folder in CTranslate2's layout: the model's own, or the conversion of a Transformers checkpoint,
    made at first use.
    """
    source = Path(model["path"])
    if (source / "model.bin").is_file():
        return source
    converted = Path(model["converted"]) if model.get("converted") else None
    return conversions.cached(source, converted, lambda target: _convert(source, target), "CTranslate2")


def _convert(source: Path, target: Path) -> None:
    """By CTranslate2's own converter, in half precision: it makes the type that it computes in from that as
    it loads.
    """
    from ctranslate2.converters import TransformersConverter

    checkpoints.check(source)
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
            "it has to be a complete checkpoint of NLLB-200 or OPUS-MT in the layout of Transformers: "
            "config, weights and tokenizer",
        ) from error


def tokenizer(folder: Path, identity: str) -> Nllb | Marian:
    """What turns text into the model's tokens and back; `StageError` if the folder is neither NLLB-200 nor
    OPUS-MT.
    """
    words = _vocabulary(folder)
    if "eng_Latn" in words:
        return Nllb(folder, words)
    if (folder / "source.spm").is_file() and (folder / "target.spm").is_file():
        return Marian(folder, words, identity)
    raise StageError(
        "config",
        f"{folder} is neither NLLB-200 nor OPUS-MT: its vocabulary has no FLORES codes, and it has no "
        "source.spm and target.spm",
        "use a model of one of these two kinds",
    )


class Nllb:
    """NLLB-200."""

    method = "NLLB-200 by CTranslate2"

    def __init__(self, folder: Path, words: frozenset[str]) -> None:
        self._words = words
        self._pieces, self._text = _sentencepiece(folder)

    def refusal(self, source: str, target: str) -> str:
        """Why it cannot translate between the two; empty if it can."""
        for code in (source, target):
            if scripts.flores(code) not in self._words:
                return f"NLLB-200 has no {scripts.name(code)} ({code})"
        return ""

    def request(self, text: str, source: str, target: str) -> Request:
        """The tokens of `text`."""
        first, last = scripts.flores(source) or "", scripts.flores(target) or ""
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

    def refusal(self, source: str, target: str) -> str:
        """Why it cannot translate between the two; empty if it can, or if its languages are unknown."""
        first, last = self._pair
        if _is_code(first) and not same_language(first, source):
            return (
                f"this OPUS-MT model translates from {scripts.name(first)}, not from {scripts.name(source)}"
            )
        if self._targets:
            listed = ", ".join(sorted(self._targets)[:_LISTED])
            return (
                "" if self._named(target) else f"this OPUS-MT model translates to {listed}, not to {target}"
            )
        if _is_code(last) and not same_language(last, target):
            return f"this OPUS-MT model translates to {scripts.name(last)}, not to {scripts.name(target)}"
        return ""

    def request(self, text: str, source: str, target: str) -> Request:  # noqa: ARG002 - the model is of one source
        """The tokens of `text`."""
        named = self._named(target)
        first = [f">>{named}<<"] if named else []
        return Request([*first, *self._source.encode(text, out_type=str), "</s>"], [])

    def text(self, tokens: Sequence[str], prefix: Sequence[str]) -> str:
        """The text of translated tokens."""
        return str(self._target.decode(list(tokens[len(prefix) :])))

    def _named(self, target: str) -> str:
        """The model's name of the target language; empty if it has none."""
        code = language(target)
        names = (code.terminologic, code.code, target, (scripts.flores(target) or "").partition("_")[0])
        written = [f"{name}_{(scripts.flores(target) or '_').partition('_')[2]}" for name in names]
        return next((name for name in (*names, *written) if name in self._targets), "")


def _is_code(language: str) -> bool:
    """Whether it is one language's code: a longer name is that of a group of languages (`ROMANCE`)."""
    return 0 < len(language) <= 3


def _sentencepiece(folder: Path) -> tuple[Callable[[str], list[str]], Callable[[Sequence[str]], str]]:
    """Functions from text to pieces and back, by the tokenizer in the folder."""
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
        f"{folder} has no tokenizer: neither sentencepiece.bpe.model nor tokenizer.json",
        "copy it from the checkpoint that the model was converted from",
    )


def _vocabulary(folder: Path) -> frozenset[str]:
    """Every token that the model can write or read."""
    tokens: set[str] = set()
    for file in folder.glob("*vocabulary.*"):
        text = file.read_text(encoding="utf-8")
        tokens.update(json.loads(text) if file.suffix == ".json" else text.split("\n"))
    return frozenset(tokens)


def _pair(folder: Path, identity: str) -> tuple[str, str]:
    """The languages, or groups of them, that a Marian model translates between: from its tokenizer's
    settings, else from its name.
    """
    try:
        settings = json_of((folder / "tokenizer_config.json").read_bytes())
    except (OSError, ValueError):
        settings = {}
    if isinstance(settings, dict) and settings.get("source_lang") and settings.get("target_lang"):
        return str(settings["source_lang"]), str(settings["target_lang"])
    named = _PAIR.search(Path(identity.partition("@")[0]).name)
    return (named.group(1), named.group(2)) if named else ("", "")

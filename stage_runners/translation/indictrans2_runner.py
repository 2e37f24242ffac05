"""Translation by IndicTrans2 (Gala et al., 2023): between 22 languages of India and English.

The network and the tokenizer are Python code in the model's own folder, which Transformers runs (`trust_remote_code`). The orchestrator
hands over models of IndicTrans2's authors, or a folder that the user named; anything else is refused here once more.
"""

from __future__ import annotations

import atexit
import logging
import os
import shutil
import tempfile
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.context import Context
from ipc.errors import StageError
from stage_runners.text import scripts as languages
from stage_runners.text.iso639 import language
from stage_runners.translation import by_text
from stage_runners.translation.stage import BY_INDICTRANS2
from stage_runners.translation.translator import Line

STAGE = BY_INDICTRANS2

AUTHORS = "ai4bharat/indictrans2-"
_MOST = 256
"""Tokens of a source and of a translation: what the networks have positions for."""
_FILES = ("config.json", "dict.SRC.json", "dict.TGT.json", "model.SRC", "model.TGT")
_DIRECTIONS = ("indic-indic", "indic-en", "en-indic")


def load(params: Mapping[str, Any], device: str) -> Translator:
    """The model in the folder `params["_model"]["path"]` on `device`: half precision on CUDA, single elsewhere."""
    model = params["_model"]
    identity, folder = str(model.get("id", "")), Path(model["path"])
    if "/" in identity and not identity.startswith(AUTHORS):
        raise StageError(
            "config",
            f"{identity} is none of IndicTrans2's own repositories, and its code would be run here.",
            "Fetch it, read its code, and name its folder.",
        )
    if missing := [name for name in _FILES if not (folder / name).is_file()]:
        said = f"{folder} is no whole IndicTrans2 model: it has no {', '.join(missing)}."
        raise StageError("config", said, "Its repository holds weights, dictionaries, and Python files.")
    _own_modules()
    import torch
    from IndicTransToolkit.processor import IndicProcessor
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    logging.getLogger("transformers").setLevel(logging.ERROR)
    kind = torch.float16 if device == "cuda" else torch.float32
    own = {"trust_remote_code": True, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **own)
        network = AutoModelForSeq2SeqLM.from_pretrained(
            folder, torch_dtype=kind, attn_implementation="eager", **own
        )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, AttributeError, TypeError) as error:
        if "memory" in str(error).lower():
            raise
        raise StageError(
            "config",
            f"{folder} is no IndicTrans2 model that Transformers can load: {str(error).splitlines()[0]}",
            "It wants the whole repository: config, weights, dictionaries, and its Python files.",
        ) from error
    network.eval()
    return Translator(network.to(device), tokenizer, IndicProcessor(inference=True), identity or folder.name)


def _own_modules() -> None:
    """Let Transformers copy the code it runs into a folder of this process, not where another model's of the same name may lie."""
    place = tempfile.mkdtemp(prefix="indictrans-code-")
    os.environ["HF_MODULES_CACHE"] = place
    atexit.register(shutil.rmtree, place, ignore_errors=True)


def run(model: Translator, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in the target language."""
    model.batch = int(context.params["batch_size"])
    model.beam = int(context.params["beam_size"])
    context.fact("compute_type", model.compute_type)
    by_text.run(model, inputs, context)


class Translator:
    """A `translation_line.Translator` around the network, its tokenizer, and IndicTransToolkit's preparation of texts."""

    placeholder = "#N{}"
    """A word with this sign is one of those that the toolkit itself takes out and puts back, by the code the network was trained with."""
    in_order = False

    def __init__(self, network: Any, tokenizer: Any, processor: Any, identity: str) -> None:
        self._network, self._tokenizer, self._processor = network, tokenizer, processor
        self._direction = next((name for name in _DIRECTIONS if name in identity), "")
        self.compute_type = str(network.dtype).removeprefix("torch.")
        self.method = f"IndicTrans2, {self.compute_type}"
        self.batch, self.beam = 8, 5

    def begin(self, film: Sequence[Line], target: str, context: Context) -> None:
        """Nothing: a sentence is translated by itself."""

    def refuses(self, source: str, target: str) -> str:
        """Why the model cannot translate between the two; empty where it can."""
        for code in (source, target):
            if language(code).code not in {*languages.INDIC, "en"}:
                return f"IndicTrans2 does not know {languages.name(code)}"
        sides = ["en" if language(code).code == "en" else "indic" for code in (source, target)]
        wanted = "-".join(sides)
        if self._direction and wanted != self._direction:
            return (
                f"this IndicTrans2 model translates {self._direction}, and {languages.name(source)} "
                f"to {languages.name(target)} is {wanted}"
            )
        return ""

    def translate(self, lines: Sequence[Line], target: str, attempt: int) -> list[str | None]:
        """The lines' translations; from the second attempt on with a wider search that may repeat nothing."""
        import torch

        last = languages.flores(target)
        # one by one: the processor keeps what it took out of each text in a queue, in this order
        texts = [
            self._processor.preprocess_batch(
                [line.text], src_lang=languages.flores(line.language), tgt_lang=last
            )[0]
            for line in lines
        ]
        asked = self._tokenizer(
            texts, truncation=True, max_length=_MOST, padding="longest", return_tensors="pt", return_attention_mask=True
        ).to(self._network.device)  # fmt: skip
        with torch.inference_mode():
            written = self._network.generate(
                input_ids=asked["input_ids"],
                attention_mask=asked["attention_mask"],
                use_cache=True,
                do_sample=False,
                max_length=_MOST,
                num_beams=self.beam + 2 * attempt,
                no_repeat_ngram_size=0 if attempt == 0 else 5 - attempt,
                repetition_penalty=1.0 if attempt < 2 else 1.2,
            )
        found = self._tokenizer.batch_decode(
            written, skip_special_tokens=True, clean_up_tokenization_spaces=True
        )
        return list(self._processor.postprocess_batch(found, lang=last))

"""IndicTrans2 (Gala et al. 2023): between 22 languages of India and English.

The network and the tokenizer are Python code in the model's own folder, which Transformers runs
(`trust_remote_code`). The orchestrator hands over models of IndicTrans2's authors, or a folder that the user
named; the check here refuses anything else once more, and a folder without `--trust-model-code`.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.declaration import Param, Resources, Stage, on
from ipc.errors import StageError
from stage_runners.frameworks import checkpoints
from stage_runners.shared_params import TRUST
from stage_runners.translation import thresholds
from stage_runners.translation.declared import FROM_TEXT, KEPT, TARGET, TRANSLATED, Translator
from stage_runners.translation.thresholds import ATTEMPTS, INDICTRANS2_TOKENS

if TYPE_CHECKING:
    from ipc.context import Context
    from stage_runners.translation.translator import Line

_MODULE = "translation.indictrans2_translator"

STAGE = Stage(
    name="translation",
    version=4,
    backends=(
        on("cuda", _MODULE, "indictrans"),
        on("mps", _MODULE, "indictrans"),
        on("cpu", _MODULE, "indictrans"),
    ),
    inputs=FROM_TEXT,
    outputs=TRANSLATED,
    params=(
        TARGET,
        *KEPT,
        Param(name="translation_model", load=True, help="IndicTrans2: a name, a Hub id or a folder"),
        TRUST,
        Param(name="beam_size", default=5),
        Param(name="batch_size", default=8, affects="speed"),
    ),
    resources=Resources(cores=8, memory_mb=4000, vram_mb=5000),
    batch_floor=1,
    stall_s=900,
    packages=("transformers", "torch", "indictranstoolkit"),
    model="translation_model",
    model_role="translation",
    thresholds=(*thresholds.FROM_TEXT, INDICTRANS2_TOKENS),
)

TRANSLATOR = Translator(name="indictrans2", stage=STAGE, families=("indictrans2",))

AUTHORS = "ai4bharat/indictrans2-"
_FILES = ("config.json", "dict.SRC.json", "dict.TGT.json", "model.SRC", "model.TGT")
_DIRECTIONS = ("indic-indic", "indic-en", "en-indic")


@dataclass(frozen=True)
class Loaded:
    """The network, its tokenizer, and IndicTransToolkit's preparation of texts; `identity` is the model's
    name.
    """

    network: Any
    tokenizer: Any
    processor: Any
    identity: str

    @property
    def compute_type(self) -> str:
        """float32 or float16."""
        return str(self.network.dtype).removeprefix("torch.")


def load(params: Mapping[str, Any], device: str) -> Loaded:
    """The model in the folder `params["_model"]["path"]` on `device`: half precision on CUDA, single
    elsewhere.
    """
    model = params["_model"]
    identity, folder = str(model.get("id", "")), Path(model["path"])
    _check(identity, folder, trusted=bool(params.get("trust_model_code")))
    checkpoints.check(folder)
    _isolate_code()
    import logging

    import torch
    from IndicTransToolkit.processor import IndicProcessor
    from transformers import AutoModelForSeq2SeqLM, AutoTokenizer

    logging.getLogger("transformers").setLevel(logging.ERROR)
    kind = torch.float16 if device == "cuda" else torch.float32
    local = {"trust_remote_code": True, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(folder, **local)
        network = AutoModelForSeq2SeqLM.from_pretrained(
            folder, torch_dtype=kind, attn_implementation="eager", **local
        )
    except (OSError, ValueError, KeyError, RuntimeError, ImportError, AttributeError, TypeError) as error:
        if "memory" in str(error).lower():
            raise
        raise StageError(
            "config",
            f"Transformers cannot load the IndicTrans2 model in {folder}: {str(error).splitlines()[0]}",
            "it needs the whole repository: config, weights, dictionaries, and its Python files",
        ) from error
    network.eval()
    return Loaded(network.to(device), tokenizer, IndicProcessor(inference=True), identity or folder.name)


def _check(identity: str, folder: Path, *, trusted: bool) -> None:
    """`StageError("config")` for a repository or a folder whose code must not run here, and for a folder
    without a model.
    """
    if "/" in identity and not identity.startswith(AUTHORS):
        raise StageError(
            "config",
            f"{identity} is not one of IndicTrans2's own repositories, and its code would run on this "
            "machine",
            "download it, read its code, and name its folder with --trust-model-code",
        )
    if "/" not in identity and not trusted:
        raise StageError(
            "config",
            f"{folder}: refused, because loading it would run the Python files in it",
            "name one of the authors' models, such as indictrans2-en-indic-1B; or, only if you trust the "
            "author of the folder as much as a program's, add --trust-model-code",
        )
    if missing := [name for name in _FILES if not (folder / name).is_file()]:
        raise StageError(
            "config",
            f"{folder} is not a complete IndicTrans2 model: it has no {', '.join(missing)}",
            "its repository holds weights, dictionaries and Python files",
        )


def _isolate_code() -> None:
    """Let Transformers copy the code that it runs into a folder of this process, where no other model's code
    of that name is.
    """
    import atexit
    import os
    import shutil
    import tempfile

    place = tempfile.mkdtemp(prefix="indictrans-code-")
    os.environ["HF_MODULES_CACHE"] = place
    atexit.register(shutil.rmtree, place, ignore_errors=True)


def run(loaded: Loaded, inputs: Mapping[str, Path], context: Context) -> None:
    """Write `segments` and `words` in the target language."""
    from stage_runners.translation import by_text

    context.fact("compute_type", loaded.compute_type)
    by_text.run(IndicTrans2(loaded, context.params), inputs, context)


class IndicTrans2:
    """A `TextTranslator`."""

    placeholder = "#N{}"
    """A word that IndicTransToolkit itself takes out and puts back, by the code that the network was trained
    with."""
    in_order = False

    def __init__(self, loaded: Loaded, params: Mapping[str, Any]) -> None:
        self._network, self._tokenizer, self._processor = loaded.network, loaded.tokenizer, loaded.processor
        self._direction = next((name for name in _DIRECTIONS if name in loaded.identity), "")
        self.method = f"IndicTrans2, {loaded.compute_type}"
        self.batch, self._beam = int(params["batch_size"]), int(params["beam_size"])

    def begin(self, film: Sequence[Line]) -> None:
        """Nothing: every sentence is translated alone."""

    def refusal(self, source: str, target: str) -> str:
        """Why the model cannot translate between the two; empty if it can."""
        from stage_runners.text import scripts
        from stage_runners.text.iso639 import language

        for code in (source, target):
            if language(code).code not in {*scripts.INDIC, "en"}:
                return f"IndicTrans2 has no {scripts.name(code)}"
        sides = ["en" if language(code).code == "en" else "indic" for code in (source, target)]
        needed = "-".join(sides)
        if self._direction and needed != self._direction:
            return (
                f"this IndicTrans2 model translates {self._direction}, and {scripts.name(source)} "
                f"to {scripts.name(target)} is {needed}"
            )
        return ""

    def translate(self, lines: Sequence[Line], target: str, attempt: int) -> list[str | None]:
        """The translations; from the second attempt on with a wider search without repetitions."""
        import torch

        from stage_runners.text import scripts

        last = scripts.flores(target)
        # One by one: the processor keeps what it took out of each text in a queue, in this order.
        texts = [
            self._processor.preprocess_batch(
                [line.text], src_lang=scripts.flores(line.language), tgt_lang=last
            )[0]
            for line in lines
        ]
        tokens = self._tokenizer(
            texts,
            truncation=True,
            max_length=INDICTRANS2_TOKENS.read,
            padding="longest",
            return_tensors="pt",
            return_attention_mask=True,
        ).to(self._network.device)
        with torch.inference_mode():
            written = self._network.generate(
                input_ids=tokens["input_ids"],
                attention_mask=tokens["attention_mask"],
                use_cache=True,
                do_sample=False,
                max_length=INDICTRANS2_TOKENS.write,
                num_beams=self._beam + ATTEMPTS.wider * attempt,
                no_repeat_ngram_size=ATTEMPTS.no_repeat_at(attempt),
                repetition_penalty=ATTEMPTS.penalty_at(attempt),
            )
        decoded = self._tokenizer.batch_decode(
            written, skip_special_tokens=True, clean_up_tokenization_spaces=True
        )
        return list(self._processor.postprocess_batch(decoded, lang=last))

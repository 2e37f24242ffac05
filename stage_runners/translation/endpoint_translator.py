"""A language model behind an OpenAI-compatible interface: Ollama, llama.cpp, a vendor. Only text leaves the
machine.
"""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from ipc.declaration import Input, Param, Resources, Stage, on_cpu
from ipc.errors import StageError
from stage_runners.translation import thresholds
from stage_runners.translation.declared import FROM_TEXT, TARGET, TRANSLATED, Translator
from stage_runners.translation.thresholds import QUESTIONS

if TYPE_CHECKING:
    from ipc.context import Context

STAGE = Stage(
    name="translation",
    version=4,
    backends=on_cpu("translation.endpoint_translator", "nlp"),
    inputs=(*FROM_TEXT, Input(name="cast", source="tmdb.cast", optional=True)),
    outputs=TRANSLATED,
    params=(
        TARGET,
        Param(name="endpoint", default="", help="address of a server that speaks OpenAI's chat completions"),
        Param(name="translation_model", help="the model's name at that server"),
        Param(
            name="context_lines", default=8, help="earlier lines that the model gets with those it translates"
        ),
        Param(name="timeout_s", default=300.0, affects="speed", help="seconds that an answer may take"),
        Param(name="cache", default="", affects="speed", help="folder for answers until the film is done"),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=1800,  # four answers that do not come, and the waits that a busy server asks for
    secrets=("TRANSLATION_API_KEY", "OPENAI_API_KEY"),
    thresholds=(*thresholds.FROM_TEXT, QUESTIONS),
)

TRANSLATOR = Translator(name="endpoint", stage=STAGE, takes_endpoint=True)

_OLD_S = 30 * 24 * 3600
"""Seconds after which the answers of a film that was given up are removed."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing that takes time: the address comes with each run."""


def run(loaded: None, inputs: Mapping[str, Path], context: Context) -> None:  # noqa: ARG001
    """Write `segments` and `words` in the target language."""
    from ipc.artifacts import read
    from stage_runners.network.answer_store import AnswerStore
    from stage_runners.translation import by_text
    from stage_runners.translation.chat_client import Chat
    from stage_runners.translation.endpoint import Endpoint

    params = context.params
    model = str(params["translation_model"] or "")
    if not model:
        raise StageError("config", "an endpoint needs the name of a model", "set it with --translation-model")
    timeout_s = float(params["timeout_s"])
    if timeout_s <= 0:
        raise StageError("config", f"timeout_s is {timeout_s:g}: an answer needs more than 0 seconds")
    chat = Chat(str(params["endpoint"]), model, timeout_s=timeout_s, check=context.check)
    title = str(read(inputs["cast"], "cast").content["title"]) if "cast" in inputs else ""
    store = AnswerStore(Path(params["cache"]) if params["cache"] else None, folder_mode=0o700)
    context.fact("endpoint", chat.host)
    try:
        by_text.run(
            Endpoint(chat, store, model, int(params["context_lines"]), title, context), inputs, context
        )
    finally:
        chat.close()
    store.forget(older_than_s=_OLD_S)

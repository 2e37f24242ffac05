"""A language model behind an OpenAI-compatible interface: Ollama, llama.cpp, a vendor. Only text leaves the machine."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.artifacts import read
from ipc.context import Context
from ipc.declaration import Input, Param, Resources, Stage, on_cpu
from ipc.errors import StageError
from stage_runners.network.answer_store import AnswerStore
from stage_runners.translation import by_text, prompt, thresholds
from stage_runners.translation.chat_client import Chat, RefusedError
from stage_runners.translation.declared import FROM_TEXT, TARGET, TRANSLATED
from stage_runners.translation.thresholds import QUESTIONS
from stage_runners.translation.translator import Line

STAGE = Stage(
    name="translation",
    version=1,
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
        Param(
            name="cache", default="", affects="speed", help="where answers are kept until the film is done"
        ),
    ),
    resources=Resources(cores=1, memory_mb=300),
    stall_s=1800,  # four answers that do not come, and the waits that a busy server asks for
    secrets=("TRANSLATION_API_KEY", "OPENAI_API_KEY"),
    thresholds=(*thresholds.FROM_TEXT, QUESTIONS),
)

_OLD_S = 30 * 24 * 3600
"""Seconds after which the answers of a film that was given up are removed."""


def load(params: Mapping[str, Any], device: str) -> None:
    """Nothing that takes time: the address comes with each run."""


def run(loaded: None, inputs: Mapping[str, Path], context: Context) -> None:  # noqa: ARG001
    """Write `segments` and `words` in the target language."""
    params = context.params
    model = str(params["translation_model"] or "")
    if not model:
        raise StageError(
            "config", "an endpoint needs the name of a model", "set it with --translation-model"
        )
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


class Endpoint:
    """A `TextTranslator`: each question holds the lines before, who speaks, and how names are written."""

    placeholder = ""
    in_order = True
    batch = QUESTIONS.first

    def __init__(
        self, chat: Chat, store: AnswerStore, model: str, context_lines: int, title: str, context: Context
    ) -> None:
        self._chat, self._store, self._model = chat, store, model
        self._context_lines, self._title, self._context = context_lines, title, context
        self.method = f"{model} at {chat.host}"
        self._film: Sequence[Line] = ()
        self._translated: dict[int, str] = {}

    def begin(self, film: Sequence[Line]) -> None:
        """Keep the film's lines: questions show them as context."""
        self._film = film

    def refusal(self, language: str, target: str) -> str:  # noqa: ARG002
        """Empty: the languages of a model are unknown, its lines are checked."""
        return ""

    def translate(self, lines: Sequence[Line], target: str, attempt: int) -> list[str | None]:
        """The translations; on later attempts in smaller questions, in which a model loses less."""
        size = (QUESTIONS.first, QUESTIONS.second, QUESTIONS.third)[min(attempt, 2)]
        texts: list[str | None] = []
        for first in range(0, len(lines), size):
            texts.extend(self._answers(lines[first : first + size], target))
        return texts

    def _answers(self, lines: Sequence[Line], target: str) -> list[str | None]:
        """The translations of one question's lines."""
        first = lines[0].number
        before = self._film[max(0, first - self._context_lines) : first]
        shown = [(line, self._translated.get(line.number, "")) for line in before]
        messages = prompt.messages(lines, shown, target, self._title)
        question = json.dumps([self._chat.address, self._model, messages], sort_keys=True)
        kept = self._store.get(question)
        stored = kept.answer if kept and isinstance(kept.answer, str) else None
        try:
            answer = self._chat.ask(messages) if stored is None else stored
        except RefusedError as error:
            return self._refused(lines, target, error)
        texts = prompt.parsed(answer, len(lines))
        if stored is None and None not in texts:
            self._store.keep(question, answer)
        self._translated |= {line.number: text for line, text in zip(lines, texts, strict=True) if text}
        return texts

    def _refused(self, lines: Sequence[Line], target: str, error: RefusedError) -> list[str | None]:
        """No translations for a question that the server rejects; `StageError` if it has rejected every one so far."""
        if self._chat.answers:
            self._context.warn(f"{self._chat.host} rejected {len(lines)} lines: {error}")
            return [None] * len(lines)
        if len(lines) > 1:  # the question may be too long: try one line
            return [*self._answers(lines[:1], target), *[None] * (len(lines) - 1)]
        raise StageError(
            "config",
            f"{self._chat.address} rejects every question: {error}",
            "another --translation-model of that server may accept them",
        ) from error

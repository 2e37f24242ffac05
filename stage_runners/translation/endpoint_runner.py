"""Translation by a language model behind an OpenAI-compatible interface: Ollama, llama.cpp, a vendor. Only text leaves the machine."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from ipc.artifacts import read
from ipc.context import Context
from ipc.errors import StageError
from stage_runners.translation import by_text, prompt
from stage_runners.translation.answer_cache import Answers
from stage_runners.translation.chat_client import Chat, RefusedError
from stage_runners.translation.stage import BY_ENDPOINT
from stage_runners.translation.translator import Line

STAGE = BY_ENDPOINT


def load(params: Mapping[str, Any], device: str) -> Chat | None:  # noqa: ARG001 - it computes nothing here
    """Nothing that takes time: the address comes with each run."""
    return None


def run(model: None, inputs: Mapping[str, Path], context: Context) -> None:  # noqa: ARG001
    """Write `segments` and `words` in the target language."""
    params = context.params
    if not params.get("translation_model"):
        raise StageError(
            "config", "An endpoint needs the name of a model.", "Say it with --translation-model."
        )
    chat = Chat(
        str(params.get("endpoint") or ""),
        str(params["translation_model"]),
        timeout_s=float(params.get("timeout_s") or 300),
        rest=context.check,
    )
    title = str(read(inputs["cast"], "cast").content["title"]) if "cast" in inputs else ""
    folder = Path(params["cache"]) if params.get("cache") else None
    answers = Answers(folder, chat.address, str(params["translation_model"]))
    translator = Translator(
        chat, answers, str(params["translation_model"]), int(params["context_lines"]), title
    )
    context.fact("endpoint", chat.host)
    try:
        by_text.run(translator, inputs, context)
    finally:
        chat.close()
    answers.forget()


class Translator:
    """A `translation_line.Translator` that asks, with what was said before, who speaks, and how names are written."""

    placeholder = ""
    in_order = True
    batch = 16
    """Lines of a question: few enough for a small model to keep count of."""

    def __init__(self, chat: Chat, answers: Answers, model: str, context_lines: int, title: str) -> None:
        self._chat, self._answers, self._context_lines, self._title = chat, answers, context_lines, title
        self.method = f"{model} at {chat.host}"
        self._film: Sequence[Line] = ()
        self._said: dict[int, str] = {}
        self._context: Context | None = None

    def begin(self, film: Sequence[Line], target: str, context: Context) -> None:  # noqa: ARG002
        """Keep the film's lines: they are what a question shows as context."""
        self._film, self._context = film, context

    def refuses(self, language: str, target: str) -> str:  # noqa: ARG002
        """Nothing is known of what a model can do: its lines are checked."""
        return ""

    def translate(self, lines: Sequence[Line], target: str, attempt: int) -> list[str | None]:
        """The lines' translations; on later attempts in smaller questions, in which a model loses less."""
        size = (self.batch, 4, 1)[min(attempt, 2)]
        found: list[str | None] = []
        for first in range(0, len(lines), size):
            found.extend(self._asked(lines[first : first + size], target))
        return found

    def _asked(self, lines: Sequence[Line], target: str) -> list[str | None]:
        first = lines[0].number
        before = self._film[max(0, first - self._context_lines) : first]
        told = [(line, self._said.get(line.number, "")) for line in before]
        question = prompt.messages(lines, told, target, self._title)
        known = self._answers.get(question)
        try:
            answer = known if known is not None else self._chat.ask(question)
        except RefusedError as error:
            if not self._chat.answers:  # is it this question, or any?
                if len(lines) > 1:
                    return [*self._asked(lines[:1], target), *[None] * (len(lines) - 1)]
                raise StageError(
                    "config",
                    f"{self._chat.address} takes no question: {error}",
                    "Another --translation-model there may.",
                ) from error
            if self._context is not None:
                self._context.warn(f"{self._chat.host} refused {len(lines)} lines: {error}")
            return [None] * len(lines)
        texts = prompt.understood(answer, len(lines))
        if known is None and None not in texts:
            self._answers.keep(question, answer)
        self._said |= {line.number: text for line, text in zip(lines, texts, strict=True) if text}
        return texts

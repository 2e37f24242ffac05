"""Questions to a language model at an endpoint, each with the lines before, who speaks, and how names are
written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence

from ipc.context import Context
from ipc.errors import StageError
from stage_runners.network.answer_store import AnswerStore
from stage_runners.translation import prompt
from stage_runners.translation.chat_client import Chat, RefusedError
from stage_runners.translation.thresholds import QUESTIONS
from stage_runners.translation.translator import Line


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
        """No translations for a question that the server rejects; `StageError` if it has rejected every one
        so far.
        """
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

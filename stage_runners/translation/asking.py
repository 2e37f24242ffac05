"""A server with a language model, for a stage: its answers are stored until the film is done, and counted."""

from __future__ import annotations

import contextlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import NamedTuple

from ipc.context import Context
from ipc.errors import StageError
from stage_runners.network.answer_store import AnswerStore
from stage_runners.translation import json_answers
from stage_runners.translation.chat_client import Chat, RefusedError

ATTEMPTS = 2
"""Questions with the same words, if an answer is no JSON."""
_OLD_S = 30 * 24 * 3600
"""Seconds after which the answers of a film that was given up are removed."""


class Server(NamedTuple):
    """The questions go to `chat`, for the model of this name; `store` has the answers so far."""

    chat: Chat
    store: AnswerStore
    model: str

    @property
    def method(self) -> str:
        """Who answers, for a result's provenance."""
        return f"{self.model} at {self.chat.host}"

    def json(self, messages: Sequence[Mapping[str, str]]) -> object:
        """The JSON of the answer; None if none comes, or if the server rejects the question.

        `StageError` if the server cannot be reached, or rejects the first question.
        """
        question = json.dumps([self.chat.address, self.model, messages], sort_keys=True)
        kept = self.store.get(question)
        if kept is not None and isinstance(kept.answer, str):
            return json_answers.value_in(json_answers.without_thoughts(kept.answer))
        for _ in range(ATTEMPTS):
            try:
                answer = self.chat.ask(messages)
            except RefusedError as error:
                if not self.chat.answers:
                    raise StageError(
                        "config",
                        f"{self.chat.address} rejects the question: {error}",
                        "another --translation-model of that server may accept it",
                    ) from error
                return None
            value = json_answers.value_in(json_answers.without_thoughts(answer))
            if isinstance(value, (dict, list)):
                self.store.keep(question, json_answers.writable(answer))
                return value
        return None


@contextlib.contextmanager
def server(context: Context) -> Iterator[Server]:
    """The server that the stage's parameters name; reports what was asked of it.

    Stored answers are removed once the stage has ended well. `StageError("config")` for wrong parameters.
    """
    params = context.params
    model = str(params["translation_model"] or "")
    if not model:
        raise StageError("config", "an endpoint needs the name of a model", "set it with --translation-model")
    timeout_s = float(params["timeout_s"])
    if timeout_s <= 0:
        raise StageError("config", f"timeout_s is {timeout_s:g}: an answer needs more than 0 seconds")
    chat = Chat(str(params["endpoint"]), model, timeout_s=timeout_s, check=context.check)
    store = AnswerStore(Path(params["cache"]) if params["cache"] else None, folder_mode=0o700)
    context.fact("endpoint", chat.host)
    try:
        yield Server(chat, store, model)
    finally:
        chat.close()
        context.fact("asked", asdict(chat.spent))
    store.forget(older_than_s=_OLD_S)

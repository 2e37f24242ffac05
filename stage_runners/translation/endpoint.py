"""Questions to a language model at an endpoint, each with the lines before, who speaks, and how names are
written.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

from ipc.context import Context
from ipc.errors import StageError
from stage_runners.text import han
from stage_runners.translation import prompt, scenes, terms
from stage_runners.translation.asking import Server
from stage_runners.translation.chat_client import RefusedError
from stage_runners.translation.declared import FILM, LINES, NONE, SCENE
from stage_runners.translation.existing import Existing
from stage_runners.translation.terms import Term
from stage_runners.translation.thresholds import QUESTIONS
from stage_runners.translation.translator import Line

NONE_THERE = Existing()
_QUESTIONS_AT_ONCE = 4
"""Questions for which lines are handed over together, so that their ends can be moved to those of scenes."""


@dataclass(frozen=True, kw_only=True)
class View:
    """What questions show of the film: the kind of context, and how many lines before; its title, summary,
    terms, shot changes in seconds, and existing subtitles. `tag` is the target language with its region.
    """

    context: str = LINES
    context_lines: int = 8
    title: str = ""
    summary: str = ""
    terms: Sequence[Term] = ()
    shots: Sequence[float] = ()
    tag: str = ""
    existing: Existing = NONE_THERE


class Endpoint:
    """A `TextTranslator`: each question holds the lines before, who speaks, and how names are written."""

    placeholder = ""
    in_order = True

    def __init__(self, server: Server, view: View, context: Context) -> None:
        self._chat, self._store, self._model = server.chat, server.store, server.model
        self._view, self._context = view, context
        self._by_scene = view.context in {SCENE, FILM}
        self._before = 0 if view.context == NONE else view.context_lines
        self._scene: list[int] = []
        self.batch = QUESTIONS.first * (_QUESTIONS_AT_ONCE if self._by_scene else 1)
        self.method = f"{server.model} at {server.chat.host}"
        self._film: Sequence[Line] = ()
        self._translated: dict[int, str] = {}
        self._apart = False

    def begin(self, film: Sequence[Line]) -> None:
        """Keep the film's lines, and its scenes: questions show them as context.

        If some are translated already, those left are far apart, and each question has neighbours only.
        """
        self._film = film
        self._translated = {line.number: line.translation for line in film if line.translation}
        self._apart = bool(self._translated)
        if self._by_scene:
            self._scene = scenes.numbers(film, self._view.shots)

    def refusal(self, language: str, target: str) -> str:  # noqa: ARG002
        """Empty: the languages of a model are unknown, its lines are checked."""
        return ""

    def translate(self, lines: Sequence[Line], target: str, attempt: int) -> list[str | None]:
        """The translations; on later attempts in smaller questions, in which a model loses less."""
        runs = _neighbours(lines) if self._apart else [lines]
        return [text for run in runs for text in self._asked(run, target, attempt)]

    def _asked(self, lines: Sequence[Line], target: str, attempt: int) -> list[str | None]:
        """The translations of lines that belong together."""
        size = (QUESTIONS.first, QUESTIONS.second, QUESTIONS.third)[min(attempt, 2)]
        if self._by_scene and attempt == 0:
            sizes = scenes.cut([self._scene[line.number] for line in lines], size, QUESTIONS.least)
        else:
            sizes = [min(size, len(lines) - first) for first in range(0, len(lines), size)]
        texts: list[str | None] = []
        for count in sizes:
            texts.extend(self._answers(lines[len(texts) : len(texts) + count], target))
        return texts

    def _answers(self, lines: Sequence[Line], target: str, *, hints: bool = True) -> list[str | None]:
        """The translations of one question's lines; `hints`: it may show existing subtitles."""
        first = lines[0].number
        before = self._film[max(0, first - self._before) : first]
        if self._by_scene:
            before = [line for line in before if self._scene[line.number] == self._scene[first]]
        shown = [(line, self._translated.get(line.number, "")) for line in before]
        messages = prompt.messages(lines, shown, self._view.tag or target, self._known(lines, hints=hints))
        question = json.dumps([self._chat.address, self._model, messages], sort_keys=True)
        kept = self._store.get(question)
        stored = kept.answer if kept and isinstance(kept.answer, str) else None
        try:
            answer = self._chat.ask(messages) if stored is None else stored
        except RefusedError as error:
            if hints and self._known(lines, hints=True).existing:  # they come from strangers
                return self._answers(lines, target, hints=False)
            return self._refused(lines, target, error)
        texts = [self._in_script(text) for text in prompt.parsed(answer, len(lines))]
        if stored is None and None not in texts:
            self._store.keep(question, answer)
        self._translated |= {line.number: text for line, text in zip(lines, texts, strict=True) if text}
        return texts

    def _in_script(self, text: str | None) -> str | None:
        """Chinese in the script that the target language asks for, whichever the model writes."""
        script = han.requested(self._view.tag)
        return han.converted(text, script) if text and script else text

    def _known(self, lines: Sequence[Line], *, hints: bool) -> prompt.Known:
        """What a question with these lines says about the film."""
        view = self._view
        needed = terms.relevant(
            view.terms, [line.text for line in lines], dict.fromkeys(line.speaker for line in lines)
        )
        beside = view.existing.beside(lines) if hints and view.context != NONE else []
        return prompt.Known(view.title, view.summary, needed, beside, view.existing.language)

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


def _neighbours(lines: Sequence[Line]) -> list[list[Line]]:
    """The lines in runs that follow each other in the film."""
    runs: list[list[Line]] = []
    for line in lines:
        if runs and line.number == runs[-1][-1].number + 1:
            runs[-1].append(line)
        else:
            runs.append([line])
    return runs

"""The film that is translated: its sentences, and which of them are in the target language already."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from ipc.context import Context
from ipc.errors import StageError
from ipc.rows import read_rows
from stage_runners.text import scripts
from stage_runners.text.iso639 import same_language
from stage_runners.translation.sentences import Sentence, sentences


@dataclass(frozen=True)
class Film:
    """The sentences of a film in order, and the language to translate them to."""

    sentences: tuple[Sentence, ...]
    target: str

    def is_foreign(self, sentence: Sentence) -> bool:
        """Whether the sentence is in another language than the target."""
        return not same_language(sentence.language, self.target)

    @property
    def in_target_language(self) -> bool:
        """Whether the whole film is in the target language: then there is nothing to translate."""
        return bool(self.sentences) and not any(map(self.is_foreign, self.sentences))


def read_film(inputs: Mapping[str, Path], context: Context) -> Film:
    """The film of `inputs`, with its facts reported; `StageError("config")` without a target language."""
    target = str(context.params["target"] or "")
    if not target:
        raise StageError("config", "no language to translate to", "set it with --target-language")
    spoken = sentences(read_rows(inputs["segments"], "segments"), read_rows(inputs["words"], "words"))
    film = Film(tuple(spoken), target)
    context.fact("target", target)
    context.fact("lines", len(spoken))
    if film.in_target_language:
        context.fact("same_language", True)
        context.log(f"the film is in {scripts.name(target)} already: nothing to translate")
    return film

"""What a translator gets and gives: the interfaces between the methods (`by_text`, `by_sound`) and what
translates.

A translator is a module `<name>_translator.py`: its declarations `STAGE` and `TRANSLATOR` (see `declared`),
`load(params, device)`, and `run(model, inputs, context)`, which makes a `TextTranslator` or a
`SoundTranslator` and hands it to `by_text.run` or `by_sound.run`. Heavy packages are imported inside
functions, because the orchestrator reads the declarations.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import NamedTuple, Protocol

from ipc.artifacts import Audio
from stage_runners.recognition.windows import Chunk


@dataclass(frozen=True, slots=True)
class Line:
    """A text in `language`; `names` are the names in it, each as it is to be written.

    `number` counts the sentences of the film from 0, `fault` names what was wrong with the last attempt,
    `start` and `end` are seconds of the film. Speaker, names and fault are for translators that take
    instructions. `translation` is what it became in an earlier run, if that holds.
    """

    text: str
    language: str
    number: int = 0
    speaker: str = ""
    names: tuple[str, ...] = ()
    fault: str = ""
    start: float = 0.0
    end: float = 0.0
    translation: str = ""


class TextTranslator(Protocol):
    """Translates sentences from their text."""

    @property
    def method(self) -> str:
        """How the result is made, for its provenance."""

    @property
    def placeholder(self) -> str:
        """A code with a number (`XQ{}`) that stands for a name; empty if the translator takes names as an
        instruction.
        """

    @property
    def batch(self) -> int:
        """Lines that it takes at once."""

    @property
    def in_order(self) -> bool:
        """Whether neighbours belong together. If not, lines come by length, each different one once."""

    def begin(self, film: Sequence[Line]) -> None:
        """Take in all lines of the film, before the first of them is translated."""

    def refusal(self, language: str, target: str) -> str:
        """Why it cannot translate from `language` to `target`; empty if it can."""

    def translate(self, lines: Sequence[Line], target: str, attempt: int) -> Sequence[str | None]:
        """The translations in order, None for one that does not come. `attempt` counts from 0: later ones
        search differently.
        """


class Rendering(NamedTuple):
    """The translation of a window of sound. `silent` if nobody speaks there, `looped` if the text repeats
    itself.
    """

    text: str
    avg_logprob: float
    silent: bool
    looped: bool


class SoundTranslator(Protocol):
    """Translates windows of sound, each with speech in one language."""

    @property
    def method(self) -> str:
        """How the result is made, for its provenance."""

    @property
    def target(self) -> str:
        """The code of the language that it translates to."""

    @property
    def batch(self) -> int:
        """Windows that it takes at once."""

    @property
    def rough(self) -> str:
        """The name of a model whose translations are rough; empty for a better one."""

    def translate(
        self, audio: Audio, chunks: Sequence[Chunk], language: str, no_repeat: int
    ) -> Sequence[Rendering]:
        """The translation of each window. No group of `no_repeat` words comes twice in it, unless that is
        0.
        """

"""What a translator of text gets, and what it gives: the interface between `translation_run` and its backends."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from ipc.context import Context


@dataclass(frozen=True, slots=True)
class Line:
    """What a translator gets: a text in `language`; `names` are those in it, each as it is to be written.

    `number` counts the sentences of the film from 0, `fault` says what was wrong with the last attempt. The rest is for translators
    that can be told things.
    """

    text: str
    language: str
    number: int = 0
    speaker: str = ""
    names: tuple[str, ...] = ()
    fault: str = ""


class Translator(Protocol):
    """What every backend gives.

    `placeholder` is a code with a number (`XQ{}`) for names, empty where it can be told of them. `batch` is how many lines it takes at
    once; `in_order` where neighbours belong together, else lines come by length and each different one once.
    """

    method: str
    placeholder: str
    batch: int
    in_order: bool

    def begin(self, film: Sequence[Line], target: str, context: Context) -> None:
        """Take in all that is said, before the first of it is translated."""

    def refuses(self, language: str, target: str) -> str:
        """Why it cannot translate from `language` to `target`; empty where it can."""

    def translate(self, lines: Sequence[Line], target: str, attempt: int) -> Sequence[str | None]:
        """The translations in order, None for one that it does not give. `attempt` counts from 0: later ones are to search otherwise."""

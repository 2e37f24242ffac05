"""Asks on a terminal: which languages, which models, which changes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING

from orchestrator.run_state.paces import Paces
from orchestrator.setup import shown, survey
from orchestrator.setup.survey import Found
from orchestrator.util import terminal

if TYPE_CHECKING:
    from rich.prompt import Prompt

YES, SMALLER, SKIP = "yes", "smaller", "skip"


def text(question: str, default: str, read: Callable[[str], object]) -> str:
    """A line of text; asked again until `read` takes it without a `ValueError`, whose text is shown."""
    while True:
        answer = _prompt().ask(question, default=default, console=terminal.console()).strip()
        try:
            read(answer)
        except ValueError as error:
            terminal.show(f"  {error}")
        else:
            return answer


def agreed(question: str, *, default: bool) -> bool:
    """Yes or no."""
    return _choice(question, (YES, "no"), YES if default else "no") == YES


def choice(found: Found, measured: Paces) -> Found | None:
    """The item that the user wants: this one, a smaller one, or None."""
    left = list(found.item.smaller)
    while True:
        names = (YES, *([SMALLER] if left else []), SKIP)
        answer = _choice(f"  Get {found.item.model}?", names, YES)
        if answer == SKIP:
            return None
        if answer == YES:
            return found
        found = survey.one(left.pop(0))
        shown.show(shown.block(found, measured))
        if found.here:
            return found
        if found.error:
            return None


def _choice(question: str, names: Sequence[str], default: str) -> str:
    return _prompt().ask(question, choices=list(names), default=default, console=terminal.console())


def _prompt() -> type[Prompt]:
    from rich import prompt

    class Lenient(prompt.Prompt):
        """A prompt that also takes the beginning of a choice, in capitals too."""

        def process_response(self, value: str) -> str:
            word = value.strip().lower()
            fitting = [name for name in self.choices or () if word and name.startswith(word)]
            return super().process_response(fitting[0] if len(fitting) == 1 else value)

    return Lenient

r"""Prints for the user: the one place, so that no text from outside can act on the terminal.

`show` and `tell` print one line, on standard output and standard error; line ends in it appear as `\n`.
Everything else that reaches the two streams, such as messages of argparse and of libraries, passes
`Guarded`, which leaves its line ends. Rich writes its own escape sequences, and `console` makes its texts
legible before. Ruff (T201, TID251) refuses `print` and `rich.console.Console` elsewhere.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING, Any, TextIO, cast

from ipc import json_text
from ipc.legible import legible, legible_json

if TYPE_CHECKING:
    from rich.console import Console

_KEPT = "\n\t"


def show(text: str = "") -> None:
    """Print a line of a command's result."""
    line(sys.stdout, text)


def show_lines(texts: Iterable[str]) -> None:
    """Print lines of a command's result."""
    for text in texts:
        show(text)


def show_faint(text: str) -> None:
    """Print a line of a command's result, faint on a terminal."""
    if not sys.stdout.isatty():
        show(text)
        return
    console().print(legible(text), style="dim", markup=False, highlight=False, soft_wrap=True)


def show_text(text: str) -> None:
    """Print a text of several lines."""
    show_lines(text.removesuffix("\n").split("\n"))


def show_json(body: Any, indent: int | None = 2) -> None:
    """Print a command's result as JSON."""
    sys.stdout.write(legible_json(json_text.dumps(body, indent=indent)) + "\n")


def tell_text(text: str) -> None:
    """Print a text of several lines beside a command's result."""
    for part in text.removesuffix("\n").split("\n"):
        tell(part)


def tell(text: str) -> None:
    """Print a line beside a command's result."""
    line(sys.stderr, text)


def line(stream: TextIO, text: str) -> None:
    """Print a line on `stream`."""
    stream.write(legible(text, keep="\t") + "\n")  # one call for each line, because several threads write


class Guarded:
    """A text stream that writes hidden characters out, but for line ends and tabs."""

    def __init__(self, stream: TextIO) -> None:
        self.unguarded = stream

    def write(self, text: str) -> int:
        """Write `text`, and return its length."""
        self.unguarded.write(legible(text, keep=_KEPT))
        return len(text)

    def writelines(self, texts: Iterable[str]) -> None:
        """Write several texts."""
        for text in texts:
            self.write(text)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.unguarded, name)


@contextmanager
def guarded() -> Iterator[None]:
    """Guard standard output and standard error until the end of the block."""
    before = sys.stdout, sys.stderr
    sys.stdout, sys.stderr = (cast("TextIO", Guarded(stream)) if stream else stream for stream in before)
    try:
        yield
    finally:
        sys.stdout, sys.stderr = before


def console(stream: TextIO | None = None, **settings: Any) -> Console:
    """A console of rich on `stream` (standard output by default), whose texts are legible."""
    from rich import console as rich
    from rich.segment import Segment

    class Legible(rich.Console):
        def render(self, *arguments: Any, **options: Any) -> Iterator[Segment]:
            for segment in super().render(*arguments, **options):
                text = segment.text if segment.control else legible(segment.text, keep="\n")
                yield Segment(text, segment.style, segment.control)

    return Legible(file=getattr(stream or sys.stdout, "unguarded", stream), **settings)

"""Shows tables and remarks on the terminal."""

from __future__ import annotations

import sys
from collections.abc import Iterable

from orchestrator.bench.tables import Table
from orchestrator.util import terminal

_WIDE = 160
"""Columns of the tables where standard output is no terminal."""


def show(tables: Iterable[Table], remarks: Iterable[str]) -> None:
    """Print tables, then remarks, on standard output."""
    from rich import box
    from rich.markup import escape
    from rich.table import Table as Shown

    console = terminal.console(highlight=False, width=None if sys.stdout.isatty() else _WIDE)
    for table in tables:
        shown = Shown(box=box.SIMPLE_HEAD, pad_edge=False, title=table.title, title_justify="left")
        for number, heading in enumerate(table.headings):
            shown.add_column(heading, justify="left" if table.is_text(number) else "right")
        for row in table.rows:
            shown.add_row(*map(escape, row))
        console.print(shown)
    for line in remarks:
        console.print(f"[yellow]note[/]: {escape(line)}", soft_wrap=True)

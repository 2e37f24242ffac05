"""What a kind of artifact declares: its columns, version and rules. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Literal

Container = Literal["parquet", "arrow", "file"]


@dataclass(frozen=True)
class Column:
    """One column: `type` is the name of a pyarrow type, `list<...>` for lists."""

    name: str
    type: str
    nullable: bool = False


@dataclass(frozen=True)
class Kind:
    """One kind of artifact.

    `content` names the required facts that belong to the content (and its digest) without being columns, such
    as a sample rate. With `intervals`, `start <= end` holds in every row, and rows are sorted by start (nulls
    aside); with `within` too, those of one value of that column are.
    """

    name: str
    version: int
    container: Container
    columns: tuple[Column, ...] = ()
    content: tuple[str, ...] = ()
    intervals: bool = False
    within: str = ""

    @property
    def suffix(self) -> str:
        """File name suffix of this kind, with the dot; empty for `file`."""
        return {"parquet": ".parquet", "arrow": ".arrow", "file": ""}[self.container]


SPAN = (Column("start", "double"), Column("end", "double"))
"""The first columns of a table of intervals: seconds on the film's clock."""

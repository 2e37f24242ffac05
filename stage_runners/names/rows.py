"""The rows of the tables about names, as types: the columns that `ipc.schemas` declares."""

from __future__ import annotations

from pathlib import Path
from typing import TypedDict, cast


class GlossaryRow(TypedDict):
    """A row of `glossary`."""

    term: str
    kind: str
    source: str
    weight: float
    variants: list[str]
    full: str | None


def read_glossary(path: Path) -> list[GlossaryRow]:
    """The rows of a glossary; `ContractError` names the column that is wrong."""
    from ipc.artifacts import read

    return cast("list[GlossaryRow]", read(path, "glossary").rows())

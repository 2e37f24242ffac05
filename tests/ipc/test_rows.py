"""The types of rows say what the schemas declare."""

from __future__ import annotations

import typing

import pytest

from ipc import rows
from ipc.schemas import KINDS

TYPES = {
    "double": float, "float": float, "int32": int, "string": str, "bool": bool,
    "list<string>": list[str], "list<int32>": list[int],
}  # fmt: skip


def row_types():
    """Each kind that `read_rows` reads, with the type of its rows."""
    for overload in typing.get_overloads(rows.read_rows):
        hints = typing.get_type_hints(overload)
        yield typing.get_args(hints["kind"])[0], typing.get_args(hints["return"])[0]


def test_every_row_type_is_read_by_one_kind():
    declared = {one for one in vars(rows).values() if typing.is_typeddict(one)}
    assert {row for _, row in row_types()} == declared


@pytest.mark.parametrize(("kind", "row"), list(row_types()))
def test_a_row_type_has_the_columns_of_its_kind(kind, row):
    expected = {
        column.name: TYPES[column.type] | None if column.nullable else TYPES[column.type]
        for column in KINDS[kind].columns
    }
    assert typing.get_type_hints(row) == expected

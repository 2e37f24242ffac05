"""Tables of a kind of artifact: makes one from columns, and checks one against its kind.

pyarrow is imported inside functions.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from typing import Any

from ipc.errors import ContractError
from ipc.kind import Column, Kind


def arrow_type(name: str) -> Any:
    """The pyarrow type called `name` in `ipc.schemas`, such as `double` or `list<string>`."""
    import pyarrow as pa

    if name.startswith("list<"):
        return pa.list_(arrow_type(name[5:-1]))
    types = {
        "double": pa.float64(),
        "float": pa.float32(),
        "int16": pa.int16(),
        "int32": pa.int32(),
        "bool": pa.bool_(),
        "string": pa.string(),
    }
    return types[name]


def table_of(kind: Kind, columns: Any) -> Any:
    """A pyarrow table of `kind` from columns by name; an absent nullable column is filled with nulls.

    `columns` is a mapping of names to sequences of equal length, or a pyarrow table. Raises `ContractError`
    with the column that is wrong.
    """
    import pyarrow as pa

    given = set(columns.column_names) if isinstance(columns, pa.Table) else set(columns)
    known = {column.name for column in kind.columns}
    if extra := given - known:
        raise ContractError(f"{kind.name}: unknown column {min(extra)}, expected {', '.join(known)}")
    lengths = {name: len(columns[name]) for name in given}
    if len(set(lengths.values())) > 1:
        raise ContractError(f"{kind.name}: columns of unequal length: {lengths}")
    rows = next(iter(lengths.values()), 0)
    arrays = []
    for column in kind.columns:
        kind_type = arrow_type(column.type)
        if column.name not in given:
            if not column.nullable:
                raise ContractError(f"{kind.name}: column {column.name} is missing, expected {column.type}")
            arrays.append(pa.chunked_array([pa.nulls(rows, kind_type)]))
            continue
        arrays.append(_array_of(kind, column, kind_type, columns[column.name]))
    schema = pa.schema([pa.field(c.name, arrow_type(c.type), c.nullable) for c in kind.columns])
    return pa.Table.from_arrays(arrays, schema=schema)


def _array_of(kind: Kind, column: Column, kind_type: Any, values: Any) -> Any:
    import pyarrow as pa

    try:
        if isinstance(values, pa.ChunkedArray | pa.Array):
            array = values if values.type == kind_type else values.cast(kind_type)
        else:
            array = pa.array(values, type=kind_type)
    except (pa.ArrowException, TypeError, ValueError, OverflowError) as error:
        raise ContractError(f"{kind.name}: column {column.name}: expected {column.type}: {error}") from error
    return array if isinstance(array, pa.ChunkedArray) else pa.chunked_array([array], type=kind_type)


def check_schema(kind: Kind, schema: Any, where: str) -> None:
    """Raise `ContractError` if the columns of a pyarrow schema are not those of `kind`."""
    for column in kind.columns:
        index = schema.get_field_index(column.name)
        if index < 0:
            raise ContractError(f"{where}: column {column.name} is missing, expected {column.type}")
        found, expected = schema.field(index).type, arrow_type(column.type)
        if str(found).replace("element: ", "item: ") != str(expected).replace("element: ", "item: "):
            raise ContractError(f"{where}: column {column.name}: expected {expected}, found {found}")
    if extra := set(schema.names) - {column.name for column in kind.columns}:
        raise ContractError(f"{where}: unknown column {min(extra)}")


def check_table(kind: Kind, table: Any, content: Mapping[str, Any], where: str) -> None:
    """Raise `ContractError` if columns, facts or values break the rules of `kind`."""
    import pyarrow as pa

    check_schema(kind, table.schema, where)
    for fact in kind.content:
        if fact not in content:
            raise ContractError(f"{where}: the fact {fact!r} is missing from a {kind.name} artifact")
    for column in kind.columns:
        values = table.column(column.name)
        if values.null_count and not column.nullable:
            raise ContractError(f"{where}: column {column.name}: {values.null_count} nulls, expected none")
        element = values.type.value_type if pa.types.is_list(values.type) else values.type
        if pa.types.is_floating(element):
            _check_finite(column.name, values, where)
    if kind.intervals and table.num_rows:
        _check_intervals(kind, table, where)


def _check_finite(name: str, values: Any, where: str) -> None:
    import pyarrow as pa
    import pyarrow.compute as pc

    for chunk in values.chunks:
        flat = chunk.flatten() if pa.types.is_list(chunk.type) else chunk
        if not pc.all(pc.is_finite(flat)).as_py() and len(flat) > flat.null_count:
            raise ContractError(f"{where}: column {name}: NaN or infinity, expected finite numbers")


def _check_intervals(kind: Kind, table: Any, where: str) -> None:
    previous = -math.inf
    starts, ends = table.column("start").to_pylist(), table.column("end").to_pylist()
    groups = table.column(kind.within).to_pylist() if kind.within else [None] * len(starts)
    group = None
    for row, (start, end) in enumerate(zip(starts, ends, strict=True)):
        if groups[row] != group:
            group, previous = groups[row], -math.inf
        if (start is None) != (end is None):
            raise ContractError(f"{where}: row {row}: only one of start and end is null")
        if start is None:
            continue
        if end < start:
            raise ContractError(f"{where}: column end: row {row} ends at {end} before it starts at {start}")
        if start < previous:
            raise ContractError(
                f"{where}: column start: row {row} starts at {start}, before the row above it at {previous}"
            )
        previous = start

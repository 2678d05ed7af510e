"""Parquet batches straight into columns, where their types already are what the SCHEMA says."""

from typing import TYPE_CHECKING, Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.target_landing.arrays import arrow_type, instants
from connectors.target_landing.columns import Column
from connectors.target_landing.decoding import Line
from connectors.target_landing.errors import MisfitError
from connectors.target_landing.stream import Rows

if TYPE_CHECKING:
    from connectors.target_landing.load import Load

_PLAIN_KEYS = {"type", "format", "title", "description", "multipleOf", "precision", "scale"}


def take_arrow(load: "Load", name: str, batch: pa.RecordBatch, line: Line) -> None:
    """File a batch of a Parquet file without looking at single values.

    Raises:
        MisfitError: something is not plain; nothing was filed, and the rows are to go one by one.
    """
    stream = load.streams[name]
    columns = stream.schema.columns
    known = {column.name for column in columns}
    if not set(batch.schema.names) <= known or not stream.schema.keys_known:
        raise MisfitError
    count = batch.num_rows
    arrays = []
    for column in columns:
        if column.name in batch.schema.names:
            arrays.append(_fitted(column, batch.column(column.name)))
        elif column.required:
            raise MisfitError
        else:
            arrays.append(pa.nulls(count, arrow_type(column.kind)))
    rows = Rows([], load.numbers(count), [line.time_extracted] * count, [line.version] * count)
    load.count(name, count, batch.nbytes)
    stream.emit(columns, arrays, rows, batch.nbytes)


def _fitted(column: Column, array: Any) -> Any:  # noqa: PLR0911  # one return per type
    simple = isinstance(column.schema, dict) and set(column.schema) <= _PLAIN_KEYS
    if not simple or (array.null_count and not column.nullable):
        raise MisfitError
    kind, have = column.kind, array.type
    try:
        if pa.types.is_null(have):
            return pa.nulls(len(array), arrow_type(kind))
        if pa.types.is_string(have) and column.json == "string":
            return _from_text(column, array)
        if kind == "BIGINT" and pa.types.is_integer(have):
            return pc.cast(array, pa.int64())
        if kind == "DOUBLE" and (pa.types.is_floating(have) or pa.types.is_integer(have)):
            numbers = pc.cast(array, pa.float64())
            if pc.all(pc.is_finite(numbers)).as_py() is not False:
                return numbers
        if kind == "BOOLEAN" and pa.types.is_boolean(have):
            return array
        if kind == "TIMESTAMPTZ" and pa.types.is_timestamp(have):
            return pc.cast(array, arrow_type(kind))
        if kind == "DATE" and pa.types.is_date(have):
            return pc.cast(array, arrow_type(kind))
        if kind.startswith("DECIMAL") and pa.types.is_decimal(have):
            return pc.cast(array, arrow_type(kind))
    except pa.ArrowException:
        pass
    raise MisfitError


def _from_text(column: Column, array: Any) -> Any:
    if column.kind == "VARCHAR" and not pc.any(pc.match_substring(array, "\0")).as_py():
        return array
    if column.kind == "TIMESTAMPTZ":
        return instants(array)
    if column.kind == "DATE":
        return pc.cast(array, arrow_type("DATE"))
    raise MisfitError

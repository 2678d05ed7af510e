"""Parquet files of one stream into one, each column widened to what holds all of its values."""

import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.target_landing.arrays import arrow_type
from connectors.target_landing.kinds import widened
from connectors.target_landing.names import METADATA


@dataclass(frozen=True, slots=True)
class Part:
    """A Parquet file and the kinds of its columns, metadata left out."""

    path: Path
    kinds: dict[str, str]


def merge(parts: list[Part], path: Path) -> dict[str, str]:
    """Write the rows of all parts, in order, into one file.

    Returns:
        Column -> kind of the file written.
    """
    kinds = common(parts)
    while True:
        try:
            _write(parts, kinds, path)
        except _NarrowError as error:
            kinds[error.column] = "VARCHAR"  # an integer a double would round
            continue
        return kinds


def common(parts: Iterable[Part]) -> dict[str, str]:
    """The kind of every column over all parts; one that is null throughout has no say."""
    files: dict[str, dict[str, list[Path]]] = {}
    for part in parts:
        for column, kind in part.kinds.items():
            files.setdefault(column, {}).setdefault(kind, []).append(part.path)
    return {column: _kind(column, by_kind) for column, by_kind in files.items()}


def _kind(column: str, files: dict[str, list[Path]]) -> str:
    if len(files) == 1:
        return next(iter(files))
    telling = [kind for kind, paths in files.items() if any(_has_values(p, column) for p in paths)]
    return reduce(widened, telling or list(files)[:1])


class _NarrowError(Exception):
    def __init__(self, column: str) -> None:
        super().__init__(column)
        self.column = column


def _write(parts: list[Part], kinds: dict[str, str], path: Path) -> None:
    from connectors.target_landing.segments import METADATA as METADATA_SCHEMA
    from connectors.target_landing.segments import writer

    fields = [pa.field(name, arrow_type(kind)) for name, kind in kinds.items()]
    schema = pa.schema(fields + [field for field in METADATA_SCHEMA if field.name not in kinds])
    with writer(path, schema) as out:
        for part in parts:
            for table in row_groups(part.path):
                out.write_table(_conformed(table, part.kinds, kinds, schema))


def row_groups(path: Path) -> Iterator[pa.Table]:
    """The row groups of a file, one in memory at a time."""
    with pq.ParquetFile(path) as file:
        for number in range(file.num_row_groups):
            yield file.read_row_group(number)


def _conformed(
    table: pa.Table, old: dict[str, str], new: dict[str, str], schema: pa.Schema
) -> pa.Table:
    columns = []
    for field in schema:
        if field.name not in table.column_names:
            columns.append(pa.nulls(len(table), field.type))
        elif field.name in METADATA or old[field.name] == new[field.name]:
            columns.append(table.column(field.name))
        else:
            whole = table.column(field.name).combine_chunks()
            try:
                columns.append(_cast(whole, old[field.name], new[field.name]))
            except pa.ArrowInvalid:
                raise _NarrowError(field.name) from None
    return pa.Table.from_arrays(columns, schema=schema)


def _cast(array: pa.Array, old: str, new: str) -> pa.Array:
    if new not in ("VARCHAR", "JSON"):
        if not pc.any(pc.is_valid(array)).as_py():
            return pa.nulls(len(array), arrow_type(new))
        return pc.cast(array, arrow_type(new))
    quoted = new == "JSON" and old in ("VARCHAR", "DATE", "TIME", "TIMESTAMPTZ")
    texts = [_text(value, old) for value in array.to_pylist()]
    if quoted:
        texts = [None if text is None else json.dumps(text, ensure_ascii=False) for text in texts]
    if new == "VARCHAR":
        return pa.array(texts, pa.string())
    return pa.ExtensionArray.from_storage(arrow_type("JSON"), pa.array(texts, pa.string()))


def _text(value: Any, kind: str) -> str | None:
    if value is None:
        return None
    match kind:
        case "BOOLEAN":
            return "true" if value else "false"
        case "TIMESTAMPTZ" | "TIME":
            return str(value.isoformat())
        case "DOUBLE":
            return repr(value)
    if isinstance(value, str):
        return value
    return format(value, "f") if kind.startswith(("DECIMAL", "HUGEINT")) else str(value)


def _has_values(path: Path, column: str) -> bool:
    """Whether a column is not null throughout: payload columns have no statistics to say so."""
    with pq.ParquetFile(path) as file:
        groups = (file.read_row_group(n, columns=[column]) for n in range(file.num_row_groups))
        return any(group.column(0).null_count < len(group) for group in groups)

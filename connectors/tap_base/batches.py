"""Batch files: the Singer SDK's BATCH messages, for sources that have bulk.

JSON Lines (gzip, or none for a target on the same machine) hold a record exactly as a RECORD
message would. Parquet spares the target all parsing, but only flat columns keep every digit in it:
a chunk that has anything else is written as JSON Lines, and its message says so.
"""

import gzip
from collections.abc import Iterable, Iterator
from datetime import date, datetime
from decimal import Decimal
from itertools import islice
from typing import IO, TYPE_CHECKING, Any
from uuid import uuid4

from singer_sdk.helpers._batch import BaseBatchFileEncoding, BatchConfig

from connectors.tap_base.plan import encoder, escaped

if TYPE_CHECKING:
    import pyarrow as pa

GZIP_LEVEL = 1
"""Batch files live for minutes: speed counts, size hardly."""

Record = dict[str, Any]


def write_batches(
    name: str, batch_config: BatchConfig, schema: dict[str, Any], records: Iterable[Record]
) -> Iterator[tuple[BaseBatchFileEncoding, str]]:
    """Write records into files of at most `batch_size` records.

    Args:
        name: What the files' names begin with.
        batch_config: Encoding and storage, as the SDK's `batch_config` says.
        schema: The stream's JSON schema; only Parquet needs it.
        records: Conformed records.

    Yields:
        Encoding and URL of each file, once it is closed.

    Raises:
        ValueError: An encoding that is neither jsonl (gzip, none) nor parquet.
    """
    asked, storage = batch_config.encoding, batch_config.storage
    compression = asked.compression or "none"
    if asked.format not in {"jsonl", "parquet"}:
        raise ValueError(f"batch_config asks for {asked.format}; use jsonl or parquet")
    run, prefix, source = uuid4().hex, storage.prefix or "", iter(records)
    number = 0
    while chunk := list(islice(source, batch_config.batch_size)):
        number += 1
        table = _table(schema, chunk) if asked.format == "parquet" else None
        encoding = BaseBatchFileEncoding("jsonl" if table is None else "parquet", asked.compression)
        zipped = table is None and compression == "gzip"
        suffix = "parquet" if table is not None else "jsonl.gz" if zipped else "jsonl"
        filename = f"{prefix}{name}-{run}-{number}.{suffix}"
        with storage.open(filename, "wb") as file:
            if table is not None:
                _write_table(file, table, compression)
            else:
                lines = _lines(chunk)
                file.write(gzip.compress(lines, GZIP_LEVEL, mtime=0) if zipped else lines)
        yield encoding, storage.get_url(filename)


def _lines(records: list[Record]) -> bytes:
    try:
        return encoder.encode_lines(records)
    except UnicodeEncodeError:
        return b"".join(_line(record) for record in records)


def _line(record: Record) -> bytes:
    try:
        return encoder.encode(record) + b"\n"
    except UnicodeEncodeError:
        return escaped(record) + b"\n"


def _write_table(file: IO[bytes], table: "pa.Table", compression: str) -> None:
    import pyarrow.parquet as pq

    # The target rewrites it at once: statistics and dictionaries would be for nobody.
    pq.write_table(
        table, file, compression=compression, use_dictionary=False, write_statistics=False
    )


def _table(schema: dict[str, Any], records: list[Record]) -> "pa.Table | None":
    """Turn records into columns.

    Args:
        schema: The stream's JSON schema.
        records: Conformed records.

    Returns:
        The columns, every value exact; None where that cannot be.
    """
    import pyarrow as pa

    declared: dict[str, Any] = schema.get("properties", {})
    names = tuple(declared)
    rows = [tuple(record.values()) for record in records if tuple(record) == names]
    if len(rows) < len(records):  # fields left out, in another order, or undeclared
        if not all(record.keys() <= declared.keys() for record in records):
            return None
        rows = [tuple(map(record.get, names)) for record in records]
    columns = {}
    for name, values in zip(names, zip(*rows, strict=True), strict=True):
        kind = _arrow_type(declared[name], set(map(type, values)))
        if kind is None:
            return None
        try:
            columns[name] = pa.array(values, type=kind)
        except (pa.ArrowException, TypeError, ValueError, OverflowError):
            return None
    return pa.table(columns)


def _arrow_type(field: dict[str, Any], classes: set[type]) -> "pa.DataType | None":
    """Choose a column's type by what is declared and by what is there."""
    import pyarrow as pa

    declared = field.get("type", [])
    types = ({declared} if isinstance(declared, str) else set(declared)) - {"null"}
    found = classes - {type(None)}
    if len(types) != 1 or len(found) > 1:
        return None
    step = field.get("multipleOf")
    choices: dict[tuple[str, type], Any] = {
        ("string", str): pa.string(),
        ("integer", int): pa.int64(),
        ("boolean", bool): pa.bool_(),
        ("number", float): pa.float64(),
        ("number", Decimal): step and pa.decimal128(38, max(0, -_exponent(step))),
        ("string", datetime): pa.timestamp("us", tz="UTC"),
        ("string", date): pa.date32(),
    }
    return choices.get((types.pop(), found.pop())) if found else pa.null()


def _exponent(step: float) -> int:
    return int(Decimal(repr(step)).normalize().as_tuple().exponent)

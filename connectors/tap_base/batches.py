"""Batch files: the Singer SDK's BATCH messages, for sources that have bulk.

JSON Lines (gzip, or none for a target on the same machine) carry a record exactly as a RECORD
message would. Parquet carries strings, 64-bit integers and booleans as such and everything else
as its JSON text, so that no decimal passes through a float; the reader casts by the SCHEMA.
"""

import gzip
from collections.abc import Iterable, Iterator
from itertools import islice
from typing import TYPE_CHECKING, Any
from uuid import uuid4

from singer_sdk.helpers._batch import BatchConfig

from connectors.tap_base.plan import encoder, escaped

if TYPE_CHECKING:
    import pyarrow as pa

GZIP_LEVEL = 1
"""Batch files live for minutes: speed counts, size hardly."""


def write_batches(
    name: str, batch_config: BatchConfig, schema: dict[str, Any], records: Iterable[dict[str, Any]]
) -> Iterator[str]:
    """Write records into files of at most `batch_size` records.

    Args:
        name: What the files' names begin with.
        batch_config: Encoding and storage, as the SDK's `batch_config` says.
        schema: The stream's JSON schema; only Parquet needs it.
        records: Conformed records.

    Yields:
        The URL of each file, once it is closed.

    Raises:
        ValueError: An encoding that is neither jsonl (gzip, none) nor parquet.
    """
    encoding, storage = batch_config.encoding, batch_config.storage
    compression = encoding.compression or "none"
    if encoding.format == "jsonl" and compression in {"gzip", "none"}:
        suffix = ".jsonl.gz" if compression == "gzip" else ".jsonl"
    elif encoding.format == "parquet":
        suffix = ".parquet"
    else:
        raise ValueError(
            f"batch_config asks for {encoding.format} with {compression} compression; "
            "use jsonl (gzip or none) or parquet"
        )
    run, prefix, source = uuid4().hex, storage.prefix or "", iter(records)
    number = 0
    while chunk := list(islice(source, batch_config.batch_size)):
        number += 1
        filename = f"{prefix}{name}-{run}-{number}{suffix}"
        with storage.open(filename, "wb") as file:
            if suffix == ".parquet":
                _write_parquet(file, schema, chunk, compression)
            elif suffix == ".jsonl":
                file.write(_lines(chunk))
            else:
                file.write(gzip.compress(_lines(chunk), GZIP_LEVEL, mtime=0))
        yield storage.get_url(filename)


def _lines(records: list[dict[str, Any]]) -> bytes:
    try:
        return bytes(encoder.encode_lines(records))
    except UnicodeEncodeError:
        return b"".join(_line(record) for record in records)


def _line(record: dict[str, Any]) -> bytes:
    try:
        return encoder.encode(record) + b"\n"
    except UnicodeEncodeError:
        return escaped(record) + b"\n"


def _write_parquet(
    file: Any, schema: dict[str, Any], records: list[dict[str, Any]], compression: str
) -> None:
    import pyarrow as pa
    import pyarrow.parquet as pq

    declared: dict[str, Any] = schema.get("properties", {})
    names = dict.fromkeys(declared)
    for record in records:
        names.update(dict.fromkeys(record))
    columns = {
        name: _column(declared.get(name, {}), [record.get(name) for record in records])
        for name in names
    }
    pq.write_table(pa.table(columns), file, compression=compression)


def _column(field: dict[str, Any], values: list[Any]) -> "pa.Array":
    """Build one column of a Parquet batch.

    Args:
        field: The property's JSON schema; empty for an undeclared one.
        values: One value per record.

    Returns:
        Strings, 64-bit integers or booleans where all values are such, else JSON text.
    """
    import pyarrow as pa

    declared = field.get("type", [])
    types = ({declared} if isinstance(declared, str) else set(declared)) - {"null"}
    exact = {"string": pa.string(), "integer": pa.int64(), "boolean": pa.bool_()}
    if len(types) == 1 and (arrow := exact.get(next(iter(types)))):
        try:
            return pa.array(values, type=arrow)
        except (pa.ArrowException, TypeError, OverflowError):
            pass  # instants, raw JSON, integers beyond 64 bits
    return pa.array([_text(value) for value in values], type=pa.string())


def _text(value: Any) -> str | None:
    """Say a value as a string column holds it: strings bare, the rest as JSON."""
    if value is None or value.__class__ is str:
        return value  # type: ignore[no-any-return]
    encoded = encoder.encode(value)
    if encoded == b"null":
        return None
    if encoded[:1] == b'"':
        import msgspec

        return str(msgspec.json.decode(encoded))
    return encoded.decode()

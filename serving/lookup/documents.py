"""Documents and keys of a generation, computed by DuckDB in pieces that fit in memory."""

import itertools
from collections.abc import Iterator
from pathlib import Path
from string import Template

import duckdb
import numpy as np
import pyarrow as pa

from serving.lookup import key_index
from serving.lookup.keys import KEYS_SQL, number_sql
from serving.sql import name, text

_SQL = Template((Path(__file__).parent / "documents.sql").read_text())
_PIECE = 100_000  # customers whose documents are made at a time
_BATCH = 5_000  # rows handed to SQLite at a time

Row = tuple[int, str, memoryview]
"""Number of the customer id, the id, the document (JSON)."""


def all_documents(connection: duckdb.DuckDBPyConnection) -> Iterator[list[Row]]:
    """Documents of every customer of the attached database `hub`, in batches."""
    starts = [
        row[0]
        for row in connection.execute(
            "select customer_id from (select customer_id, "
            "row_number() over (order by customer_id) as place from hub.marts.customers) "
            f"where place % {_PIECE} = 1 order by customer_id"
        ).fetchall()
    ]
    for start, end in zip(starts, [*starts[1:], None], strict=True):
        chosen = f"where customer_id >= {text(start)}"
        if end is not None:
            chosen += f" and customer_id < {text(end)}"
        yield from _documents(connection, chosen)


def all_keys(
    connection: duckdb.DuckDBPyConnection,
) -> tuple[key_index.Numbers, key_index.Numbers]:
    """Numbers of all keys and of the customers that have them: two arrays of one length."""
    numbers = connection.execute(
        f"select {number_sql('key')} as key, {number_sql('customer_id')} as customer "
        f"from ({KEYS_SQL})"
    ).fetchnumpy()
    return numbers["key"], numbers["customer"]


def _documents(connection: duckdb.DuckDBPyConnection, chosen: str) -> Iterator[list[Row]]:
    lists = {
        part: fields(connection, table)
        for part, table in (
            ("customers", "customers"),
            ("identities", "customer_identities"),
            ("consents", "consents"),
        )
    }
    rows = connection.execute(
        _SQL.substitute(lists, chosen=chosen, number=number_sql("customers.customer_id"))
    )
    for batch in rows.to_arrow_reader(_BATCH):
        numbers, ids, documents = batch.columns
        yield list(zip(numbers.to_pylist(), ids.to_pylist(), _texts(documents), strict=True))


def _texts(column: pa.StringArray) -> list[memoryview]:
    """The bytes of each text, not copied."""
    _, ends, data = column.buffers()
    places = np.frombuffer(ends, "<i4", len(column) + 1, column.offset * 4).tolist()
    held = memoryview(data or b"")
    return [held[start:end] for start, end in itertools.pairwise(places)]


def fields(connection: duckdb.DuckDBPyConnection, table: str, of: str = "") -> str:
    """The select list of a table of the marts as documents show it: `"name": value, …`.

    Args:
        connection: with the generation attached as `hub`.
        table: of the marts.
        of: what the columns are taken out of, where they are fields of a struct.
    """
    described = connection.execute(f"describe hub.marts.{table}").fetchall()
    found = []
    for said, kind, *_ in described:
        column = f"{of}.{name(said)}" if of else name(said)
        if said == "customer_id" and table != "customers":
            continue
        if kind == "TIMESTAMP WITH TIME ZONE":
            # Not through the time zone library, which takes three times as long.
            instant = f"make_timestamp(epoch_us({column}))"
            value = f"{instant}::date || 'T' || {instant}::time || 'Z'"
        else:
            value = column
        found.append(f"{name(said)}: {value}")
    return ", ".join(found)

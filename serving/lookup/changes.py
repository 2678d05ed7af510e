"""Which profiles changed since the sidecar was last brought along, and the parts of them that did.

One pass over a table hashes its rows, sums the hashes up (what tells who copies the table whether
it changed) and keeps the rows whose hash the sidecar does not know. The sidecar knows hashes as
Parquet files of `(customer_id, mark)`: of all rows when it was built, and of the customers that
changed since, which stand in for theirs in the first.
"""

import contextlib
import shutil
from pathlib import Path

import duckdb
import msgspec

from serving.lookup import marks, store
from serving.lookup.comparison import Comparison
from serving.lookup.marks import PARTS
from serving.lookup.state import Mark, SidecarError, State
from serving.sql import text

_BESIDE = "customer_aliases"
_UNREADABLE = (
    duckdb.IOException,
    duckdb.InvalidInputException,
    duckdb.BinderException,
    duckdb.OutOfMemoryException,
)


class Found(msgspec.Struct):
    """What lies in the folder `next` for the sidecar to take over.

    Attributes:
        generation: the generation that was looked at.
        since: the state of the sidecar that it was compared with; empty when with none.
        marks: what is known of each table afterwards; `all` and `since` name files in `next`.
    """

    generation: str
    since: str
    marks: dict[str, Mark]


def read(home: Path, generation_id: str) -> Found | None:
    """What was found for a generation, when it still fits the sidecar."""
    try:
        found = msgspec.json.decode(
            (store.next_folder(home) / "found.json").read_bytes(), type=Found
        )
    except (OSError, msgspec.DecodeError):
        return None
    known = store.state(home)
    fits = found.generation == generation_id and found.since == (known.stamp if known else "")
    return found if fits else None


def find(
    connection: duckdb.DuckDBPyConnection, home: Path, generation_id: str, *, anew: bool = False
) -> Found:
    """Compares the attached database `hub` with what the sidecar shows; not where `anew`.

    Returns:
        What was found; the rows are in the folder `next`.
    """
    folder = store.next_folder(home)
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True, mode=0o700)
    columns = {_BESIDE: "", **_columns(connection)}
    known = None if anew else store.state(home)
    found = None
    if known is not None and all(known.marks[t].columns == columns[t] for t in columns):
        # Not when too much changed, or files with marks are broken.
        with contextlib.suppress(SidecarError, *_UNREADABLE):
            found = _along(connection, home, known, generation_id)
    if found is None:
        found = _all(connection, folder, generation_id, columns)
    (folder / "found.json").write_bytes(msgspec.json.encode(found))
    return found


def _columns(connection: duckdb.DuckDBPyConnection) -> dict[str, str]:
    rows = connection.execute(
        "select table_name, list((column_name, data_type) order by column_index)::varchar "
        "from duckdb_columns() where database_name = 'hub' and schema_name = 'marts' group by all"
    ).fetchall()
    return {
        table: f"{duckdb.__version__} {columns}"
        for table, columns in rows
        if table in PARTS or table == _BESIDE
    }


def _all(
    connection: duckdb.DuckDBPyConnection, folder: Path, generation_id: str, columns: dict[str, str]
) -> Found:
    known = {}
    for table in PARTS:
        rows, total = marks.mark(connection, table)
        file = f"{table}.all.parquet"
        marks.write(connection, f"from marks_{table}", folder / file)
        known[table] = Mark(columns[table], rows, total, file)
    known[_BESIDE] = _aliases(connection, folder, columns[_BESIDE], None)
    return Found(generation_id, "", known)


def _along(
    connection: duckdb.DuckDBPyConnection, home: Path, known: State, generation_id: str
) -> Found:
    folder = store.next_folder(home)
    told = Comparison(connection, home, known, folder).found()
    beside = known.marks[_BESIDE]
    told[_BESIDE] = _aliases(connection, folder, beside.columns, beside)
    return Found(generation_id, known.stamp, told)


def _aliases(
    connection: duckdb.DuckDBPyConnection, folder: Path, columns: str, known: Mark | None
) -> Mark:
    if not columns:
        connection.execute(
            "copy (select '' as alias_id, '' as customer_id where false) "
            f"to {text(folder / 'aliases.parquet')} (format parquet)"
        )
        return Mark(columns, 0, "")
    mark = Mark(columns, *marks.look(connection, _BESIDE))
    if known is None or (known.rows, known.total) != (mark.rows, mark.total):
        what = f"select alias_id, customer_id from hub.marts.{_BESIDE}"
        marks.write(connection, what, folder / "aliases.parquet")
    return mark

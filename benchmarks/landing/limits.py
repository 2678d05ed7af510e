"""What the same bytes cost unchecked: `python -m …limits lines|parse|parquet FILE`."""

import sys
from pathlib import Path

import duckdb

from benchmarks.landing.records import KINDS


def lines(path: str) -> None:
    """Read lines."""
    with Path(path).open("rb") as file:
        for _ in file:
            pass


def _reader(path: str) -> str:
    columns = ", ".join(f"{name}: '{kind}'" for name, kind in KINDS.items())
    return f"read_json('{path}', format = 'newline_delimited', columns = {{{columns}}})"


def parse(path: str) -> None:
    """Let DuckDB parse the bare JSON Lines with the same types."""
    counts = ", ".join(f"count({name})" for name in KINDS)
    duckdb.execute(f"select {counts} from {_reader(path)}").fetchall()


def parquet(path: str) -> None:
    """The same, and write Parquet."""
    duckdb.execute(f"copy (from {_reader(path)}) to '{path}.parquet' (format parquet)")


if __name__ == "__main__":
    {"lines": lines, "parse": parse, "parquet": parquet}[sys.argv[1]](sys.argv[2])

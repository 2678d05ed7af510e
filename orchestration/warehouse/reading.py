"""Reads the warehouse between runs: for questions whose answer is no part of a generation."""

from collections.abc import Iterator
from contextlib import contextmanager

import duckdb

from orchestration.home import Home


class UnreadableError(RuntimeError):
    """The warehouse cannot be read now; the text says what to do."""


@contextmanager
def opened(home: Home, *, write: bool = False) -> Iterator[duckdb.DuckDBPyConnection]:
    """The warehouse; to write means temporary tables only.

    Raises:
        UnreadableError: It is not built yet, or a run is writing it.
    """
    if not home.warehouse.exists():
        raise UnreadableError("nothing is built yet; `tessera run` does it")
    try:
        connection = duckdb.connect(str(home.warehouse), read_only=not write)
    except duckdb.IOException:
        raise UnreadableError("a run is writing the warehouse; ask again when it is done") from None
    with connection:
        yield connection

"""dbt in the test's own process: a process for each run would import for longer than it runs."""

import logging
from collections.abc import Iterator
from contextlib import contextmanager
from typing import TYPE_CHECKING

# Imported where it is used, or every worker that collects these tests would import dbt.
if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner


@contextmanager
def dbt_in_process() -> Iterator["type[dbtRunner]"]:
    """dbt as the hub's own dbt process has it; nothing of it stays behind."""
    handlers = list(logging.root.handlers)
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from orchestration.warehouse.events import leave_out_debug

    leave_out_debug()
    try:
        yield dbtRunner
    finally:
        DuckDBConnectionManager.close_all_connections()  # the file has one writer
        logging.root.handlers[:] = handlers  # dbt makes one for this test's stderr

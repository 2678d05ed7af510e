"""dbt in the test's own process: a process for each run would import for longer than it runs."""

import logging
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from orchestration.warehouse.start import readers_on_demand

# Imported where it is used, or every worker that collects these tests would import dbt.
if TYPE_CHECKING:
    from dbt.cli.main import dbtRunner


@contextmanager
def dbt_in_process(templates: Path, but: Sequence[str] = ()) -> Iterator["type[dbtRunner]"]:
    """dbt as the hub's own dbt process has it; nothing of it stays behind.

    Args:
        templates: File for the templates that were compiled.
        but: Names of events that callbacks hear although only a debug log would show them.
    """
    handlers = list(logging.root.handlers)
    readers_on_demand()
    from dbt.adapters.duckdb.connections import DuckDBConnectionManager
    from dbt.cli.main import dbtRunner

    from orchestration.warehouse.events import leave_out_debug
    from orchestration.warehouse.templates import compiled_once

    leave_out_debug(but)
    try:
        with compiled_once(templates):
            yield dbtRunner
    finally:
        DuckDBConnectionManager.close_all_connections()  # the file has one writer
        logging.root.handlers[:] = handlers  # dbt makes one for this test's stderr

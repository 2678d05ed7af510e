"""The Singer SDK's own tap test suite, over a snapshot, a query and an incremental table."""

import sqlite3
import tempfile
from pathlib import Path

from singer_sdk.testing import get_tap_test_class

from connectors.tap_sql.tap import TapSql

FOLDER = tempfile.TemporaryDirectory()
DATABASE = Path(FOLDER.name) / "crm.db"
with sqlite3.connect(DATABASE) as connection:
    connection.execute(
        "create table customers (id integer primary key, name text, vip boolean, "
        "balance numeric(12,2), updated_at datetime)"
    )
    connection.execute(
        "insert into customers values (1, 'Zoë', 1, 1.5, '2024-01-01T10:00:00Z'), "
        "(2, 'Ann', 0, 2, '2024-01-02T10:00:00Z')"
    )
connection.close()

TestTapSql = get_tap_test_class(
    tap_class=TapSql,
    config={
        "url": f"sqlite:///{DATABASE}",
        "streams": {
            "customers": {},
            "names": {"query": "select id, name from customers", "key": "id"},
            "changed": {"table": "customers", "replication_key": "updated_at"},
        },
    },
)

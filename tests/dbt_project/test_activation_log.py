"""What became of every row that went to a CRM is published."""

import json
import os
from pathlib import Path
from typing import Any

import duckdb
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

from activation import engine, erasure
from connectors.target_base.sandbox import Property
from connectors.target_hubspot.sandbox import HubspotSandbox
from tests.activation.conftest import Hub, a_sync

from .conftest import PROJECT

VARS = {"sources": {}, "destinations": {"crm": ["sync_crm__contacts"]}}


def built(home: Path, sql: str) -> list[Any]:
    """Build the log anew, and ask."""
    os.environ["TESSERA_HOME"] = str(home)
    words = ["run", "--quiet", "--select", "activation_log", "--vars", json.dumps(VARS)]
    words += ["--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)]
    words += ["--target-path", str(home / "target"), "--log-path", str(home / "logs")]
    result = dbtRunner().invoke(words)
    DuckDBConnectionManager.close_all_connections()
    assert result.success, result.exception or result.result
    with duckdb.connect(str(home / "warehouse" / "hub.duckdb"), read_only=True) as db:
        return db.execute(sql).fetchall()


def test_every_rows_fate_is_in_the_next_generation(tmp_path: Path) -> None:
    (tmp_path / "warehouse").mkdir()
    hub = Hub(tmp_path)
    hub.people(2)
    hub.row(1)["city"] = "Atlantis"
    hub.publish()
    with HubspotSandbox() as crm:
        crm.contacts.properties["city"] = Property("choice", choices=("Paris",))
        engine.activate(tmp_path, a_sync(crm))
    told = "select tessera_id, op, status, fields, error, generation_id, settled_at is not null"
    done, made, refused = built(tmp_path, f"{told} from activation.activation_log order by 1, 3")
    fields = ["city", "email", "firstname", "phone"]
    assert done == ("cus-0", "create", "done", fields, None, "g001", True)
    assert made[:4] == ("cus-1", "create", "done", [name for name in fields if name != "city"])
    assert refused[2:4] == ("refused", ["city"])
    assert "list of choices" in refused[4]
    erasure.forget(tmp_path, ["cus-0"])
    files = tmp_path / "landing" / "_activation" / "crm" / "log" / "*.parquet"
    left = duckdb.sql(f"select key, status from '{files}' order by all").fetchall()
    assert left == [("cus-1", "done"), ("cus-1", "refused"), ("erased", "done")]

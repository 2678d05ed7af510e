"""What became of every row that went to a CRM is published."""

from pathlib import Path
from typing import Any

import duckdb
import jinja2

from activation import engine, erasure
from connectors.target_base.sandbox import Property
from connectors.target_hubspot.sandbox import HubspotSandbox
from tests.activation.conftest import Hub, a_sync

from .conftest import PROJECT

MODEL = PROJECT / "models" / "activation" / "activation_log.sql"


def built(home: Path, sql: str) -> list[Any]:
    """What the model, rendered onto DuckDB, says; dbt's own calls are replaced."""
    files = sorted(map(str, home.glob("landing/_activation/*/log/*.parquet")))
    known = {
        "config": lambda **_: "",
        "var": lambda *_: {},
        "activation_log_files": lambda: files,
        "parquet": lambda named: f"read_parquet({named})",
    }
    model = jinja2.Environment().from_string(MODEL.read_text("utf-8"), globals=known).render()
    return duckdb.sql(sql.format(log=f"({model})")).fetchall()


def test_every_rows_fate_is_in_the_next_generation(tmp_path: Path) -> None:
    assert built(tmp_path, "from {log}") == []
    hub = Hub(tmp_path)
    hub.people(2)
    hub.row(1)["city"] = "Atlantis"
    hub.publish()
    with HubspotSandbox() as crm:
        crm.contacts.properties["city"] = Property("choice", choices=("Paris",))
        engine.activate(tmp_path, a_sync(crm))
    told = "select tessera_id, op, status, fields, error, generation_id, settled_at is not null"
    done, made, refused = built(tmp_path, told + " from {log} order by 1, 3")
    fields = ["city", "email", "firstname", "phone"]
    assert done == ("cus-0", "create", "done", fields, None, "g001", True)
    assert made[:4] == ("cus-1", "create", "done", [name for name in fields if name != "city"])
    assert refused[2:4] == ("refused", ["city"])
    assert "list of choices" in refused[4]
    erasure.forget(tmp_path, ["cus-0"])
    left = built(tmp_path, "select tessera_id, status from {log} order by all")
    assert left == [("cus-1", "done"), ("cus-1", "refused"), ("erased", "done")]

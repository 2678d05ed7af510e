"""Run by the Python of Superset's own environment: connect, list, chart; prints what it found.

Arguments: folder of Superset's own database, SQLAlchemy URL of the hub, name for the database.
"""

import json
import os
import sys
from pathlib import Path

home, url, name = Path(sys.argv[1]), sys.argv[2], sys.argv[3]
home.mkdir(parents=True, exist_ok=True)
config = home / "superset_config.py"
config.write_text(
    f"SQLALCHEMY_DATABASE_URI = 'sqlite:///{home}/superset.db'\n"
    "SECRET_KEY = 'of no worth: a test'\n"
    "WTF_CSRF_ENABLED = False\nTALISMAN_ENABLED = False\nPREVENT_UNSAFE_DB_CONNECTIONS = False\n"
)
os.environ |= {"SUPERSET_CONFIG_PATH": str(config), "SUPERSET_HOME": str(home)}

from flask_migrate import upgrade  # noqa: E402
from superset.app import create_app  # noqa: E402

app = create_app()


def prepare() -> None:
    """Superset's own tables and an administrator, once."""
    if (home / "ready").exists():
        return
    with app.app_context():
        import superset

        upgrade(directory=str(Path(superset.__file__).parent / "migrations"))
        manager = app.appbuilder.sm
        manager.sync_role_definitions()
        manager.add_user("ann", "A", "B", "a@example.com", manager.find_role("Admin"), "secret-ann")
        from superset.extensions import db

        db.session.commit()
    (home / "ready").touch()


def run() -> dict[str, object]:
    """What a person does in the first minutes."""
    client = app.test_client()
    login = {"username": "ann", "password": "secret-ann", "provider": "db"}
    token = client.post("/api/v1/security/login", json=login).json["access_token"]
    headers = {"Authorization": f"Bearer {token}"}

    def ask(verb: str, path: str, **body: object) -> dict:
        answer = getattr(client, verb)(f"/api/v1/{path}", headers=headers, **body)
        if answer.status_code >= 300:
            sys.exit(f"{verb} {path}: {answer.status_code} {answer.text[:500]}")
        return answer.json

    held = {row["database_name"]: row["id"] for row in ask("get", "database/")["result"]}
    # Superset's own tables, in SQLite, hold one dataset of a name, whatever its database.
    for row in ask("get", "dataset/")["result"]:
        ask("delete", f"dataset/{row['id']}")
    if name in held:
        ask("delete", f"database/{held[name]}")
    extra = {"engine_params": {"connect_args": {"read_only": True}}} if "duckdb" in url else {}
    database = ask(
        "post",
        "database/",
        json={"database_name": name, "sqlalchemy_uri": url, "extra": json.dumps(extra)},
    )["id"]
    schemas = ask("get", f"database/{database}/schemas/")["result"]
    schema = next(s for s in schemas if s == "marts" or s.endswith(".marts"))
    tables = ask("get", f"database/{database}/tables/?q=(schema_name:'{schema}')")["result"]
    made = {"database": database, "schema": schema, "table_name": "customers"}
    dataset = ask("post", "dataset/", json=made)["id"]
    columns = ask("get", f"dataset/{dataset}")["result"]["columns"]
    total = {"expressionType": "SQL", "sqlExpression": "sum(transaction_total)", "label": "total"}
    query = {"columns": ["country"], "metrics": ["count", total], "row_limit": 100}
    source = {"id": dataset, "type": "table"}
    chart = ask(
        "post", "chart/data", json={"datasource": source, "queries": [query], "force": True}
    )
    return {
        "schemas": schemas,
        "tables": sorted(row["value"] for row in tables),
        "columns": {column["column_name"]: column["type"] for column in columns},
        "rows": chart["result"][0]["data"],
    }


prepare()
found = run()
print("FOUND " + json.dumps(found, default=str))

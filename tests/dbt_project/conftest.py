"""A warehouse of its own for each test: records go in through target-landing, dbt runs for real."""

import json
import os
import subprocess
import sys
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import Any

import duckdb
import pytest
from dbt.adapters.duckdb.connections import DuckDBConnectionManager
from dbt.cli.main import dbtRunner

PROJECT = Path(__file__).parents[2] / "dbt_project"
Record = dict[str, Any]


class Warehouse:
    """Lands Singer streams, runs dbt, answers queries. Files: mapping shape per source."""

    def __init__(self, home: Path, target: Path) -> None:
        self.home = home
        self.target = target
        self.sources: dict[str, Any] = {}
        (home / "warehouse").mkdir(parents=True)

    def map(self, source: str, stream: str, *mappings: Record) -> None:
        """Declare how a stream of a file source maps into the shapes."""
        block = self.sources.setdefault(source, {"tap": "tap-files", "shape": {}})
        block["shape"][stream] = list(mappings)

    def land(
        self,
        source: str,
        stream: str,
        records: Iterable[Record],
        key: tuple[str, ...] = ("id",),
        version: int | None = None,
        types: dict[str, str] | None = None,
    ) -> None:
        """One load package; with a version, it replaces what older versions brought."""
        rows = list(records)
        names = sorted({name for row in rows for name in row})
        properties = {
            name: {"type": ["null", (types or {}).get(name, "string")]} for name in names or key
        }
        schema = {"type": "SCHEMA", "stream": stream, "key_properties": list(key)}
        extra = {"version": version} if version else {}
        messages: list[Record] = [schema | {"schema": {"properties": properties}}]
        messages += [{"type": "RECORD", "stream": stream, "record": row, **extra} for row in rows]
        if version:
            messages.append({"type": "ACTIVATE_VERSION", "stream": stream, "version": version})
        messages.append({"type": "STATE", "value": {"bookmarks": {stream: {"version": version}}}})
        config = self.home / f"{source}.json"
        config.write_text(json.dumps({"landing": str(self.home / "landing"), "source": source}))
        subprocess.run(
            [sys.executable, "-m", "connectors.target_landing", "--config", str(config)],
            input="\n".join(json.dumps(message) for message in messages).encode(),
            check=True,
            capture_output=True,
        )

    def dbt(self, *arguments: str) -> None:
        """Run dbt in this process: starting it anew would cost more than most models do."""
        os.environ["TESSERA_HOME"] = str(self.home)
        result = dbtRunner().invoke(
            [
                *arguments,
                *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
                *("--vars", json.dumps({"sources": self.sources})),
                *("--target-path", str(self.target), "--log-path", str(self.home / "logs")),
            ]
        )
        DuckDBConnectionManager.close_all_connections()  # the file has one writer
        assert result.success, result.exception or [
            step.message for step in result.result if step.status not in ("success", "pass")
        ]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query against the warehouse."""
        path = str(self.home / "warehouse" / "hub.duckdb")
        with duckdb.connect(path, read_only=True) as connection:
            return connection.execute(sql).fetchall()


@pytest.fixture(scope="session")
def dbt_target(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Shared parse results: the models are the same for every test."""
    return tmp_path_factory.mktemp("dbt-target")


@pytest.fixture
def warehouse(tmp_path: Path, dbt_target: Path) -> Callable[[], Warehouse]:
    """Makes empty warehouses."""
    made = 0

    def make() -> Warehouse:
        nonlocal made
        made += 1
        return Warehouse(tmp_path / f"home{made}", dbt_target)

    return make

"""A warehouse of its own for each test: records go in through target-landing, dbt runs for real."""

import json
import os
from collections.abc import Callable, Iterable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import duckdb
import pytest

from connectors.tap_base.testing import Run
from connectors.target_landing.__main__ import run as load
from connectors.target_landing.config import Settings
from orchestration.warehouse.start import believed
from tests.conftest import Once
from tests.in_process import dbt_in_process

# Imported where it is used, or every worker that collects these tests would import dbt.
if TYPE_CHECKING:
    from dbt.contracts.graph.manifest import Manifest

PROJECT = Path(__file__).parents[2] / "dbt_project"
STAGING = PROJECT / "models" / "staging"
ROOMS = [room.name for room in STAGING.iterdir() if room.is_dir() and room.name != "mapped"]
Record = dict[str, Any]


class Warehouse:
    """Lands Singer streams, runs dbt, answers queries. Files: mapping shape per source."""

    def __init__(self, home: Path, target: Path, templates: Path, parsed: "Manifest") -> None:
        self.home = home
        self.target = target
        self.templates = templates
        self.parsed = parsed
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
        sent = self.home / f"{source}.singer"
        sent.write_text("\n".join(json.dumps(message) for message in messages))
        handle = os.open(sent, os.O_RDONLY)
        try:
            # As the command does, without a process for each of some dozens of packages.
            load(Settings(landing=str(self.home / "landing"), source=source), handle)
        finally:
            os.close(handle)

    def land_run(self, source: str, got: Run, keys: dict[str, tuple[str, ...]]) -> None:
        """Land what a tap emitted, stream by stream, typed as its own SCHEMA says."""
        for name, key in keys.items():
            schemas = [m for m in got.messages if m["type"] == "SCHEMA" and m["stream"] == name]
            types = {
                column: next(kind for kind in made["type"] if kind != "null")
                for column, made in schemas[0]["schema"]["properties"].items()
                if isinstance(made["type"], list)
            }
            if rows := got.records(name):
                self.land(source, name, rows, key=key, types=types)

    def dbt(self, *arguments: str) -> None:
        """Run dbt in this process over the parsed project: parsing costs more than most models."""
        taps = {source["tap"] for source in self.sources.values()}
        unused = [f"staging.{room}" for room in ROOMS if f"tap-{room}" not in taps]
        words = [*arguments, "--exclude", *unused]
        with dbt_in_process(self.templates) as runner, believed():
            options = shared(self.home, self.target, self.sources)
            result = runner(manifest=self.parsed).invoke([*words, *options])
        assert result.success, result.exception or [
            step.message for step in result.result if step.status not in ("success", "pass")
        ]

    def query(self, sql: str) -> list[tuple[Any, ...]]:
        """Rows of a query against the warehouse."""
        path = str(self.home / "warehouse" / "hub.duckdb")
        with duckdb.connect(path, read_only=True) as connection:
            return connection.execute(sql).fetchall()


def shared(home: Path, target: Path, sources: Any) -> list[str]:
    """Options of all verbs."""
    os.environ["TESSERA_HOME"] = str(home)
    return [
        *("--project-dir", str(PROJECT), "--profiles-dir", str(PROJECT)),
        *("--vars", json.dumps({"sources": sources})),
        *("--target-path", str(target), "--log-path", str(home / "logs"), "--no-write-json"),
    ]


@pytest.fixture(scope="session")
def parsed(once: Once, tmp_path_factory: pytest.TempPathFactory) -> "tuple[Path, Path, Manifest]":
    """dbt's target folder; the file of templates; the project with the models of all platforms."""
    from dbt.contracts.graph.manifest import Manifest

    def parse(home: Path) -> None:
        (home / "warehouse").mkdir()
        sources = {room: {"tap": f"tap-{room}"} for room in ROOMS}
        with dbt_in_process(home / "templates") as runner:
            options = shared(home, home / "target", sources)
            done = runner().invoke(["parse", "--quiet", *options])
        assert isinstance(done.result, Manifest), done.exception
        (home / "manifest.msgpack").write_bytes(done.result.to_msgpack())

    home = once("parsed", parse)
    manifest = Manifest.from_msgpack((home / "manifest.msgpack").read_bytes())
    return tmp_path_factory.mktemp("target"), home / "templates", manifest


@pytest.fixture
def warehouse(tmp_path: Path, parsed: "tuple[Path, Path, Manifest]") -> Callable[[], Warehouse]:
    """Makes empty warehouses."""
    made = 0

    def make() -> Warehouse:
        nonlocal made
        made += 1
        return Warehouse(tmp_path / f"home{made}", *parsed)

    return make

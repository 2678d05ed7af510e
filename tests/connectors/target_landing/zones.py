"""A landing zone of one's own, and Singer messages to feed it."""

import json
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import duckdb

from connectors.target_landing.config import from_mapping
from connectors.target_landing.hold import held
from connectors.target_landing.load import Load
from connectors.target_landing.messages import Messages
from connectors.target_landing.packages import folder, packages


def schema(
    stream: str, keys: Iterable[str] = (), required: Iterable[str] = (), **columns: Any
) -> dict:
    """A SCHEMA message; a column given as a string or list is that type."""
    properties = {
        name: part if isinstance(part, dict) else {"type": part} for name, part in columns.items()
    }
    inner = {"type": "object", "properties": properties, "required": list(required)}
    return {"type": "SCHEMA", "stream": stream, "schema": inner, "key_properties": list(keys)}


def record(stream: str, value: Any, **more: Any) -> dict:
    return {"type": "RECORD", "stream": stream, "record": value, **more}


def state(value: Any) -> dict:
    return {"type": "STATE", "value": value}


def lines(messages: Iterable[Any]) -> bytes:
    """Messages as a tap writes them; bytes stand for themselves."""
    return b"".join(
        (one if isinstance(one, bytes) else json.dumps(one).encode()) + b"\n" for one in messages
    )


class Zone:
    """A landing zone in which every load goes to source `crm`."""

    def __init__(self, landing: Path) -> None:
        self.landing = landing
        self.home = folder(landing, "crm")
        self.emitted: list[Any] = []

    def load(self, *messages: Any, chunk: int = 1 << 20, **settings: Any) -> Load:
        whole = lines(messages)
        values = {"landing": str(self.landing), "source": "crm", "fsync": False, **settings}
        with held(self.home):
            load = Load(from_mapping(values), lambda text: self.emitted.append(json.loads(text)))
            try:
                feeder = Messages(load)
                while whole:
                    cut = whole.find(b"\n", min(chunk, len(whole)) - 1) + 1
                    feeder.feed(whole[:cut])
                    whole = whole[cut:]
                load.finish()
            finally:
                load.abandon()
        return load

    def rows(
        self,
        stream: str,
        columns: str = "* exclude (_tessera_package, _tessera_row, "
        "_sdc_extracted_at, _sdc_batched_at, _sdc_deleted_at, _sdc_table_version)",
    ) -> list[tuple]:
        return self.sql(
            f"select {columns} from {self.table(stream)} order by _tessera_package, _tessera_row"
        )

    def table(self, stream: str) -> str:
        files = [
            str(package.stream_file(stream))
            for package in packages(self.landing, "crm")
            if package.stream_file(stream).exists()
        ]
        return f"read_parquet({files}, union_by_name = true)"

    def types(self, stream: str) -> dict[str, str]:
        described = self.sql(f"describe select * from {self.table(stream)}")
        return {
            name: kind for name, kind, *_ in described if not name.startswith(("_sdc_", "_tes"))
        }

    def sql(self, query: str) -> list[tuple]:
        with duckdb.connect() as connection:
            connection.execute("set timezone = 'UTC'")
            return connection.execute(query).fetchall()

    def quarantined(self) -> list[tuple]:
        """Stream, reason, field, whether the whole row was refused, and the record."""
        files = [str(p.path / "quarantine.parquet") for p in packages(self.landing, "crm")]
        files = [file for file in files if Path(file).exists()]
        if not files:
            return []
        return self.sql(
            f"select stream, reason, field, dropped, record from read_parquet({files}) "
            "order by _tessera_package, _tessera_row"
        )

    def manifest(self) -> dict[str, Any]:
        return packages(self.landing, "crm")[-1].manifest()

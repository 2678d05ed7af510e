"""Every row's fate as files of the landing zone, so that each generation publishes the log.

`<home>/landing/_activation/<destination>/log/<run>.parquet`; `activation.activation_log` reads
them. The values that were sent and the before-images stay in the ledger: only the fields' names
are told, and the CRM's own words, out of which our values are taken.
"""

from pathlib import Path
from typing import Any

import msgspec

from activation.ledger import Ledger

_COLUMNS = {
    "log_id": "int64", "run_id": "int64", "generation_id": "string", "object": "string",
    "op": "string", "key": "string", "customer": "string", "remote_id": "string",
    "status": "string", "error": "string", "request_id": "string", "intended_at": "string",
    "settled_at": "string",
}  # fmt: skip


def write_log(ledger: Ledger, run_id: int) -> list[Path]:
    """Write the files of a run and of earlier ones whose open rows it settled.

    Args:
        ledger: The destination's.
        run_id: The run that ends now.

    Returns:
        The files; none where nothing happened.
    """
    touched = ledger.db.execute(
        "select distinct run_id from activation_log where run_id = ? or settled_at >= "
        "(select started_at from runs where run_id = ?)",
        (run_id, run_id),
    ).fetchall()
    return [_write(ledger, int(number)) for (number,) in touched]


def rewrite_logs(ledger: Ledger) -> None:
    """Write all files anew: somebody was erased from the ledger."""
    for path in (ledger.folder / "log").glob("*.parquet"):
        _write(ledger, int(path.stem))


def _write(ledger: Ledger, run_id: int) -> Path:
    import pyarrow as pa  # only here: a run that writes nothing need not load it
    import pyarrow.parquet as pq

    rows: list[dict[str, Any]] = []
    for entry in ledger.db.execute(
        "select id as log_id, * from activation_log where run_id = ? order by id", (run_id,)
    ):
        row = {name: entry[name] for name in _COLUMNS}
        row["fields"] = sorted(msgspec.json.decode(entry["fields"]))
        rows.append(row | {"destination": ledger.destination})
    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in _COLUMNS.items()])
    schema = schema.append(pa.field("fields", pa.list_(pa.string())))
    schema = schema.append(pa.field("destination", pa.string()))
    path = ledger.folder / "log" / f"{run_id}.parquet"
    path.parent.mkdir(exist_ok=True, mode=0o700)
    aside = path.with_suffix(".next")
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), aside)
    aside.replace(path)
    return path

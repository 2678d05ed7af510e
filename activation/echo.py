"""What we wrote, marked, so that it never comes back from the CRM as evidence.

After each run `<home>/landing/_activation/<destination>/echo-<object>.parquet` says, per record of
the source that reads the same CRM, which values of which column of the shape `contacts` are ours,
and when the record last changed by somebody else. `int_contacts` takes those values out before
matching and survivorship see them (macro `without_echo`). A record that we created is tied to a
record of the customer it was created for (`anchor`), because without our values it may say nothing.
"""

from collections.abc import Iterator
from pathlib import Path
from typing import Any

import msgspec

from activation.ledger import Ledger
from activation.snapshot import Snapshot
from activation.spec import Sync

COLUMNS = {
    "source": "string",
    "source_record_id": "string",
    "customer_id": "string",
    "column": "string",
    "value": "string",
    "created": "bool",
    "sent_at": "string",
    "acked_at": "string",
    "theirs_at": "string",
    "anchor_source": "string",
    "anchor_record_id": "string",
}


def write_marks(home: Path, ledger: Ledger, sync: Sync) -> Path | None:
    """Write the marks of one sync, whole or not at all; nothing where no source reads the CRM."""
    if not sync.source or not sync.shape:
        return None
    rows = list(_marks(ledger, sync))
    anchors = _anchors(home, sync.source, [row for row in rows if row["created"]])
    for row in rows:
        anchor = anchors.get(row["customer_id"]) if row["created"] else None
        row["anchor_source"], row["anchor_record_id"] = anchor or (None, None)
    import pyarrow as pa  # only here: a run that writes nothing need not load it
    import pyarrow.parquet as pq

    path = ledger.folder / f"echo-{sync.name}.parquet"
    aside = path.with_suffix(".next")
    schema = pa.schema([(name, pa.type_for_alias(kind)) for name, kind in COLUMNS.items()])
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), aside)
    aside.replace(path)
    return path


def _marks(ledger: Ledger, sync: Sync) -> Iterator[dict[str, Any]]:
    for entry in ledger.db.execute(
        "select * from acknowledged where object = ? and remote_id is not null "
        "and sent_at is not null",
        (sync.name,),
    ):
        base = {
            "source": sync.source,
            "source_record_id": entry["remote_id"],
            "customer_id": entry["customer"],
            "created": bool(entry["created"]),
            "sent_at": entry["sent_at"],
            "acked_at": entry["acked_at"],
            "theirs_at": entry["theirs_at"],
        }
        yield base | {"column": None, "value": None}
        for name, value in msgspec.json.decode(entry["fields"]).items():
            for one in value if isinstance(value, list) else [value]:
                if one is not None and name in sync.shape:
                    yield base | {"column": sync.shape[name], "value": str(one)}


def _anchors(home: Path, source: str, rows: list[dict[str, Any]]) -> dict[str, tuple[str, str]]:
    """Customer -> a record of theirs that is not one of ours."""
    if not rows:
        return {}
    ours = {(source, row["source_record_id"]) for row in rows}
    snapshot = Snapshot(home)
    try:
        return snapshot.anchors({row["customer_id"] for row in rows}, ours)
    finally:
        snapshot.close()

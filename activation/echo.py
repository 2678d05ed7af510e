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

import duckdb
import msgspec
import pyarrow as pa
import pyarrow.parquet as pq

from activation.ledger import Ledger
from activation.snapshot import published
from activation.spec import Sync

SCHEMA = pa.schema(
    [
        ("source", pa.string()),
        ("source_record_id", pa.string()),
        ("customer_id", pa.string()),
        ("column", pa.string()),
        ("value", pa.string()),
        ("created", pa.bool_()),
        ("sent_at", pa.string()),
        ("acked_at", pa.string()),
        ("theirs_at", pa.string()),
        ("anchor_source", pa.string()),
        ("anchor_record_id", pa.string()),
    ]
)


def write_marks(home: Path, ledger: Ledger, sync: Sync) -> Path | None:
    """Write the marks of one sync, whole or not at all; nothing where no source reads the CRM."""
    if not sync.source or not sync.shape:
        return None
    rows = list(_marks(ledger, sync))
    anchors = _anchors(home, sync.source, [row for row in rows if row["created"]])
    for row in rows:
        anchor = anchors.get(row["customer_id"]) if row["created"] else None
        row["anchor_source"], row["anchor_record_id"] = anchor or (None, None)
    path = ledger.folder / f"echo-{sync.name}.parquet"
    aside = path.with_suffix(".next")
    pq.write_table(pa.Table.from_pylist(rows, schema=SCHEMA), aside)
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
    ours = pa.table(
        {
            "customer": [row["customer_id"] for row in rows],
            "record": [row["source_record_id"] for row in rows],
        }
    )
    with duckdb.connect(str(published(home)), read_only=True) as db:
        db.register("ours", ours)
        found = db.execute(
            "select i.customer_id, min((i.source, i.source_record_id)) "
            "from marts.customer_identities as i "
            "where i.customer_id in (select customer from ours) "
            "and not (i.source = ? and i.source_record_id in (select record from ours)) group by 1",
            [source],
        ).fetchall()
    return {customer: tuple(anchor) for customer, anchor in found}

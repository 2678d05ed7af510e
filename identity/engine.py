"""One run of identity resolution: find what changed, compare it, cut the affected components, name them.

The order is the same whether everything or nothing is new; a full run is one in which every record is
dirty. All working tables change in one transaction: a killed run leaves the state of the run before.
"""

import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from identity import decisions, increment, meetings, neighbourhood, outputs
from identity.config import Config
from identity.contents import RKEY, contents_sql
from identity.steps import Run
from identity.store import SCHEMA, Store, transaction


@dataclass(frozen=True)
class Outcome:
    """What a run did.

    Attributes:
        full: Whether everything was computed anew.
        changed: Contacts new or changed; `removed`: contacts gone.
        compared: Pairs scored.
        records, clusters: Totals after the run.
        events: Number of identity events by kind.
    """

    full: bool
    changed: int
    removed: int
    compared: int
    records: int
    clusters: int
    events: dict[str, int]


def resolve(
    con: duckdb.DuckDBPyConnection,
    contacts: str = "intermediate.contacts",
    home: Path | str | None = None,
    config: dict[str, Any] | Config | None = None,
    *,
    schema: str = SCHEMA,
    full: bool = False,
) -> Outcome:
    """Resolves contacts to customers and keeps the working tables of `schema` current.

    Args:
        con: Read-write connection.
        contacts: Relation in the contacts shape; absent columns count as NULL.
        home: TESSERA_HOME, for the id ledger and the trained model under `landing/_identity`; without it ids
            live in the working tables alone and the shipped model is used.
        config: The `identity:` block of hub.yaml.
        schema: Schema of the working tables.
        full: Compute everything anew even where an increment would do.
    """
    settings = Config.of(config)
    place = Path(home) / "landing" / "_identity" if home else None
    store = Store(con, schema)
    store.create()
    keep = store.temporary()
    with transaction(con):
        outcome = _run(store, contacts, place, settings, full)
        store.put("ran_at", time.time())
        outputs.create_views(store, settings.among(int(store.get("population") or 0)))
        store.forget_temporary(keep)
    return outcome


def _run(store: Store, contacts: str, place: Path | None, config: Config, full: bool) -> Outcome:
    con = store.con
    run = Run(store, config, place)
    con.execute(f"CREATE OR REPLACE TEMP VIEW contents AS {contents_sql(con, contacts)}")
    con.execute(f"CREATE OR REPLACE TEMP VIEW asked AS SELECT {RKEY}, * FROM contents")
    increment.hashes(con, contacts)
    total, checksum = _checksum(store)
    full = full or run.must_be_full(total)
    if full:
        changed, removed = total, 0
        # Whoever had an id and is no longer among the contacts has left.
        con.execute(f"CREATE OR REPLACE TEMP TABLE gone AS SELECT rkey FROM {store.name('ids')}")
        run.load_all(total)
        meetings.pair_all(run)
        compared = run.compare()
        run.cluster()
    else:
        # A sum over all contacts is far cheaper than finding which of them changed.
        changed, removed = increment.changes(
            store, contacts, known=store.get("contacts") == checksum
        )
        if not changed and not removed and not decisions.changed(store, config):
            return Outcome(
                False, 0, 0, 0, total, int(store.get("clusters") or 0), run.name_clusters(None)
            )
        increment.load_changed(run)
        neighbourhood.gather(run)
        compared = run.compare("dirty", "near_records")
        run.cluster(*neighbourhood.affected(run))
        neighbourhood.settle(run)
    events = run.name_clusters("clustered")
    # A cluster bears the name of its first record.
    clusters = int(store.one(f"SELECT count(*) FROM {store.name('members')} WHERE rkey = cluster"))
    store.put("clusters", clusters)
    store.put("contacts", checksum)
    return Outcome(full, changed, removed, compared, total, clusters, events)


def _checksum(store: Store) -> tuple[int, str]:
    """Returns the number of contacts asked about, and what differs as soon as one of them does."""
    row = store.con.execute(
        "SELECT count(*), concat_ws(' ', count(*), bit_xor(hash), sum(hash)) FROM hashes"
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")

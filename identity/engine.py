"""One run of identity resolution: find what changed, compare it, cut the affected components, name them.

The order is the same whether everything or nothing is new; a full run is one in which every record is
dirty. All working tables change in one transaction: a killed run leaves the state of the run before.
"""

import hashlib
import time
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import duckdb

from identity import candidates, decisions, keys, ledger, outputs, stable, standardise, suppression
from identity.clusters import raw_condition, recluster
from identity.config import Config
from identity.frozen import freeze, outgrown
from identity.modelfile import adopt, current_model
from identity.scoring import scored_sql, sides_sql
from identity.standardise import IDENTIFIERS, RECORDS
from identity.store import SCHEMA, Store, empty, transaction


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
    run = _Run(store, config, place)
    con.execute(f"CREATE OR REPLACE TEMP VIEW asked AS {standardise.contacts_sql(con, contacts)}")
    total, checksum = _checksum(store)
    full = full or run.must_be_full(total)
    if full:
        changed, removed = total, 0
        # Whoever had an id and is no longer among the contacts has left.
        con.execute(f"CREATE OR REPLACE TEMP TABLE gone AS SELECT rkey FROM {store.name('ids')}")
        run.load_all(total)
    else:
        # A sum over all contacts is far cheaper than finding which of them changed.
        changed, removed = run.changes(known=store.get("contacts") == checksum)
        if not changed and not removed and not run.decisions_changed():
            return Outcome(
                False, 0, 0, 0, total, int(store.get("clusters") or 0), run.name_clusters(None)
            )
        run.load_changed()
    compared = run.compare(full)
    affected = None if full else run.affected()
    recluster(store, run.model, run.bar, run.population, affected)
    run.take_clusters(full)
    events = run.name_clusters("clustered")
    clusters = int(store.one(f"SELECT count(DISTINCT cluster) FROM {store.name('members')}"))
    store.put("clusters", clusters)
    store.put("contacts", checksum)
    return Outcome(full, changed, removed, compared, total, clusters, events)


def _checksum(store: Store) -> tuple[int, str]:
    """Returns the number of contacts asked about, and what differs as soon as one of them does."""
    row = store.con.execute(
        "SELECT count(*), concat_ws(' ', count(*), bit_xor(hash), sum(hash)) FROM asked"
    ).fetchone()
    return (int(row[0]), str(row[1])) if row else (0, "")


class _Run:
    """The steps of one run over the working tables."""

    def __init__(self, store: Store, config: Config, place: Path | None) -> None:
        self.store, self.config, self.place = store, config, place
        self.con = store.con
        self.model = current_model(store, place, config)
        self.population = int(store.get("population") or 0)

    @property
    def bar(self) -> Config:
        """Returns the settings by which links are made among this population."""
        return self.config.among(self.population)

    def fingerprint(self) -> str:
        """Returns what, when it changes, makes every score stale."""
        parts = [
            Path(self.config.ladder).read_text("utf-8"), repr(self.config), self.model.version,
            *sorted(suppression.read(self.config)), duckdb.__version__, keys.contact_keys(self.population), VERSION,
        ]  # fmt: skip
        return hashlib.sha256("\x1f".join(parts).encode()).hexdigest()

    def must_be_full(self, total: int) -> bool:
        """Returns whether the working tables cannot be carried on from."""
        if self.store.get("fingerprint") != self.fingerprint():
            return True
        return self._first_profiles() or outgrown(total, int(self.store.get("frozen_at") or 0))

    def _first_profiles(self) -> bool:
        """Returns whether accounts come to a hub that had none: contacts then need keys to meet them."""
        return bool(
            self.store.one("SELECT count(*) > 0 FROM asked WHERE platform IS NOT NULL")
        ) and not self.store.one(f"SELECT count(*) FROM {self.store.name('records')} WHERE profile")

    def standardise(self, select: str, records: str, identifiers: str) -> None:
        """Appends the standardised records and identifiers of a contacts SELECT to two tables."""
        for some, found in standardise.batches(self.con, select, self.config):
            for table, batch in ((records, some), (identifiers, found)):
                self.con.register("batch", batch)
                self.con.execute(f"INSERT INTO {table} FROM batch")
                self.con.unregister("batch")

    def load_all(self, total: int) -> None:
        """Fills all tables from all contacts; freezes model, population and frequencies until the next time."""
        store = self.store
        store.clear()
        self.standardise("SELECT * FROM asked", store.name("records"), store.name("identifiers"))
        self.model = adopt(store, self.place, self.config)
        self.population = freeze(store, self.place, self.model, total)
        store.put("fingerprint", self.fingerprint())
        self.fill_keys(store.name("keys"), store.name("records"), store.name("identifiers"))
        decisions.load(store, self.config)

    def fill_keys(self, into: str, records: str, identifiers: str) -> None:
        """Appends the keys of records to a table."""
        parts = [keys.identifier_keys(self.config), keys.contact_keys(self.population)]
        # Keys for profiles are made where there are profiles at all.
        if self.store.one(f"SELECT count(*) FROM {self.store.name('records')} WHERE profile"):
            parts.append(keys.profile_keys())
        for part in parts:
            self.con.execute(f"INSERT INTO {into} {part.format(ids=identifiers, records=records)}")

    def compare(self, full: bool) -> int:
        """Scores the pairs of dirty records and replaces their edges; returns how many pairs."""
        con, store = self.con, self.store
        only = None if full else "touched_keys"
        eligible = candidates.eligible_sql(
            store.name("keys"), store.name("records"), self.config, self.population, only
        )
        con.execute(f"CREATE OR REPLACE TEMP TABLE eligible AS {eligible}")
        pairs = candidates.pairs_sql(store.name("keys"), "eligible", None if full else "dirty")
        con.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {pairs}")
        records, terms = store.name("records"), store.name("terms")
        model, config, population = self.model, self.config, self.population
        sides = sides_sql(records, terms, model, config, population, None if full else "pairs")
        con.execute(f"CREATE OR REPLACE TEMP TABLE sides AS {sides}")
        scored = scored_sql("pairs", "sides", records, terms, model, config, population)
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE scored AS SELECT * FROM ({scored})
            WHERE bits >= {self.config.suggest} OR mask & 63 <> 0"""
        )
        decisions.apply(store, None if full else "dirty")
        edges = store.name("edges")
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE fresh AS SELECT s.*, coalesce(e.first_seen, now()) AS first_seen
            FROM scored AS s LEFT JOIN {edges} AS e ON s.l = e.l AND s.r = e.r"""
        )
        if not full:
            con.execute(f"DELETE FROM {edges} WHERE l IN (FROM dirty) OR r IN (FROM dirty)")
        con.execute(f"INSERT INTO {edges} FROM fresh")
        return int(store.one("SELECT count(*) FROM pairs"))

    def take_clusters(self, full: bool) -> None:
        """Replaces the clusters of the affected records."""
        members = self.store.name("members")
        if full:
            self.con.execute(f"DELETE FROM {members}")
        else:
            self.con.execute(
                f"DELETE FROM {members} WHERE rkey IN (FROM affected) OR rkey IN (SELECT rkey FROM gone)"
            )
        self.con.execute(
            f"INSERT INTO {members} {outputs.linked_sql(self.store, self.bar, None if full else 'affected')}"
        )

    def changes(self, *, known: bool) -> tuple[int, int]:
        """Finds contacts that are new, changed or gone, unless it is `known` that none is; returns their numbers."""
        self.con.execute(
            f"""CREATE OR REPLACE TEMP TABLE moving AS
            SELECT coalesce(a.rkey, r.rkey) AS rkey, a.rkey IS NULL AS gone
            FROM (SELECT rkey, hash FROM asked {"WHERE false" if known else ""}) AS a
            FULL JOIN (SELECT rkey, hash FROM {self.store.name("records")} {"WHERE false" if known else ""}) AS r
            ON a.rkey = r.rkey WHERE a.hash IS DISTINCT FROM r.hash"""
        )
        for table, gone in (("news", "NOT gone"), ("gone", "gone")):
            self.con.execute(
                f"CREATE OR REPLACE TEMP TABLE {table} AS SELECT rkey FROM moving WHERE {gone}"
            )
        return int(self.store.one("SELECT count(*) FROM news")), int(
            self.store.one("SELECT count(*) FROM gone")
        )

    def decisions_changed(self) -> bool:
        """Returns whether the decisions file says something new of records at hand."""
        return decisions.changed(self.store, self.config)

    def load_changed(self) -> None:
        """Replaces changed records, identifiers and keys; finds `dirty` (records to compare anew)."""
        con, store = self.con, self.store
        empty(con, "new_records", RECORDS)
        empty(con, "new_identifiers", IDENTIFIERS)
        self.standardise(
            "SELECT * FROM asked WHERE rkey IN (FROM news)", "new_records", "new_identifiers"
        )
        con.execute("CREATE OR REPLACE TEMP TABLE leaving AS FROM news UNION ALL FROM gone")
        con.execute(
            "CREATE OR REPLACE TEMP TABLE new_keys (key UBIGINT, rkey UBIGINT, bit SMALLINT, side TINYINT)"
        )
        self.fill_keys("new_keys", "new_records", "new_identifiers")
        all_keys, records = store.name("keys"), store.name("records")
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE touched_keys AS SELECT DISTINCT key FROM (
            SELECT key FROM {all_keys} WHERE rkey IN (FROM leaving) UNION ALL SELECT key FROM new_keys)"""
        )
        eligible = candidates.eligible_sql(
            all_keys, records, self.config, self.population, "touched_keys"
        )
        con.execute(f"CREATE OR REPLACE TEMP TABLE before AS {eligible}")
        for table in ("records", "identifiers", "keys"):
            con.execute(f"DELETE FROM {store.name(table)} WHERE rkey IN (FROM leaving)")
        con.execute(f"INSERT INTO {records} FROM new_records")
        con.execute(f"INSERT INTO {store.name('identifiers')} FROM new_identifiers")
        con.execute(f"INSERT INTO {all_keys} FROM new_keys")
        con.execute(f"CREATE OR REPLACE TEMP TABLE after AS {eligible}")
        decisions.load(store, self.config, "decided_before")
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE dirty AS SELECT DISTINCT rkey FROM (
            FROM leaving UNION ALL
            SELECT rkey FROM {all_keys} WHERE key IN ((FROM before EXCEPT FROM after) UNION ALL (FROM after EXCEPT FROM before))
            UNION ALL SELECT unnest([l, r]) FROM (
                (FROM {store.name("decided")} EXCEPT FROM decided_before)
                UNION ALL (FROM decided_before EXCEPT FROM {store.name("decided")})))"""
        )
        con.execute(
            f"CREATE OR REPLACE TEMP TABLE touched_keys AS SELECT DISTINCT key FROM {all_keys} WHERE rkey IN (FROM dirty)"
        )

    def affected(self) -> str:
        """Writes `affected` (rkey): the whole components that dirty records were in or now reach."""
        con, store = self.con, self.store
        members = store.name("members")
        raw = f"SELECT l, r FROM fresh WHERE {raw_condition(self.bar)}"
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE affected AS
            WITH hit AS (
                SELECT rkey FROM dirty UNION ALL SELECT l FROM ({raw}) UNION ALL SELECT r FROM ({raw})
            ),
            moved AS (SELECT DISTINCT component FROM {members} WHERE rkey IN (FROM hit))
            SELECT rkey FROM {members} WHERE component IN (FROM moved) AND rkey NOT IN (FROM gone)
            UNION SELECT rkey FROM news"""
        )
        return "affected"

    def name_clusters(self, moved: str | None) -> dict[str, int]:
        """Gives clusters their lasting ids; returns the number of events by kind."""
        return stable.name_clusters(
            self.store,
            moved,
            ledger.read(self.place) if self.place else None,
            outputs.held_sql(self.bar) if moved else None,
        )


# Raised whenever the same contacts would give other working tables.
VERSION = "3"

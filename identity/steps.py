"""The steps that full runs and increments have in common, over the working tables."""

import hashlib
from pathlib import Path

import duckdb

from identity import candidates, decisions, keys, ledger, outputs, stable, standardise, suppression
from identity.config import Config
from identity.frozen import freeze, outgrown
from identity.modelfile import adopt, current_model
from identity.scoring import scored_sql, sides_sql
from identity.store import Store

# Raised whenever the same contacts would give other working tables.
VERSION = "3"


class Run:
    """One run: its settings, its model, and the population that the prior reckons with."""

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

    def compare(self, dirty: str | None = None, records: str | None = None) -> int:
        """Scores the temp table `pairs` and replaces the edges of dirty records; returns how many pairs.

        Args:
            dirty: Relation (rkey) of the records whose pairs are wanted, None for all.
            records: Standardised records of all that may meet them, None for all.
        """
        con, store = self.con, self.store
        records, terms = records or store.name("records"), store.name("terms")
        model, config, population = self.model, self.config, self.population
        sides = sides_sql(records, terms, model, config, population)
        con.execute(f"CREATE OR REPLACE TEMP TABLE sides AS {sides}")
        worth = f"WHERE bits >= {config.suggest} OR mask & 63 <> 0"
        contacts, profiles = scored_sql("pairs", "sides", records, terms, model, config, population)
        con.execute(f"CREATE OR REPLACE TEMP TABLE scored AS SELECT * FROM ({contacts}) {worth}")
        con.execute(f"INSERT INTO scored SELECT * FROM ({profiles}) {worth}")
        decisions.apply(store, dirty)
        edges = store.name("edges")
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE fresh AS SELECT s.*, coalesce(e.first_seen, now()) AS first_seen
            FROM scored AS s LEFT JOIN {edges} AS e ON s.l = e.l AND s.r = e.r"""
        )
        if dirty:
            con.execute(f"DELETE FROM {edges} WHERE l IN (FROM {dirty}) OR r IN (FROM {dirty})")
        con.execute(f"INSERT INTO {edges} FROM fresh")
        return int(store.one("SELECT count(*) FROM pairs"))

    def pair(self, all_keys: str, dirty: str | None = None) -> None:
        """Writes the temp table `pairs` (l, r, mask) of records that meet in a relation of keys."""
        eligible = candidates.eligible_sql(all_keys, self.config, self.population)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE eligible AS {eligible}")
        pairs = candidates.pairs_sql(all_keys, "eligible", dirty)
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {pairs}")

    def take_clusters(self, affected: str | None) -> None:
        """Replaces the clusters of the affected records, of all where None is named."""
        members = self.store.name("members")
        if affected is None:
            self.con.execute(f"DELETE FROM {members}")
        else:
            self.con.execute(
                f"DELETE FROM {members} WHERE rkey IN (FROM {affected}) OR rkey IN (SELECT rkey FROM gone)"
            )
        self.con.execute(
            f"INSERT INTO {members} {outputs.linked_sql(self.store, self.bar, affected)}"
        )

    def name_clusters(self, moved: str | None) -> dict[str, int]:
        """Gives clusters their lasting ids; returns the number of events by kind."""
        return stable.name_clusters(
            self.store,
            moved,
            ledger.read(self.place) if self.place else None,
            outputs.held_sql(self.bar) if moved else None,
        )

"""The steps that full runs and increments have in common, over the working tables."""

import hashlib
from dataclasses import replace
from pathlib import Path

import duckdb

from identity import decisions, keys, ladder, ledger, outputs, stable, standardise, suppression
from identity.clusters import recluster
from identity.config import Config
from identity.frozen import freeze, outgrown
from identity.modelfile import adopt, current_model
from identity.scoring import contact_sql, rarities_sql, scored_sql, sides_sql, text_columns
from identity.store import Store, few

# Raised whenever the same contacts would give other working tables.
VERSION = "7"


class Run:
    """One run: its settings, its model, and the population that the prior reckons with."""

    def __init__(self, store: Store, config: Config, place: Path | None) -> None:
        self.store, self.config, self.place = store, config, place
        self.con = store.con
        unsaid = frozenset(store.get("unsaid") or ())
        self.model = replace(current_model(store, place, config), unsaid=unsaid)
        self.population = int(store.get("population") or 0)

    @property
    def bar(self) -> Config:
        """Returns the settings by which links are made among this population."""
        return self.config.among(self.population)

    def fingerprint(self) -> str:
        """Returns what, when it changes, makes every score stale."""
        parts = [
            ladder.text(self.config.ladder), repr(self.config), self.model.digest,
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
        self.hear()
        store.put("fingerprint", self.fingerprint())
        into = (store.name(t) for t in ("keys", "unasked", "records", "identifiers"))
        self.fill_keys(*into)
        decisions.load(store, self.config)

    def fill_keys(self, into: str, shown: str, records: str, identifiers: str) -> None:
        """Appends the keys of records to two tables."""
        offers = keys.offered_keys()
        # Keys for profiles are made where there are profiles at all.
        profiles = bool(
            self.store.one(f"SELECT count(*) FROM {self.store.name('records')} WHERE profile")
        )
        parts = [keys.identifier_keys(self.config), keys.contact_keys(self.population), offers]
        for part in parts:
            self.con.execute(f"INSERT INTO {into} {part.format(ids=identifiers, records=records)}")
        part = keys.shown_keys(self.population, profiles=profiles)
        self.con.execute(f"INSERT INTO {shown} {part.format(records=records)}")

    def compare(self, dirty: str | None = None, records: str | None = None) -> int:
        """Scores the temp table `pairs` and replaces the edges of dirty records; returns how many pairs.

        Args:
            dirty: Relation (rkey) of the records whose pairs are wanted, None for all.
            records: Standardised records of all that may meet them, None for all.
        """
        con, store = self.con, self.store
        model, config, population = self.model, self.config, self.population
        records, terms = records or store.name("records"), store.name("terms")
        self._take_sides(records, "pairs" if dirty else None)
        worth = f"WHERE bits >= {config.suggest} OR mask & 63 <> 0"
        contacts, profiles = scored_sql("pairs", "sides", records, terms, model, config, population)
        con.execute(f"CREATE OR REPLACE TEMP TABLE scored AS SELECT * FROM ({contacts}) {worth}")
        con.execute(f"INSERT INTO scored SELECT * FROM ({profiles}) {worth}")
        decisions.apply(store, dirty)
        edges = before = store.name("edges")
        if dirty:
            # Each side by itself, so that the scan leaves out the others.
            before = "left_edges"
            columns = f"SELECT rowid AS place, l, r, first_seen FROM {edges}"
            con.execute(
                f"CREATE OR REPLACE TEMP TABLE {before} AS {columns} WHERE l IN {few(dirty)}"
            )
            con.execute(
                f"INSERT INTO {before} {columns} WHERE r IN {few(dirty)} AND l NOT IN (FROM {dirty})"
            )
            con.execute(
                f"INSERT INTO {before} SELECT e.* FROM ({columns} WHERE l IN {few('again', 'l')}) AS e SEMI JOIN again USING (l, r)"
            )
            con.execute(f"DELETE FROM {edges} WHERE rowid IN {few(before, 'place')}")
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE fresh AS SELECT s.*, coalesce(e.first_seen, now()) AS first_seen
            FROM scored AS s LEFT JOIN {before} AS e ON s.l = e.l AND s.r = e.r"""
        )
        con.execute(f"INSERT INTO {edges} FROM fresh")
        return int(store.one("SELECT count(*) FROM pairs"))

    def _take_sides(self, records: str, pairs: str | None) -> None:
        """Writes `sides` of what scoring reads of the contacts of some pairs, of all without."""
        con, model, terms = self.con, self.model, self.store.name("terms")
        if not pairs:
            sides = sides_sql(records, terms, model, self.config, self.population)
            con.execute(f"CREATE OR REPLACE TEMP TABLE sides AS {sides}")
            return
        # Of few the records are at hand already: copying all their columns once more would cost the most.
        ends = f"SELECT l FROM {pairs} UNION ALL SELECT r FROM {pairs}"
        some = f"(SELECT * FROM {records} WHERE rkey IN ({ends}))"
        con.execute(f"CREATE OR REPLACE TEMP TABLE rarities AS {rarities_sql(some, terms, model)}")
        con.execute(
            f"CREATE OR REPLACE TEMP VIEW sides AS SELECT * FROM {records} INNER JOIN rarities USING (rkey)"
        )

    def hear(self, records: str | None = None) -> None:
        """Finds the columns of records in which no contact says anything; of further `records`, those still."""
        asked = self.model.unsaid if records else text_columns(self.model, self.config)
        counts = ", ".join(f"count({c})" for c in sorted(asked)) or "0"
        row = self.con.execute(
            f"SELECT {counts} FROM {records or self.store.name('records')}"
        ).fetchone()
        unsaid = frozenset(c for c, n in zip(sorted(asked), row or (), strict=False) if not n)
        if not records or unsaid != self.model.unsaid:
            self.store.put("unsaid", sorted(unsaid))
            self.model = replace(self.model, unsaid=unsaid)

    def cluster(self, nodes: str | None = None, edges: str | None = None) -> None:
        """Cuts components into the temp table `clustered`; writes the clusters of all records where none are named.

        Args:
            nodes: Relation of the records of whole components.
            edges: Relation of the edges between them.
        """
        store, config = self.store, self.bar
        compare = self._contrast_some if nodes else self._contrast_all
        edges = edges or store.name("edges")
        recluster(self.con, nodes or store.name("records"), edges, config, compare)
        if not nodes:
            linked = outputs.linked_sql(edges, config)
            self.con.execute(f"INSERT INTO {store.name('members')} {linked}")

    def _contrast_all(self, pairs: str) -> str:
        """Scores pairs that no key brought together and keeps the result: it holds as long as both records do."""
        scored = contact_sql(pairs, "sides", self.model, self.bar, self.population)
        contrasts = self.store.name("contrasts")
        self.con.execute(f"INSERT INTO {contrasts} SELECT l, r, bits, veto FROM ({scored})")
        return f"SELECT l, r, bits, veto FROM {contrasts}"

    def _contrast_some(self, pairs: str) -> str:
        """Scores of such pairs those that were never scored."""
        contrasts = self.store.name("contrasts")
        self.con.execute(
            f"""CREATE OR REPLACE TEMP TABLE contrasted AS
            SELECT c.* FROM {contrasts} AS c SEMI JOIN {pairs} AS p ON c.l = p.l AND c.r = p.r"""
        )
        self.con.execute(
            f"""CREATE OR REPLACE TEMP TABLE never AS
            SELECT p.* FROM {pairs} AS p ANTI JOIN contrasted AS c ON c.l = p.l AND c.r = p.r"""
        )
        self._take_sides("near_records", "never")
        scored = contact_sql("never", "sides", self.model, self.bar, self.population)
        self.con.execute(
            f"CREATE OR REPLACE TEMP TABLE new_contrasts AS SELECT l, r, bits, veto FROM ({scored})"
        )
        self.con.execute(f"INSERT INTO {contrasts} SELECT * FROM new_contrasts")
        return "FROM contrasted UNION ALL FROM new_contrasts"

    def name_clusters(self, moved: str | None) -> dict[str, int]:
        """Gives clusters their lasting ids; returns the number of events by kind."""
        return stable.name_clusters(
            self.store,
            moved,
            ledger.read(self.place) if self.place else None,
            outputs.held_sql(self.bar) if moved else None,
        )

"""One step of the made-up population's part, in a process of its own: its CPU and its memory are the step's.

`python -m benchmarks.identity.scale STEP FOLDER RECORDS` prints one JSON object. Steps pass their state in
the folder: `hub.duckdb` (contacts and working tables), `model.json`, `home/`.
"""

import json
import resource
import sys
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import duckdb

import identity
from benchmarks.identity import population, truth
from identity import engine, steps

SPOKEN = "US"
IDS = """SELECT r.rkey, r.source, r.source_record_id, m.cluster, i.customer_id
    FROM identity_work.members AS m INNER JOIN identity_work.records AS r ON m.rkey = r.rkey
    INNER JOIN identity_work.ids AS i ON m.rkey = i.rkey"""


def cpu() -> float:
    """Returns the CPU seconds of this process so far, all its threads."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


class _Standardising:
    """Counts the CPU seconds of standardising apart: the issue counts from standardised records."""

    def __init__(self) -> None:
        self.seconds = 0.0
        inner = steps.Run.standardise

        def timed(run: Any, *given: Any) -> None:
            started = cpu()
            inner(run, *given)
            self.seconds += cpu() - started

        steps.Run.standardise = timed


class Scale:
    """The steps over one folder."""

    def __init__(self, folder: Path, records: int) -> None:
        self.folder, self.records = folder, records
        # A million records have to do with half of the memory that a run may take; five need more.
        limit = f"{1500 * max(records // 1_000_000, 1)}MB"
        self.con = duckdb.connect(
            str(folder / "hub.duckdb"),
            config={"threads": 2, "memory_limit": limit, "preserve_insertion_order": False},
        )

    def config(self, trained: bool = True) -> dict[str, Any]:
        """Returns the identity settings: the model trained by `train`."""
        model = str(self.folder.parent / "model.json") if trained else "default"
        return {"country": SPOKEN, "model": model}

    def resolve(self, home: str = "home") -> engine.Outcome:
        """Runs identity resolution and commits its ids, as a run that publishes does."""
        place = self.folder / home
        found = identity.resolve(self.con, "contacts", home=place, config=self.config())
        generation = str(time.time_ns())
        identity.ledger.prepare(self.con, place, generation)
        identity.ledger.commit(place, generation)
        return found

    def make(self) -> dict[str, Any]:
        """Makes the population."""
        population.create(self.con, self.records)
        return {"records": self.con.execute("SELECT count(*) FROM contacts").fetchone()[0]}

    def train(self) -> dict[str, Any]:
        """Trains the model on this population."""
        identity.resolve(self.con, "contacts", config=self.config(trained=False))
        identity.train_model(self.con, self.folder.parent / "model.json", self.config(False))
        self.con.execute("DROP SCHEMA identity_work CASCADE")
        return {"train_cpu": cpu()}

    def full(self) -> dict[str, Any]:
        """Resolves everything, from standardised records to committed ids."""
        standardising, started = _Standardising(), cpu()
        found = self.resolve()
        spent = cpu() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        score = truth.score(self.con)
        return {
            "full_cpu": spent - standardising.seconds, "standardise_cpu": standardising.seconds,
            "peak_mb": peak, "precision": score.precision, "recall": score.recall, "f1": score.f1,
            "largest": score.largest, "largest_true": score.largest_true, "compared": found.compared,
        }  # fmt: skip

    def nothing(self) -> dict[str, Any]:
        """Runs again with nothing new."""
        started, clock = cpu(), time.monotonic()
        found = self.resolve()
        return {
            "nothing_cpu": cpu() - started, "nothing_seconds": time.monotonic() - clock,
            "nothing_changed": found.changed + found.removed,
        }  # fmt: skip

    def increment(self) -> dict[str, Any]:
        """Changes 1% of the records, others each time, resolves, and checks every id whose cluster did not change."""
        self.con.execute(f"CREATE OR REPLACE TEMP TABLE was AS {IDS}")
        seed = 1 + len(list(self.folder.glob("increment-*")))
        (self.folder / f"increment-{seed}").touch()
        changed = change(self.con, seed, 0.01)
        # What loading changed contacts leaves to be written is no part of resolving them.
        self.con.execute("CHECKPOINT")
        standardising, started = _Standardising(), cpu()
        found = self.resolve()
        spent = cpu() - started
        kept, unchanged = self.con.execute(
            f"""WITH now AS ({IDS}),
            before AS (SELECT customer_id, hash(list(rkey ORDER BY rkey)) AS members FROM was GROUP BY 1),
            after AS (SELECT customer_id, hash(list(rkey ORDER BY rkey)) AS members FROM now GROUP BY 1)
            SELECT count(*) FILTER (b.customer_id = a.customer_id), count(*) FROM before AS b INNER JOIN after AS a USING (members)"""
        ).fetchone()
        return {
            "increment_cpu": spent - standardising.seconds,
            "increment_standardise_cpu": standardising.seconds, "increment_changed": changed, "increment_full": found.full,
            "ids_kept": kept / unchanged,
            "increment_peak_mb": resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024,
        }  # fmt: skip

    def rebuild(self) -> dict[str, Any]:
        """Rebuilds from nothing, shuffled and on one thread, and compares with what increments left."""
        self.con.execute(f"CREATE OR REPLACE TABLE was AS {IDS}")
        self.con.execute("DROP SCHEMA identity_work CASCADE")
        self.con.execute("CREATE OR REPLACE TABLE contacts AS FROM contacts ORDER BY random()")
        self.con.execute("SET threads = 1")
        self.resolve()
        return same(self.con)

    def sequence(self) -> dict[str, Any]:
        """Adds, changes and deletes at random, some times over, ready for `rebuild`."""
        for round_, share in enumerate((0.02, 0.005, 0.05, 0.01, 0.0005), 2):
            change(self.con, round_, share)
            found = self.resolve()
            if found.full:
                raise SystemExit("an increment ran in full")
        return {}

    def splink(self) -> dict[str, Any]:
        """Trains, predicts and clusters with Splink over the same standardised records."""
        self.con.close()
        con = duckdb.connect(config={"threads": 2})
        con.execute(f"ATTACH '{self.folder / 'hub.duckdb'}' AS hub (READ_ONLY)")
        con.execute(
            """CREATE TABLE std AS SELECT rkey AS unique_id, source, source_record_id, given, family, birth, city,
                postal, email, phone, street, national_id FROM hub.identity_work.records WHERE NOT profile"""
        )
        con.execute(
            "CREATE TABLE truths AS SELECT source, source_record_id, truth FROM hub.contacts"
        )
        con.execute("DETACH hub")
        from benchmarks.identity import splink_baseline

        started = cpu()
        trained = splink_baseline.people(con, threshold=0.5)
        found = splink_baseline.clusters(trained, 0.95)
        spent = cpu() - started
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        score = truth.score(
            con,
            f"SELECT s.source, s.source_record_id, c.cluster_id FROM {found} AS c INNER JOIN std AS s USING (unique_id)",
            "truths",
        )
        return {
            "splink_cpu": spent, "splink_peak_mb": peak, "splink_precision": score.precision,
            "splink_recall": score.recall, "splink_largest": score.largest,
        }  # fmt: skip


def change(con: duckdb.DuckDBPyConnection, seed: int, share: float) -> int:
    """Changes, adds and deletes together `share` of the contacts; returns how many.

    Half are changed (a new mailbox, another town, a borrowed phone), three in ten come new (a second
    record of somebody known), two in ten go.
    """
    before = con.execute("SELECT count(*) FROM contacts").fetchone()[0]
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE lot AS
        SELECT source, source_record_id, hash(source, source_record_id, {seed}) / 18446744073709551616.0 / {share} AS n
        FROM contacts WHERE hash(source, source_record_id, {seed}) / 18446744073709551616.0 < {share}"""
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE arriving AS SELECT c.* FROM contacts AS c INNER JOIN lot AS l
        USING (source, source_record_id) WHERE l.n >= 0.5 AND l.n < 0.8 AND c.platform IS NULL"""
    )
    con.execute(
        f"""UPDATE contacts SET
            emails = CASE WHEN l.n < 0.2 THEN ['moved' || contacts.source_record_id || '.{seed}@newmail.net'] ELSE emails END,
            city = CASE WHEN l.n >= 0.1 AND l.n < 0.35 THEN 'city' || (contacts.truth % 400) ELSE city END,
            phones = CASE WHEN l.n >= 0.3 THEN (SELECT any_value(phones) FROM arriving WHERE len(phones) > 0) ELSE phones END
        FROM lot AS l WHERE contacts.source = l.source AND contacts.source_record_id = l.source_record_id
        AND l.n < 0.5"""
    )
    con.execute(
        f"""INSERT INTO contacts BY NAME SELECT * REPLACE (source_record_id || '.{seed}' AS source_record_id,
            ['second' || source_record_id || '.{seed}@newmail.net'] AS emails) FROM arriving"""
    )
    con.execute(
        """DELETE FROM contacts USING lot AS l WHERE contacts.source = l.source
        AND contacts.source_record_id = l.source_record_id AND l.n >= 0.8"""
    )
    return round(before * share)


def same(con: duckdb.DuckDBPyConnection) -> dict[str, Any]:
    """Returns whether the partition and the ids equal those of the table `was`, to the record."""
    differ, ids = con.execute(
        f"""WITH now AS ({IDS}), least AS (SELECT rkey, min(rkey) OVER (PARTITION BY cluster) AS least FROM now),
        before AS (SELECT rkey, min(rkey) OVER (PARTITION BY cluster) AS least FROM was)
        SELECT (SELECT count(*) FROM before FULL JOIN least USING (rkey) WHERE before.least IS DISTINCT FROM least.least),
            (SELECT count(*) FROM was FULL JOIN now USING (rkey) WHERE was.customer_id IS DISTINCT FROM now.customer_id)"""
    ).fetchone()
    return {"same_partition": int(differ == 0), "records_apart": differ, "ids_apart": ids}


def main() -> None:
    """Runs one step."""
    step, folder, records = sys.argv[1], Path(sys.argv[2]), int(sys.argv[3])
    folder.mkdir(parents=True, exist_ok=True)
    run: Callable[[], dict[str, Any]] = getattr(Scale(folder, records), step)
    print(json.dumps(run()))


if __name__ == "__main__":
    main()

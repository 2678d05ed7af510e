"""What an increment looks at: contacts that changed, the records they meet, and the components these are in.

Each working table is read as few times as can be: what an increment needs of it is copied to a small
temporary table first (`near_keys`, `near_records`), and everything after works on that.
"""

from identity import candidates, decisions
from identity.clusters import raw_condition
from identity.contents import RKEY
from identity.standardise import IDENTIFIERS, RECORDS
from identity.steps import Run
from identity.store import TABLES, Store, empty


def changes(store: Store, *, known: bool) -> tuple[int, int]:
    """Finds contacts that are new, changed or gone, unless it is `known` that none is; returns their numbers.

    Writes the temp tables `arrived` (the new and changed contacts), `news` and `gone` (rkey). Contacts are told apart
    by what they hold, so that keys are made for the few that changed alone.
    """
    con, records = store.con, store.name("records")
    nothing = "WHERE false" if known else ""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE arrived AS SELECT {RKEY}, * FROM (
            SELECT * FROM (FROM contents {nothing}) ANTI JOIN {records} USING (hash))"""
    )
    con.execute("CREATE OR REPLACE TEMP TABLE news AS SELECT rkey FROM arrived")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE gone AS SELECT rkey FROM (
            SELECT * FROM (SELECT rkey, hash FROM {records} {nothing}) ANTI JOIN (SELECT hash FROM contents) USING (hash)
        ) WHERE rkey NOT IN (FROM news)"""
    )
    return int(store.one("SELECT count(*) FROM news")), int(store.one("SELECT count(*) FROM gone"))


def load_changed(run: Run) -> None:
    """Replaces changed records, identifiers and keys; finds `dirty` (records to compare anew)."""
    con, store = run.con, run.store
    empty(con, "new_records", RECORDS)
    empty(con, "new_identifiers", IDENTIFIERS)
    run.standardise("FROM arrived", "new_records", "new_identifiers")
    con.execute("CREATE OR REPLACE TEMP TABLE leaving AS FROM news UNION ALL FROM gone")
    con.execute(f"CREATE OR REPLACE TEMP TABLE new_keys ({TABLES['keys']})")
    run.fill_keys("new_keys", "new_records", "new_identifiers")
    keys = store.name("keys")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT key FROM (
        SELECT key FROM {keys} WHERE rkey IN (FROM leaving) UNION ALL SELECT key FROM new_keys)"""
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE were AS SELECT * FROM {keys} WHERE key IN (FROM touched)"
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE are AS
        SELECT * FROM were WHERE rkey NOT IN (FROM leaving) UNION ALL FROM new_keys"""
    )
    for table, rows in (("before", "were"), ("after", "are")):
        eligible = candidates.eligible_sql(rows, run.config, run.population)
        con.execute(f"CREATE OR REPLACE TEMP TABLE {table} AS {eligible}")
    for table in ("records", "identifiers", "keys"):
        con.execute(f"DELETE FROM {store.name(table)} WHERE rkey IN (FROM leaving)")
        con.execute(f"INSERT INTO {store.name(table)} FROM new_{table}")
    decisions.load(store, run.config, "decided_before")
    decided = store.name("decided")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE dirty AS SELECT DISTINCT rkey FROM (
        FROM leaving UNION ALL
        SELECT rkey FROM are WHERE key IN ((FROM before EXCEPT FROM after) UNION ALL (FROM after EXCEPT FROM before))
        UNION ALL SELECT unnest([l, r]) FROM (
            (FROM {decided} EXCEPT FROM decided_before) UNION ALL (FROM decided_before EXCEPT FROM {decided})))"""
    )


def gather(run: Run) -> None:
    """Writes `pairs` of the dirty records, and `near_records`: them, whom they meet, and the components of all."""
    con, store = run.con, run.store
    keys, members = store.name("keys"), store.name("members")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE near_keys AS SELECT * FROM {keys}
        WHERE key IN (SELECT key FROM {keys} WHERE rkey IN (FROM dirty))"""
    )
    run.pair("near_keys", "dirty")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE near AS
        WITH met AS MATERIALIZED (
            FROM dirty UNION SELECT unnest([l, r]) FROM pairs
            UNION SELECT unnest([l, r]) FROM {store.name("decided")}
        )
        FROM met UNION SELECT rkey FROM {members}
        WHERE component IN (SELECT component FROM {members} WHERE rkey IN (FROM met))"""
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE near_records AS SELECT * FROM {store.name('records')} WHERE rkey IN (FROM near)"
    )


def affected(run: Run) -> str:
    """Writes `affected` (rkey): the whole components that dirty records were in or now reach."""
    members = run.store.name("members")
    raw = f"SELECT l, r FROM fresh WHERE {raw_condition(run.bar)}"
    run.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE affected AS
        WITH hit AS (
            SELECT rkey FROM dirty UNION ALL SELECT l FROM ({raw}) UNION ALL SELECT r FROM ({raw})
        ),
        moved AS (SELECT DISTINCT component FROM {members} WHERE rkey IN (FROM hit))
        SELECT rkey FROM {members} WHERE component IN (FROM moved) AND rkey NOT IN (FROM gone)
        UNION SELECT rkey FROM news"""
    )
    return "affected"

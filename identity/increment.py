"""What an increment looks at: contacts that changed, the records they meet, and the components these are in.

Each working table is read as few times as can be: what an increment needs of it is copied to a small
temporary table first (`near_…`), and everything after works on that.
"""

import duckdb

from identity import decisions, meetings
from identity.contents import RKEY, contents_sql, place_in
from identity.standardise import IDENTIFIERS, RECORDS
from identity.steps import Run
from identity.store import TABLES, Store, empty, few


def hashes(con: duckdb.DuckDBPyConnection, contacts: str) -> None:
    """Writes the temp table `hashes` (hash, place) of all contacts: the one pass over all that they hold."""
    found = contents_sql(con, contacts, place_in(con, contacts) or "NULL::BIGINT")
    con.execute(f"CREATE OR REPLACE TEMP TABLE hashes AS {found}")


def changes(store: Store, contacts: str, *, known: bool) -> tuple[int, int]:
    """Finds contacts that are new, changed or gone, unless it is `known` that none is; returns their numbers.

    Writes the temp tables `arrived` (the new and changed contacts), `news` and `gone` (rkey). Contacts are told apart
    by what they hold, so that keys are made for the few that changed alone.
    """
    con, records = store.con, store.name("records")
    nothing = "WHERE false" if known else ""
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE differing AS
        SELECT h.hash, h.place, r.rkey FROM (FROM hashes {nothing}) AS h
        FULL JOIN (SELECT rkey, hash FROM {records} {nothing}) AS r ON h.hash = r.hash
        WHERE h.hash IS NULL OR r.hash IS NULL"""
    )
    con.execute(
        "CREATE OR REPLACE TEMP TABLE unknown AS SELECT hash, place FROM differing WHERE rkey IS NULL"
    )
    place = place_in(con, contacts)
    if place:
        some = f"(SELECT * FROM {contacts} WHERE {place} IN {few('unknown', 'place')})"
        found = contents_sql(con, some)
    else:
        found = "SELECT * FROM contents WHERE hash IN (SELECT hash FROM unknown)"
    con.execute(f"CREATE OR REPLACE TEMP TABLE arrived AS SELECT {RKEY}, * FROM ({found})")
    con.execute("CREATE OR REPLACE TEMP TABLE news AS SELECT rkey FROM arrived")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE gone AS
        SELECT rkey FROM differing WHERE rkey IS NOT NULL AND rkey NOT IN (FROM news)"""
    )
    return int(store.one("SELECT count(*) FROM news")), int(store.one("SELECT count(*) FROM gone"))


def load_changed(run: Run) -> None:
    """Replaces changed records, identifiers and keys; finds `dirty` (records to compare anew)."""
    con, store = run.con, run.store
    empty(con, "new_records", RECORDS)
    empty(con, "new_identifiers", IDENTIFIERS)
    run.standardise("FROM arrived", "new_records", "new_identifiers")
    run.hear("new_records")
    con.execute("CREATE OR REPLACE TEMP TABLE leaving AS FROM news UNION ALL FROM gone")
    for table in ("keys", "shown"):
        con.execute(f"CREATE OR REPLACE TEMP TABLE new_{table} ({TABLES[table]})")
    run.fill_keys("new_keys", "new_shown", "new_records", "new_identifiers")
    meetings.replace_keys(run)
    for table in ("records", "identifiers"):
        con.execute(f"DELETE FROM {store.name(table)} WHERE rkey IN {few('leaving')}")
        con.execute(f"INSERT INTO {store.name(table)} FROM new_{table}")
    decisions.load(store, run.config, "decided_before")
    decided = store.name("decided")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE dirty AS SELECT DISTINCT rkey FROM (
        FROM leaving UNION ALL SELECT unnest([l, r]) FROM (
            (FROM {decided} EXCEPT FROM decided_before) UNION ALL (FROM decided_before EXCEPT FROM {decided})
            UNION ALL SELECT d.* FROM {decided} AS d
            SEMI JOIN again AS a ON least(d.l, d.r) = a.l AND greatest(d.l, d.r) = a.r))"""
    )
    con.execute("DELETE FROM again WHERE l IN (FROM dirty) OR r IN (FROM dirty)")

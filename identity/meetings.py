"""Whom an increment compares anew: whoever meets a changed record, and unchanged ones that a key's cap joins or parts.

What two unchanged records share is what it was, unless a key that both carry crossed its cap; and a key of which only
one unchanged record is a carrier concerns none of them, as all its pairs have a changed end. So the pairs to score
are few, and so are the keys to be read: `open_keys` remembers which keys may make pairs at all.

What a full run wrote to `keys` and `unasked` is left as it is: `void` names the records whose rows there no longer hold,
and what came since lies in `later_keys` and `shown`, so that no increment looks for rows to delete among all.
"""

from identity import candidates
from identity.steps import Run
from identity.store import Store

_NEAR = "(FROM stayed UNION ALL FROM new_keys)"


def replace_keys(run: Run) -> None:
    """Puts `new_keys` and `new_shown` in the place of the keys that the records of `leaving` had.

    Writes the temp tables `touched` (the keys that changed records had or have), `stayed` (their rows of unchanged
    records), `after` (those that may make pairs now) and `again` (l, r): unchanged records that such a key now brings
    together, or no longer.
    """
    con, store = run.con, run.store
    later, shown, open_keys = (store.name(t) for t in ("later_keys", "shown", "open_keys"))
    for table in ("later_keys", "shown"):
        store.withdraw(table, "rkey IN (FROM leaving)", f"left_{table}", "key")
    void = store.name("void")
    con.execute(f"INSERT INTO {void} SELECT * FROM leaving WHERE rkey NOT IN (FROM {void})")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE touched AS SELECT DISTINCT key FROM (
        SELECT key FROM {store.name("keys")} WHERE rkey IN (FROM leaving)
        UNION ALL SELECT key FROM left_later_keys UNION ALL SELECT key FROM left_shown
        UNION ALL SELECT key FROM new_keys UNION ALL SELECT key FROM new_shown)"""
    )
    _carried(store, "stayed", "touched")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE sought AS SELECT key, side FROM {_NEAR} WHERE side = 2"
    )
    _newly_asked(store)
    con.execute(f"INSERT INTO stayed {candidates.asked_sql(shown, 'sought')}")
    con.execute(f"INSERT INTO {later} FROM new_keys")
    con.execute(f"INSERT INTO {shown} FROM new_shown")
    con.execute(f"INSERT INTO new_keys {candidates.asked_sql('new_shown', 'sought')}")
    after = candidates.eligible_sql(_NEAR, run.config, run.population)
    con.execute(f"CREATE OR REPLACE TEMP TABLE after AS {after}")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE before AS SELECT key FROM {open_keys} WHERE key IN (FROM touched)"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE opened AS FROM after EXCEPT FROM before")
    con.execute("CREATE OR REPLACE TEMP TABLE closed AS FROM before EXCEPT FROM after")
    con.execute(f"DELETE FROM {open_keys} WHERE key IN (FROM closed)")
    con.execute(f"INSERT INTO {open_keys} FROM opened")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE again AS
        WITH crossed AS MATERIALIZED (
            SELECT * FROM stayed WHERE key IN (FROM opened UNION ALL FROM closed)
        )
        SELECT DISTINCT a.rkey AS l, b.rkey AS r FROM crossed AS a
        INNER JOIN crossed AS b ON a.key = b.key AND a.rkey < b.rkey WHERE {candidates.MAY_MEET}"""
    )


def pair(run: Run) -> None:
    """Writes the temp table `pairs` (l, r, mask): all of `dirty` records, and those of `again` that still meet."""
    con, store = run.con, run.store
    shown, open_keys = store.name("shown"), store.name("open_keys")
    near, eligible = _NEAR, "after"
    con.execute("CREATE OR REPLACE TEMP TABLE further AS FROM dirty EXCEPT FROM leaving")
    if store.one("SELECT count(*) FROM further"):
        # Unchanged records about which somebody decided: whom they meet is not at hand yet.
        _of(store, "their_keys", "further")
        con.execute(
            "CREATE OR REPLACE TEMP TABLE others AS SELECT DISTINCT key FROM their_keys WHERE key NOT IN (FROM touched)"
        )
        _carried(store, "near_keys", "others")
        con.execute(f"INSERT INTO near_keys {candidates.asked_sql(shown, 'near_keys')}")
        con.execute(f"INSERT INTO near_keys FROM {_NEAR}")
        near, eligible = "near_keys", open_keys
    pairs = candidates.pairs_sql(near, eligible, "dirty")
    con.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {pairs}")
    if store.one("SELECT count(*) FROM again"):
        con.execute(
            "CREATE OR REPLACE TEMP TABLE ends AS SELECT l FROM again UNION SELECT r FROM again"
        )
        _of(store, "their_keys", "ends")
        pairs = candidates.pairs_sql("their_keys", open_keys)
        con.execute(
            f"INSERT INTO pairs SELECT p.* FROM ({pairs}) AS p SEMI JOIN again AS a ON p.l = a.l AND p.r = a.r"
        )


def _newly_asked(store: Store) -> None:
    """Copies to `shown` what unchanged contacts show by keys that nobody had asked for until now."""
    con, shown, void = store.con, store.name("shown"), store.name("void")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE newly AS
        SELECT DISTINCT key FROM new_keys WHERE side = 2 AND key NOT IN (SELECT key FROM stayed WHERE side = 2)"""
    )
    if not store.one("SELECT count(*) FROM newly"):
        return
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE found AS
        SELECT * FROM {store.name("unasked")} WHERE key IN (FROM newly)"""
    )
    # Somebody may have asked before and gone since.
    con.execute(
        f"""INSERT INTO {shown} SELECT f.* FROM found AS f
        ANTI JOIN {void} AS v ON f.rkey = v.rkey ANTI JOIN {shown} AS s ON f.key = s.key AND f.rkey = s.rkey"""
    )


def _carried(store: Store, into: str, wanted: str) -> None:
    """Writes a temp table of all rows, without those shown, of the keys that a relation (key) names."""
    con, keys, later = store.con, store.name("keys"), store.name("later_keys")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM {keys} WHERE key IN (FROM {wanted})"
    )
    # Afterwards, so that few are looked at.
    con.execute(f"DELETE FROM {into} WHERE rkey IN (FROM {store.name('void')})")
    con.execute(f"INSERT INTO {into} SELECT * FROM {later} WHERE key IN (FROM {wanted})")


def _of(store: Store, into: str, records: str) -> None:
    """Writes a temp table of all keys, with those shown, of the records that a relation (rkey) names."""
    store.con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {into} AS
        SELECT * FROM {store.name("keys")} WHERE rkey IN (FROM {records} EXCEPT FROM {store.name("void")}) UNION ALL
        SELECT * FROM {store.name("later_keys")} WHERE rkey IN (FROM {records}) UNION ALL
        {candidates.shown_sql(store.name("shown"))} WHERE rkey IN (FROM {records})"""
    )

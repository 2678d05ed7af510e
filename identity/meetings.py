"""Whom an increment compares anew: whoever meets a changed record, and unchanged ones that a key's cap joins or parts.

What two unchanged records share is what it was, unless a key that both carry crossed its cap; and a key of which only
one unchanged record is a carrier concerns none of them, as all its pairs have a changed end. So the pairs to score
are few, and so are the keys to be read: `open_keys` remembers which keys may make pairs at all, and `crowds` how many
carry a key that so many carry that it makes none; its rows are not looked at until enough of them have gone.

What a full run wrote to `keys` and `unasked` is left as it is: `void` names the records whose rows there no longer hold,
and what came since lies in `later_keys` and `shown`, so that no increment looks for rows to delete among all.
"""

from identity import candidates
from identity.steps import Run
from identity.store import Store, few

_NEAR = "(FROM stayed UNION ALL FROM coming)"


def replace_keys(run: Run) -> None:
    """Puts `new_keys` and `new_shown` in the place of the keys that the records of `leaving` had.

    Writes the temp tables `touched` (the keys that changed records had or have, but for those of crowds), `stayed`
    (their rows of unchanged records), `coming` (those of changed ones), `after` (those that may make pairs now) and
    `again` (l, r): unchanged records that such a key now brings together, or no longer.
    """
    con, store = run.con, run.store
    later, shown, open_keys = (store.name(t) for t in ("later_keys", "shown", "open_keys"))
    _take_leave(run)
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE touched AS
        SELECT DISTINCT key FROM (FROM lost UNION ALL SELECT key FROM new_keys UNION ALL SELECT key FROM new_shown)
        WHERE key NOT IN (SELECT key FROM {store.name("crowds")})"""
    )
    _carried(store, "stayed", "touched")
    con.execute(
        "CREATE OR REPLACE TEMP TABLE coming AS SELECT * FROM new_keys WHERE key IN (FROM touched)"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE sought AS SELECT DISTINCT key FROM {_NEAR} WHERE side = 2"
    )
    _newly_asked(store)
    con.execute(
        f"INSERT INTO stayed {candidates.shown_sql(shown)} WHERE key IN {few('sought', 'key')}"
    )
    con.execute(f"INSERT INTO {later} FROM new_keys")
    con.execute(f"INSERT INTO {shown} FROM new_shown")
    con.execute(
        f"INSERT INTO coming {candidates.shown_sql('new_shown')} WHERE key IN (FROM sought)"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE carried AS {candidates.carriers_sql(_NEAR)}")
    after = candidates.eligible_sql("carried", _NEAR, run.config, run.population)
    con.execute(f"CREATE OR REPLACE TEMP TABLE after AS {after}")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE before AS SELECT key FROM {open_keys} WHERE key IN {few('touched', 'key')}"
    )
    con.execute("CREATE OR REPLACE TEMP TABLE opened AS FROM after EXCEPT FROM before")
    con.execute("CREATE OR REPLACE TEMP TABLE closed AS FROM before EXCEPT FROM after")
    con.execute(f"DELETE FROM {open_keys} WHERE key IN {few('closed', 'key')}")
    con.execute(f"INSERT INTO {open_keys} FROM opened")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE again AS
        WITH crossed AS MATERIALIZED (
            SELECT * FROM stayed WHERE key IN (FROM opened UNION ALL FROM closed)
        )
        SELECT DISTINCT a.rkey AS l, b.rkey AS r FROM crossed AS a
        INNER JOIN crossed AS b ON a.key = b.key AND a.rkey < b.rkey WHERE {candidates.MAY_MEET}"""
    )


def _take_leave(run: Run) -> None:
    """Writes the temp table `lost` (key), a row for each key that a record of `leaving` had; counts `crowds` anew.

    Crowds that are none any more are forgotten, so that their keys are looked at again.
    """
    con, store = run.con, run.store
    void, crowds = store.name("void"), store.name("crowds")
    for table in ("later_keys", "shown"):
        store.withdraw(table, f"rkey IN {few('leaving')}", f"left_{table}", "key")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE standing AS SELECT * FROM leaving WHERE rkey NOT IN (FROM {void})"
    )
    con.execute(f"INSERT INTO {void} FROM standing")
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE lost AS SELECT key FROM {store.name("keys")} WHERE rkey IN {few("standing")}
        UNION ALL FROM left_later_keys UNION ALL FROM left_shown"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE counted AS SELECT key, CAST(sum(n) AS BIGINT) AS carriers FROM (
            SELECT key, carriers AS n FROM {crowds} UNION ALL SELECT key, -1 FROM lost
            UNION ALL SELECT key, 1 FROM new_keys UNION ALL SELECT key, 1 FROM new_shown
        ) WHERE key IN (SELECT key FROM {crowds}) GROUP BY key"""
    )
    con.execute(f"DELETE FROM {crowds}")
    most = candidates.most_carriers(run.population)
    con.execute(f"INSERT INTO {crowds} FROM counted WHERE carriers > {most}")


def pair_all(run: Run) -> None:
    """Writes the temp table `pairs` (l, r, mask) of all records that meet, and what increments go by."""
    con, store = run.con, run.store
    keys, shown, open_keys = (store.name(t) for t in ("keys", "shown", "open_keys"))
    asked = f"SELECT key FROM {keys} WHERE side = 2"
    con.execute(f"INSERT INTO {shown} FROM {store.name('unasked')} WHERE key IN ({asked})")
    near = f"(FROM {keys} UNION ALL {candidates.shown_sql(shown)})"
    con.execute(f"CREATE OR REPLACE TEMP TABLE carried AS {candidates.carriers_sql(near)}")
    eligible = candidates.eligible_sql("carried", near, run.config, run.population)
    con.execute(f"INSERT INTO {open_keys} {eligible}")
    crowd = f"carriers > {candidates.most_carriers(run.population)}"
    con.execute(
        f"INSERT INTO {store.name('crowds')} SELECT key, carriers FROM carried WHERE {crowd}"
    )
    con.execute("DROP TABLE carried")
    pairs = candidates.pairs_sql(near, open_keys)
    con.execute(f"CREATE OR REPLACE TEMP TABLE pairs AS {pairs}")


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
            "CREATE OR REPLACE TEMP TABLE ends AS SELECT l AS rkey FROM again UNION SELECT r FROM again"
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
        SELECT DISTINCT key FROM coming WHERE side = 2 AND key NOT IN (SELECT key FROM stayed WHERE side = 2)"""
    )
    if not store.one("SELECT count(*) FROM newly"):
        return
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE found AS
        SELECT * FROM {store.name("unasked")} WHERE key IN {few("newly", "key")}"""
    )
    # Somebody may have asked before and gone since.
    con.execute(
        f"""INSERT INTO {shown} SELECT f.* FROM found AS f
        ANTI JOIN {void} AS v ON f.rkey = v.rkey
        ANTI JOIN (SELECT * FROM {shown} WHERE key IN {few("newly", "key")}) AS s ON f.key = s.key AND f.rkey = s.rkey"""
    )


def _carried(store: Store, into: str, wanted: str) -> None:
    """Writes a temp table of all rows, without those shown, of the keys that a relation (key) names."""
    con, keys, later = store.con, store.name("keys"), store.name("later_keys")
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE {into} AS SELECT * FROM {keys} WHERE key IN {few(wanted, 'key')}"
    )
    # Afterwards, so that few are looked at.
    con.execute(f"DELETE FROM {into} WHERE rkey IN (FROM {store.name('void')})")
    con.execute(f"INSERT INTO {into} SELECT * FROM {later} WHERE key IN {few(wanted, 'key')}")


def _of(store: Store, into: str, records: str) -> None:
    """Writes a temp table of all keys, with those shown, of the records that a relation (rkey) names."""
    con = store.con
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE standing AS FROM {records} EXCEPT FROM {store.name('void')}"
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE {into} AS
        SELECT * FROM {store.name("keys")} WHERE rkey IN {few("standing")} UNION ALL
        SELECT * FROM {store.name("later_keys")} WHERE rkey IN {few(records)} UNION ALL
        {candidates.shown_sql(store.name("shown"))} WHERE rkey IN {few(records)}"""
    )

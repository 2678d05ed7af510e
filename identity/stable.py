"""Lasting customer ids: the oldest lives on a merge, most members keep it on a split.

Ids are proposed by a run and become lasting when its generation is published (see `identity.ledger`). A
proposal that was never published is undone first, so that ids follow from what readers have seen and from
the contacts, never from a run that failed its checks.
"""

import uuid

from identity.held import write_held
from identity.ledger import Ledger, follow, forget_before
from identity.store import Store, few


def name_clusters(
    store: Store, moved: str | None, ledger: Ledger | None, held: str | None = None
) -> dict[str, int]:
    """Gives every affected cluster its customer id; returns the number of events by kind.

    Args:
        store: Working tables; `members` is current.
        moved: Relation (rkey) of records whose cluster was computed anew, None where nothing moved; the temp
            table `gone` (rkey) then holds records that left.
        ledger: The committed ledger, None to keep ids in the working tables alone.
        held: SELECT (l, r, reason) of the links that this run found, made or not.
    """
    con = store.con
    con.execute("CREATE OR REPLACE TEMP TABLE unnamed (rkey UBIGINT)")
    if ledger is None:
        forget_before(store)
        head = int(store.get("ids_head") or 0)
    else:
        head = ledger.head
        follow(store, ledger)
    _renamed(store, moved)
    if not store.one("SELECT count(*) FROM unnamed"):
        return {}
    _assign(store, head + 1)
    if held:
        write_held(store, head + 1, held)
    rows = con.execute(
        f"SELECT kind, count(*) FROM {store.name('events')} WHERE seq = {head + 1} GROUP BY 1"
    ).fetchall()
    events = {str(kind): int(n) for kind, n in rows}
    if ledger is None:
        store.put("ids_head", head + 1)
        store.put("proposed", None)
    elif events or store.one(f"SELECT count(*) FROM {store.name('ids_before')}"):
        store.put("proposed", {"seq": head + 1, "token": uuid.uuid4().hex})
    return events


def _renamed(store: Store, moved: str | None) -> None:
    """Adds to `unnamed` who moved or left; writes `renamed` (rkey, cluster), all clusters with one of these."""
    con, members = store.con, store.name("members")
    # What moved are whole clusters already.
    known = (
        f"SELECT rkey, cluster FROM {moved}"
        if moved
        else f"SELECT rkey, cluster FROM {members} WHERE false"
    )
    con.execute(f"CREATE OR REPLACE TEMP TABLE renamed AS {known}")
    if store.one("SELECT count(*) FROM unnamed"):
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE unnamed_clusters AS
            SELECT DISTINCT cluster FROM {members} WHERE rkey IN (FROM unnamed EXCEPT SELECT rkey FROM renamed)"""
        )
        con.execute(
            f"""INSERT INTO renamed SELECT rkey, cluster FROM {members}
            WHERE cluster IN {few("unnamed_clusters", "cluster")}"""
        )
    if moved:
        con.execute(f"INSERT INTO unnamed SELECT rkey FROM {moved} UNION ALL FROM gone")


def _assign(store: Store, seq: int) -> None:
    con = store.con
    ids, customers = store.name("ids"), store.name("customers")
    # The ids of all concerned first, so that the planner knows which side is small.
    con.execute(
        "CREATE OR REPLACE TEMP TABLE concerned AS SELECT rkey FROM renamed UNION FROM unnamed"
    )
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE had AS SELECT * FROM {ids} WHERE rkey IN {few('concerned')}"
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE regrouped AS
        SELECT m.rkey, m.cluster, i.customer_id AS was, i.linked_at FROM renamed AS m
        LEFT JOIN had AS i ON m.rkey = i.rkey"""
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE departed AS SELECT rkey, customer_id AS was FROM had
        WHERE rkey NOT IN (SELECT rkey FROM renamed)"""
    )
    # Each old id follows most of its records; a cluster that inherits several keeps the oldest.
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE inherited AS
        WITH heirs AS (
            SELECT was, cluster, count(*) AS records, min(rkey) AS least FROM regrouped WHERE was IS NOT NULL GROUP BY ALL
        ),
        won AS (SELECT * FROM heirs QUALIFY row_number() OVER (PARTITION BY was ORDER BY records DESC, least) = 1)
        SELECT w.cluster, w.was, w.records, row_number() OVER (PARTITION BY w.cluster ORDER BY c.since, w.was) = 1 AS kept
        FROM won AS w INNER JOIN {customers} AS c ON w.was = c.customer_id"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE named AS
        SELECT cluster, {_id_sql("min(rkey)", 0)} AS customer_id, true AS fresh, min(rkey) AS founder FROM regrouped
        WHERE cluster NOT IN (SELECT cluster FROM inherited WHERE kept) GROUP BY cluster"""
    )
    # Where that id lives on elsewhere (its founder left a customer that kept it), the next hash is taken.
    for attempt in (1, 2, 3):
        con.execute(
            f"""CREATE OR REPLACE TEMP TABLE taken AS SELECT customer_id FROM {customers}
            WHERE status = 'live' AND customer_id IN (SELECT customer_id FROM named)"""
        )
        if not store.one("SELECT count(*) FROM taken"):
            break
        con.execute(
            f"UPDATE named SET customer_id = {_id_sql('founder', attempt)} WHERE customer_id IN (FROM taken)"
        )
    con.execute("INSERT INTO named SELECT cluster, was, false, NULL FROM inherited WHERE kept")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE changing AS
        SELECT r.rkey, n.customer_id, r.was, r.linked_at FROM regrouped AS r INNER JOIN named AS n USING (cluster)
        WHERE r.was IS DISTINCT FROM n.customer_id
        UNION ALL SELECT rkey, NULL, was, NULL FROM departed"""
    )
    _events(store, seq)
    con.execute(f"INSERT INTO {store.name('ids_before')} SELECT rkey, was, linked_at FROM changing")
    con.execute(f"DELETE FROM {ids} WHERE rkey IN {few('changing')}")
    con.execute(
        f"INSERT INTO {ids} SELECT rkey, customer_id, now() FROM changing WHERE customer_id IS NOT NULL"
    )
    _register(store, seq)


def _id_sql(founder: str, attempt: int) -> str:
    """Returns the id of a new customer: a hash of its founding record."""
    return f"'cus_' || left(md5({founder}::VARCHAR || ':{attempt}'), 20)"


def _events(store: Store, seq: int) -> None:
    """Writes what followers must know: ids created, merged, split off and retired."""
    store.con.execute(
        """CREATE OR REPLACE TEMP TABLE happened AS
        SELECT 'merged' AS kind, k.was AS customer_id, i.was AS other_id, i.records FROM inherited AS i
            INNER JOIN inherited AS k ON i.cluster = k.cluster AND k.kept WHERE NOT i.kept
        UNION ALL
        SELECT 'split', n.customer_id, r.was, count(*) FROM regrouped AS r INNER JOIN named AS n USING (cluster)
            WHERE r.was IS NOT NULL AND r.was <> n.customer_id
            AND NOT EXISTS (SELECT 1 FROM inherited AS i WHERE i.cluster = r.cluster AND i.was = r.was) GROUP BY ALL
        UNION ALL
        SELECT 'created', n.customer_id, NULL, count(*) FROM named AS n INNER JOIN regrouped AS r USING (cluster)
            WHERE n.fresh GROUP BY ALL
        UNION ALL
        SELECT 'retired', was, NULL, count(*) FROM departed
            WHERE was NOT IN (SELECT was FROM inherited) GROUP BY ALL"""
    )
    store.con.execute(
        f"INSERT INTO {store.name('events')} SELECT {seq}, kind, customer_id, other_id, records, now(), NULL FROM happened"
    )


def _register(store: Store, seq: int) -> None:
    """Keeps the register of ids: live ones, aliases of merged ones, retired ones."""
    con, customers = store.con, store.name("customers")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE registered AS
        SELECT customer_id, any_value(status) AS status, any_value(alias_of) AS alias_of FROM (
            SELECT customer_id, 'live' AS status, NULL AS alias_of FROM happened WHERE kind = 'created'
            UNION ALL SELECT other_id, 'alias', customer_id FROM happened WHERE kind = 'merged'
            UNION ALL SELECT customer_id, 'retired', NULL FROM happened WHERE kind = 'retired'
        ) GROUP BY customer_id"""
    )
    # One look at all: the rest works on what it found.
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE known AS SELECT rowid AS place, * FROM {customers}
        WHERE customer_id IN (SELECT customer_id FROM registered)"""
    )
    con.execute(
        f"""INSERT INTO {store.name("customers_before")}
        SELECT r.customer_id, k.since, k.status, k.alias_of, k.changed_at FROM registered AS r
        LEFT JOIN known AS k ON r.customer_id = k.customer_id"""
    )
    con.execute(f"DELETE FROM {customers} WHERE rowid IN {few('known', 'place')}")
    con.execute(
        f"""INSERT INTO {customers}
        SELECT r.customer_id, coalesce(k.since, {seq}), r.status, r.alias_of, now() FROM registered AS r
        LEFT JOIN known AS k ON r.customer_id = k.customer_id"""
    )

"""Customers that were nearly one: told as events, once for each two."""

from identity.store import Store


def write_held(store: Store, seq: int, held: str) -> None:
    """Writes events 'held'; `records` counts the links between two customers.

    Args:
        store: Working tables; the temp tables `renamed` (rkey, cluster) and `named` (cluster, customer_id) hold all
            whose cluster was computed anew.
        seq: Number of the run.
        held: SELECT (l, r, reason) of the links that this run found, made or not.
    """
    con, events = store.con, store.name("events")
    # Step by step: as one statement the planner pairs every two customers that differ.
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE held_links AS
        SELECT a.cluster AS one, b.cluster AS other, h.reason FROM ({held}) AS h
        INNER JOIN renamed AS a ON h.l = a.rkey INNER JOIN renamed AS b ON h.r = b.rkey"""
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE held_clusters AS
        SELECT one, other, count(*) AS records, min(reason) AS reason FROM held_links WHERE one <> other GROUP BY 1, 2"""
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE held_pairs AS
        SELECT least(a.customer_id, b.customer_id) AS customer_id, greatest(a.customer_id, b.customer_id) AS other_id,
            CAST(sum(h.records) AS BIGINT) AS records, min(h.reason) AS reason
        FROM held_clusters AS h INNER JOIN named AS a ON h.one = a.cluster INNER JOIN named AS b ON h.other = b.cluster
        GROUP BY 1, 2"""
    )
    con.execute(
        f"""INSERT INTO {events} SELECT {seq}, 'held', p.customer_id, p.other_id, p.records, now(), p.reason
        FROM held_pairs AS p ANTI JOIN (SELECT * FROM {events} WHERE kind = 'held') AS e
        ON p.customer_id = e.customer_id AND p.other_id = e.other_id"""
    )

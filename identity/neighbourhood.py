"""The records, components and edges that an increment works on, each read once, and what it puts in their place.

Rows are found again by where they lie, and those that come out as they were stay.
"""

from identity import meetings, outputs
from identity.clusters import raw_condition
from identity.scoring import read_columns
from identity.steps import Run
from identity.store import few


def gather(run: Run) -> None:
    """Writes the `pairs` to score and what is near: `near_members` with their `place`, and `near_records` to score from.

    Near are the records of `dirty`, of `pairs` and of `again`, and whoever is in a component with one of them.
    """
    con, store = run.con, run.store
    meetings.pair(run)
    members = store.name("members")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE met AS
        FROM dirty UNION SELECT unnest([l, r]) AS rkey FROM (SELECT l, r FROM pairs UNION ALL FROM again)"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE met_components AS
        SELECT DISTINCT component FROM {members} WHERE rkey IN {few("met")}"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE near_members AS
        SELECT rowid AS place, * FROM {members} WHERE component IN {few("met_components", "component")}"""
    )
    con.execute("CREATE OR REPLACE TEMP TABLE near AS FROM met UNION SELECT rkey FROM near_members")
    columns = ", ".join(read_columns(run.model, run.config, run.population))
    con.execute(
        f"CREATE OR REPLACE TEMP TABLE near_records AS SELECT {columns} FROM {store.name('records')} WHERE rkey IN {few('near')}"
    )


def affected(run: Run) -> tuple[str, str]:
    """Finds the whole components that dirty records were in or now reach.

    Returns:
        The relations of their records and of the edges between them.
    """
    con, store = run.con, run.store
    raw = f"SELECT l, r FROM fresh WHERE {raw_condition(run.bar)}"
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE moved AS SELECT DISTINCT component FROM near_members
        WHERE rkey IN (FROM dirty UNION ALL SELECT unnest([l, r]) FROM ({raw} UNION ALL FROM again))"""
    )
    contrasts = store.name("contrasts")
    con.execute(f"DELETE FROM {contrasts} WHERE l IN (FROM leaving) OR r IN (FROM leaving)")
    con.execute("DELETE FROM near_members WHERE component NOT IN (FROM moved)")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE affected AS
        SELECT rkey FROM near_members WHERE rkey NOT IN (FROM gone) UNION SELECT rkey FROM news"""
    )
    con.execute(
        """CREATE OR REPLACE TEMP TABLE affected_records AS SELECT rkey, profile, verified, platform
        FROM near_records WHERE rkey IN (FROM affected)"""
    )
    con.execute(
        f"""CREATE OR REPLACE TEMP TABLE affected_edges AS
        SELECT * FROM {store.name("edges")} WHERE l IN {few("affected")} AND r IN (FROM affected)"""
    )
    return "affected_records", "affected_edges"


def settle(run: Run) -> None:
    """Writes the clusters of the affected records, where they are not what they were."""
    con, members = run.con, run.store.name("members")
    linked = outputs.linked_sql("affected_edges", run.bar)
    con.execute(f"CREATE OR REPLACE TEMP TABLE linked AS {linked}")
    con.execute(
        """CREATE OR REPLACE TEMP TABLE same AS SELECT n.place, n.rkey FROM near_members AS n
        SEMI JOIN linked AS k ON n.rkey = k.rkey AND n.component = k.component AND n.cluster = k.cluster
            AND n.linked_by = k.linked_by AND n.confidence = k.confidence"""
    )
    con.execute("DELETE FROM near_members WHERE place IN (SELECT place FROM same)")
    con.execute(f"DELETE FROM {members} WHERE rowid IN {few('near_members', 'place')}")
    con.execute(f"INSERT INTO {members} FROM linked WHERE rkey NOT IN (SELECT rkey FROM same)")

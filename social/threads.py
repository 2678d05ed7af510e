"""Which thread an interaction belongs to (see `dbt_project/models/social/int_threads.py`)."""

from typing import Any

import numpy as np
import numpy.typing as npt

NEVER_DEEPER = 64  # doublings: enough for any chain that fits a disk; a loop of parents ends here
_EMPTY = """
    select null::varchar as source, null::varchar as interaction_id, null::varchar as parent_id,
        null::varchar as thread_id, null::varchar as moved_from, null::bigint as loaded_package
    where false
"""


def jump(parents: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Each position's topmost ancestor; a position is its own parent at the top."""
    roots = parents
    for _ in range(NEVER_DEEPER):
        above = roots[roots]
        if np.array_equal(above, roots):
            break
        roots = above
    return roots


def roots(connection: Any, said: Any, known: str | None) -> Any:
    """Threads of new interactions, and of older ones that a late parent moves.

    Args:
        connection: The DuckDB connection of the run.
        said: Relation (source, interaction_id, parent_id, thread_id, loaded_package).
        known: Table of threads found before; None at the first time.

    Returns:
        Relation (source, interaction_id, parent_id, thread_id, moved_from, loaded_package); no
        Arrow, whose import alone costs more than a small hub's threads.
    """
    connection.register("said_before_threads", said)
    try:
        found = _found(connection, known)
    finally:
        for name in ("said_before_threads", "new_tops"):
            connection.unregister(name)
    return found


def _found(connection: Any, known: str | None) -> Any:
    known_rows = known or f"({_EMPTY})"
    connection.execute(f"""
        create or replace temp table seen_packages as
        select source, max(loaded_package) as package from {known_rows} group by source
    """)
    connection.execute(f"""
        create or replace temp table new_said as
        select row_number() over () - 1 as place, said.*
        from said_before_threads as said
        left join seen_packages as seen on said.source = seen.source
        where (said.loaded_package > coalesce(seen.package, 0) or seen.source is null)
            {_since(connection)}
    """)
    (count,) = connection.execute("select count(*) from new_said").fetchone()
    if not count:
        return connection.sql(_EMPTY)
    pairs = connection.execute("""
        select child.place, coalesce(parent.place, first.place) as above
        from new_said as child
        left join new_said as parent
            on child.source = parent.source and child.parent_id = parent.interaction_id
        left join new_said as first
            on child.source = first.source and child.thread_id = first.interaction_id
        where coalesce(parent.place, first.place) <> child.place
    """).fetchnumpy()
    parents = np.arange(count, dtype=np.int64)
    parents[np.asarray(pairs["place"], dtype=np.int64)] = pairs["above"]
    tops = jump(parents)
    connection.register(
        "new_tops", {"place": np.arange(count, dtype=np.int64), "top": tops.astype(np.int64)}
    )
    # by one key: what has these ids in another source does not meet them below
    connection.execute("""
        create or replace temp table near as
        select interaction_id as id from new_said
        union select parent_id from new_said
        union select thread_id from new_said
    """)
    near = " union all ".join(
        f"select known.rowid from {known} as known semi join near on known.{key} = near.id"
        for key in ("interaction_id", "thread_id")
    )
    connection.execute(f"""
        create or replace temp table known_near as
        select source, interaction_id, parent_id, thread_id
        from {known_rows} {f"where rowid in ({near})" if known else ""}
    """)
    connection.execute("""
        create or replace temp table found_threads as
        with placed as (
            select
                said.source, said.interaction_id, said.parent_id, said.loaded_package,
                coalesce(
                    above.thread_id, first.thread_id,
                    top.thread_id, top.parent_id, top.interaction_id
                ) as thread_id
            from new_said as said
            inner join new_tops as tops on said.place = tops.place
            inner join new_said as top on tops.top = top.place
            left join known_near as above
                on top.source = above.source and top.parent_id = above.interaction_id
            left join known_near as first
                on top.source = first.source and top.thread_id = first.interaction_id
        ),
        named as (
            select placed.*, before.thread_id as before_id
            from placed
            left join known_near as before
                on placed.source = before.source
                and placed.interaction_id = before.interaction_id
        ),
        arrived as (
            select * from named where before_id is null
        ),
        -- below a late parent: into its thread, or at least with a parent they know now
        moved as (
            select
                below.source, below.interaction_id, below.parent_id, late.thread_id,
                below.thread_id as left_id, late.loaded_package
            from known_near as below
            inner join arrived as late
                on below.source = late.source and below.thread_id = late.interaction_id
            where late.thread_id <> late.interaction_id
                or below.parent_id = late.interaction_id
        )
        select
            source, interaction_id, parent_id, thread_id,
            case when before_id <> thread_id then before_id end as moved_from, loaded_package
        from named
        union all
        select
            moved.source, moved.interaction_id, moved.parent_id, moved.thread_id,
            case when moved.left_id <> moved.thread_id then moved.left_id end, moved.loaded_package
        from moved
        anti join named as again
            on moved.source = again.source and moved.interaction_id = again.interaction_id
    """)
    connection.execute("drop table new_said; drop table near; drop table known_near")
    if known:
        _follow(connection, known)
    return connection.table("found_threads")


def _follow(connection: Any, known: str) -> None:
    """Adds what hangs below posts that were moved to another thread and is not new itself."""
    connection.execute(f"""
        insert into found_threads
        with recursive below as (
            select source, interaction_id, parent_id, thread_id, moved_from, loaded_package
            from found_threads
            where moved_from is not null
            union
            select known.source, known.interaction_id, known.parent_id, above.thread_id,
                above.moved_from, above.loaded_package
            from {known} as known
            inner join below as above
                on known.source = above.source and known.parent_id = above.interaction_id
                and known.thread_id = above.moved_from
        )
        select below.* from below
        anti join found_threads as found
            on below.source = found.source and below.interaction_id = found.interaction_id
    """)


def _since(connection: Any) -> str:
    """A condition in plain numbers, which spares reading what is older than all that is new.

    A source that is met for the first time brings packages of any number.
    """
    strangers, least = connection.execute("""
        select count(*) filter (seen.source is null), min(seen.package)
        from (select distinct source from said_before_threads) as said
        left join seen_packages as seen on said.source = seen.source
    """).fetchone()
    return "" if strangers or least is None else f"and said.loaded_package > {least}"

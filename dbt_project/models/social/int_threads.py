"""Grain: one interaction and the thread it belongs to.

The thread is the first post above, found by pointer jumping, so that a chain of 100,000 replies
costs seventeen passes; what the source says of threads helps where a parent is missing, because
many sources know no more than the post that is answered. Only new interactions are looked at; when
a missing parent turns up late, those who hung below it move to its thread, and `moved_from` names
the one they left.
"""

from social.threads import roots


def model(dbt, session):
    """Called by dbt with its own object and the connection."""
    dbt.config(
        materialized="incremental",
        schema="intermediate",
        alias="threads",
        unique_key=["source", "interaction_id"],
        incremental_strategy="delete+insert",
    )
    # A like or a share is no turn: nobody waits for an answer to it.
    said = (
        dbt.ref("int_interactions")
        .filter("coalesce(kind, '') not in ('like', 'share')")
        .select("source, interaction_id, parent_id, thread_id, loaded_package")
    )
    known = str(dbt.this) if dbt.is_incremental else None
    return roots(session, said, known)

"""Grain: one customer who talks with others, and the community around it.

Found anew only for whom anything changed that hangs together with them (`component_id`); who is not
tied to anybody any more keeps a row without a community.
"""

from social.communities import communities


def model(dbt, session):
    """Called by dbt with its own object and the connection."""
    dbt.config(
        materialized="incremental",
        schema="intermediate",
        alias="communities",
        unique_key="customer_id",
        incremental_strategy="delete+insert",
    )
    return communities(
        session,
        ties=dbt.ref("relationships"),
        brands=dbt.ref("int_people").filter("is_brand").select("customer_id"),
        known=str(dbt.this) if dbt.is_incremental else None,
    )

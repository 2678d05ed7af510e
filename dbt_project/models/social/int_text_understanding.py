"""Grain: one text (by hash) of a customer in a conversation with a brand, and what it says.

Each version of a text is scored once by each generation of classifiers; the text is not kept.
"""

from social.told import declared
from social.understanding.table import understand


def model(dbt, session):
    """Called by dbt with its own object and the connection."""
    dbt.config(
        materialized="incremental",
        schema="intermediate",
        alias="text_understanding",
        incremental_strategy="append",
    )
    return understand(
        session,
        turns=dbt.ref("int_turns"),
        said=dbt.ref("int_interactions"),
        known=str(dbt.this) if dbt.is_incremental else None,
        classifiers=declared(dbt.ref("int_declared"), "classifiers"),
    )

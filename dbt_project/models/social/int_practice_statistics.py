"""Grain: one declared practice and what its data say so far."""

from social.practices.table import judged
from social.told import declared


def model(dbt, session):
    """Called by dbt with its own object and the connection."""
    dbt.config(materialized="table", schema="intermediate", alias="practice_statistics")
    values = dbt.ref("int_practice_values").select("practice, arm, value, over")
    return judged(session, values, declared(dbt.ref("int_declared"), "practices"))

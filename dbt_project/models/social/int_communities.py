"""Grain: one customer who talks with others, and the community around it."""

from social.communities import communities


def model(dbt, session):
    """Called by dbt with its own object and the connection."""
    dbt.config(materialized="table", schema="intermediate", alias="communities")
    ties = dbt.ref("relationships")
    people = dbt.ref("int_people").filter("not is_brand").select("customer_id")
    return communities(session, ties, people)

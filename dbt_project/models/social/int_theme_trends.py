"""Grain: one theme in one week that had a word of it, and whether its volume left its own past."""

from social.themes import trends


def model(dbt, session):
    """Called by dbt with its own object and the connection."""
    dbt.config(materialized="table", schema="intermediate", alias="theme_trends")
    return trends(session, dbt.ref("int_theme_weeks"))

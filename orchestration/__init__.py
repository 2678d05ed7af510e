"""Dagster assets, jobs and schedules built from hub.yaml; the `tessera` command."""

"""The hub as Dagster sees it: assets, checks, jobs, schedules, sensors, built from hub.yaml."""

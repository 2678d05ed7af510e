"""Run as `python -m connectors.target_postgres`."""

from connectors.target_postgres.target import TargetPostgres

TargetPostgres.cli()

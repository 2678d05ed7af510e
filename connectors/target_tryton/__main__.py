"""Run as `python -m connectors.target_tryton`."""

from connectors.target_tryton.target import TargetTryton

TargetTryton.cli()

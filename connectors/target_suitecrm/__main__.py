"""Run as `python -m connectors.target_suitecrm`."""

from connectors.target_suitecrm.target import TargetSuitecrm

TargetSuitecrm.cli()

"""Run as `python -m connectors.target_salesforce`."""

from connectors.target_salesforce.target import TargetSalesforce

TargetSalesforce.cli()

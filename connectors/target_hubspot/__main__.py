"""Run as `python -m connectors.target_hubspot`."""

from connectors.target_hubspot.target import TargetHubspot

TargetHubspot.cli()

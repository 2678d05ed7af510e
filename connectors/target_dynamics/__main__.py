"""Run as `python -m connectors.target_dynamics`."""

from connectors.target_dynamics.target import TargetDynamics

TargetDynamics.cli()

"""Run as `python -m connectors.target_odoo`."""

from connectors.target_odoo.target import TargetOdoo

TargetOdoo.cli()

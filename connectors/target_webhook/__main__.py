"""Run as `python -m connectors.target_webhook`."""

from connectors.target_webhook.target import TargetWebhook

TargetWebhook.cli()

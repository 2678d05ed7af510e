"""`python -m connectors.tap_imap`."""

from connectors.tap_imap.tap import TapImap

TapImap.cli()

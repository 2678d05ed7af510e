"""The tap every room of ours inherits: a thin layer over the Singer SDK's `Tap`.

Emission hooks in from `emission.py`; what only taps that speak HTTP need is in `http_tap.py`.
"""

import singer_sdk

from connectors.tap_base.emission import BufferedWriter


class Tap(singer_sdk.Tap):
    """A tap of ours: no signal handlers, one-sentence errors."""

    message_writer_class = BufferedWriter

    def _setup_signal_handlers(self) -> None:
        """Leave signals alone: the SDK's handler writes state in the middle of a record."""

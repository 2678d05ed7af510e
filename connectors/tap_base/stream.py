"""The stream every tap of ours inherits: a thin layer over the Singer SDK's `Stream`.

Emission (how records become lines on stdout) lives in `emission.py`; fetching lives in
`http_stream.py`. This class only joins the two to the SDK.
"""

from itertools import islice

from connectors.tap_base.emission import FastEmission

Expected = tuple[int | None, bool, str | None]
"""Rows, whether there may be more, and the newest one's instant where that is known."""


class Stream(FastEmission):
    """A stream of any of our taps."""

    def expected(self) -> Expected:
        """Say what a first run would find, cheaply: without more knowledge, its first row."""
        rows = len(list(islice(self.get_records(None), 1)))
        return rows, bool(rows), None

"""The stream every tap of ours inherits: a thin layer over the Singer SDK's `Stream`.

Emission (how records become lines on stdout) lives in `emission.py`; fetching lives in
`http_stream.py`. This class only joins the two to the SDK.
"""

from connectors.tap_base.emission import FastEmission


class Stream(FastEmission):
    """A stream of any of our taps."""

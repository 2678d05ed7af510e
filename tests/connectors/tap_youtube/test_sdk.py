"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_youtube.tap import TapYouTube

from .conftest import CHANNEL, forum

CONFIG = {"base_url": "http://127.0.0.1:1", "api_key": "sandbox-token", "channel_ids": [CHANNEL]}


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    with forum() as sandbox:
        CONFIG["base_url"] = sandbox.base_url
        yield


TestTapYouTube = get_tap_test_class(
    TapYouTube, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None)
)

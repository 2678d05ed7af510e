"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_hubspot.tap import TapHubspot

from .conftest import portal

CONFIG = {"base_url": "http://127.0.0.1:1", "token": "sandbox-token", "searches_per_second": 1000}


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    with portal(5) as sandbox:
        sandbox.write("contacts", "1", archived="true")
        CONFIG["base_url"] = sandbox.base_url
        yield


TestTapHubspot = get_tap_test_class(
    TapHubspot, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None)
)

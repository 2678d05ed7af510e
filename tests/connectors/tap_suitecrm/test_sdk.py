"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_suitecrm.tap import TapSuiteCRM

from .conftest import server

CONFIG = {
    "base_url": "http://127.0.0.1:1",
    "client_id": "app",
    "client_secret": "sandbox-secret",
}


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    with server() as sandbox:
        CONFIG["base_url"] = f"{sandbox.base_url}/Api"
        yield


TestTapSuiteCRM = get_tap_test_class(
    TapSuiteCRM, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None)
)

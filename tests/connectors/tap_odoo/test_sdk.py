"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_odoo.tap import TapOdoo

from .conftest import database

CONFIG = {
    "base_url": "http://127.0.0.1:1",
    "database": "crm",
    "username": "admin",
    "api_key": "sandbox-token",
}


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    with database() as sandbox:
        CONFIG["base_url"] = sandbox.base_url
        yield


TestTapOdoo = get_tap_test_class(
    TapOdoo, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None)
)

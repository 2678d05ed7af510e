"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_facebook.tap import TapFacebook

from .conftest import ACCOUNT, NOW, PAGE, page

CONFIG: dict[str, Any] = {
    "base_url": "http://127.0.0.1:1",
    "page_token": "sandbox-token",
    "page_id": PAGE,
    "instagram_id": ACCOUNT,
}


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    made = page()
    made.now = NOW.timestamp
    with made as sandbox:
        CONFIG["base_url"] = sandbox.base_url
        yield


TestTapFacebook = get_tap_test_class(
    TapFacebook, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None)
)

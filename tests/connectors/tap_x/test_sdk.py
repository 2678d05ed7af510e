"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator
from typing import Any

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_x.tap import TapX

from .conftest import NOW, square

CONFIG: dict[str, Any] = {
    "base_url": "http://127.0.0.1:1",
    "bearer_token": "sandbox-token",
    "usernames": ["shop"],
    "queries": ["tea"],
}


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    made = square()
    made.now = NOW.timestamp
    with made as sandbox:
        CONFIG["base_url"] = sandbox.base_url
        yield


TestTapX = get_tap_test_class(
    TapX,
    config=CONFIG,
    suite_config=SuiteConfig(
        max_records_limit=None, ignore_no_records_for_streams=["referenced_posts"]
    ),
)

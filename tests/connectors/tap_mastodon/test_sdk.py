"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_mastodon.sandbox import MastodonSandbox, Wire
from connectors.tap_mastodon.tap import TapMastodon

CONFIG = {"base_url": "http://127.0.0.1:1", "access_token": "sandbox-token"}


@pytest.fixture(scope="module", autouse=True)
def served(items: list[Wire]) -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    with MastodonSandbox(items) as sandbox:
        CONFIG["base_url"] = sandbox.base_url
        yield


TestTapMastodon = get_tap_test_class(
    TapMastodon, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None)
)

"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_reddit.tap import TapReddit

from .conftest import CONFIG, subreddit

SERVED = dict(CONFIG)


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    with subreddit() as sandbox:
        SERVED["base_url"] = sandbox.base_url
        SERVED["token_url"] = f"{sandbox.base_url}/api/v1/access_token"
        yield


TestTapReddit = get_tap_test_class(
    TapReddit, config=SERVED, suite_config=SuiteConfig(max_records_limit=None)
)

"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_discourse.sandbox import DiscourseSandbox
from connectors.tap_discourse.tap import TapDiscourse

from .conftest import post, topic, user

CONFIG = {"base_url": "http://127.0.0.1:1", "api_key": "sandbox-token"}


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    posts = [post(n, likes=1) for n in range(1, 9)]
    topics, users = [topic(1), topic(2)], [user(n) for n in range(1, 10)]
    with DiscourseSandbox(users, topics, posts, {n: [1] for n in range(1, 9)}) as sandbox:
        CONFIG["base_url"] = sandbox.base_url
        yield


TestTapDiscourse = get_tap_test_class(
    TapDiscourse, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None)
)

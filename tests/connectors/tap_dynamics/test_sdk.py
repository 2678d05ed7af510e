"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_dynamics.tap import TapDynamics

from .conftest import environment

CONFIG = {
    "base_url": "http://127.0.0.1:1",
    "token_url": "http://127.0.0.1:1/token",
    "tenant_id": "t",
    "client_id": "app",
    "client_secret": "sandbox-secret",
}


@pytest.fixture(scope="module", autouse=True)
def served() -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    with environment() as sandbox:
        CONFIG.update(base_url=sandbox.base_url, token_url=f"{sandbox.base_url}/token")
        yield


TestTapDynamics = get_tap_test_class(
    TapDynamics, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None)
)

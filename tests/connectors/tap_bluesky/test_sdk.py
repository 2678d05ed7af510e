"""The Singer SDK's own tap test suite, over the stand-in."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from singer_sdk.testing import SuiteConfig, get_tap_test_class

from connectors.tap_base.testing import StillClock
from connectors.tap_bluesky.sandbox import BlueskySandbox
from connectors.tap_bluesky.tap import TapBluesky

from .conftest import town

CONFIG = {
    "base_url": "http://127.0.0.1:1",
    "identifier": "shop.test",
    "app_password": BlueskySandbox.app_password,
    "searches": ["coffee"],
}


@pytest.fixture(scope="module", autouse=True)
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[None]:
    """Serve; the suite reads the address when its first test runs."""
    folder: Path = tmp_path_factory.mktemp("session")
    with town(StillClock(), posts=5) as sandbox:
        CONFIG["base_url"] = sandbox.base_url
        CONFIG["session_cache"] = str(folder / "session.json")
        yield


TestTapBluesky = get_tap_test_class(
    TapBluesky, config=CONFIG, suite_config=SuiteConfig(max_records_limit=None)
)

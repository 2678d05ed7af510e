"""A small made-up instance, served; and the vendor's own description of its API."""

import json
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.sandbox.population import generate
from connectors.tap_base.testing import StillClock
from connectors.tap_mastodon.sandbox import MastodonSandbox, Wire, load


@pytest.fixture(scope="session")
def items(tmp_path_factory: pytest.TempPathFactory) -> list[Wire]:
    """The population's Mastodon side, in the wire's shape."""
    folder = tmp_path_factory.mktemp("population")
    generate(people=40, out_dir=folder)
    return load(folder / "mastodon.json")


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.fixture
def sandbox(items: list[Wire], clock: StillClock) -> Iterator[MastodonSandbox]:
    with MastodonSandbox(json.loads(json.dumps(items)), now=clock.epoch) as served:
        yield served


@pytest.fixture
def config(sandbox: MastodonSandbox) -> dict[str, Any]:
    return {"base_url": sandbox.base_url, "access_token": "sandbox-token"}


@pytest.fixture(scope="session")
def spec_path(shared: Path) -> Path:
    return shared / "specs" / "mastodon.openapi.json"

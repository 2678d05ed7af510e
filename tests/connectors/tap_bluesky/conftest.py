"""A small made-up shop and its customers, served."""

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.tap_base.testing import StillClock
from connectors.tap_bluesky.sandbox import BlueskySandbox

SHOP, ZOE, BO = "did:plc:shop", "did:plc:zoe", "did:plc:bo"


def profile(did: str, **more: Any) -> dict[str, Any]:
    name = did.removeprefix("did:plc:")
    return {
        "did": did, "handle": f"{name}.test", "displayName": name.title(),
        "description": f"I am {name}: https://{name}.example", "followersCount": 3,
        "followsCount": 2, "postsCount": 1, "createdAt": "2025-01-01T00:00:00.000Z", **more,
    }  # fmt: skip


def mention(did: str) -> list[dict[str, Any]]:
    feature = {"$type": "app.bsky.richtext.facet#mention", "did": did}
    return [{"index": {"byteStart": 0, "byteEnd": 5}, "features": [feature]}]


def town(clock: StillClock, posts: int = 120) -> BlueskySandbox:
    """A shop with posts, one of them answered; two customers, one of whom mentions it."""
    verified = {"trustedVerifierStatus": "none", "verifications": [], "verifiedStatus": "valid"}
    zoe = profile(ZOE, verification=verified)
    made = BlueskySandbox([profile(SHOP), zoe, profile(BO)], now=clock.epoch)
    for number in range(posts):
        clock.sleep(60)
        made.post(f"offer {number}")
    first = next(iter(made.posts))
    answer = made.post("is it open?", by=ZOE, reply_to=first)
    made.post("it is", reply_to=answer)
    made.post("@shop great coffee", by=BO, facets=mention(SHOP))
    return made


@pytest.fixture
def clock() -> StillClock:
    return StillClock(datetime(2026, 11, 20, 12, tzinfo=UTC))


@pytest.fixture
def sandbox(clock: StillClock) -> Iterator[BlueskySandbox]:
    with town(clock) as served:
        yield served


@pytest.fixture
def config(sandbox: BlueskySandbox, tmp_path: Path) -> dict[str, Any]:
    return {
        "base_url": sandbox.base_url,
        "identifier": "shop.test",
        "app_password": sandbox.app_password,
        "searches": ["coffee"],
        "session_cache": str(tmp_path / "session.json"),
    }

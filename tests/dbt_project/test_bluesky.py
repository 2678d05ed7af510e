"""Bluesky becomes contacts and conversations; what comes in is what the tap really emits."""

import json
from collections.abc import Callable
from pathlib import Path

from connectors.tap_base.testing import StillClock, run
from connectors.tap_bluesky.tap import TapBluesky
from tests.connectors.tap_bluesky.conftest import BO, SHOP, ZOE, town

from .conftest import Warehouse

KEYS = {
    "author_feed": ("uri",), "threads": ("uri",), "search_posts": ("uri", "query"),
    "notifications": ("uri", "reason"), "profiles": ("did",),
}  # fmt: skip


def test_an_account_becomes_contacts_and_threads(
    warehouse: Callable[[], Warehouse], tmp_path: Path
) -> None:
    hub, clock = warehouse(), StillClock()
    hub.sources["sky"] = {"tap": "tap-bluesky"}
    with town(clock, posts=3) as sandbox:
        config = {
            "base_url": sandbox.base_url, "identifier": SHOP, "searches": ["coffee"],
            "app_password": sandbox.app_password, "session_cache": str(tmp_path / "session"),
        }  # fmt: skip
        first = run(TapBluesky, config, clock=clock)
        hub.land_run("sky", first, KEYS)
        hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
        people = "select source_record_id, handle, full_name, links, followers, verified from"
        assert hub.query(f"{people} intermediate.contacts order by 1") == [
            (BO, "bo.test", "Bo", ["https://bo.example"], 3, False),
            (ZOE, "zoe.test", "Zoe", ["https://zoe.example"], 3, True),
        ]
        said = (
            "select author_record_id, kind, direction, text, recipient_record_ids from"
            " intermediate.interactions where text not like 'offer%' order by occurred_at, text"
        )
        assert sorted(hub.query(said)) == [
            (BO, "mention", "inbound", "@shop great coffee", [SHOP]),
            (SHOP, "reply", "outbound", "it is", [ZOE]),
            (ZOE, "reply", "inbound", "is it open?", [SHOP]),
        ]
        threads = "select count(*), count(distinct thread_id) from intermediate.interactions"
        assert hub.query(threads) == [(6, 4)]

        question = next(uri for uri, post in sandbox.posts.items() if post["by"] == ZOE)
        sandbox.delete(question)
        clock.sleep(3600)
        second = run(TapBluesky, config, first.state, clock=clock)
        hub.land_run("sky", second, KEYS)
        hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
        gone = "select interaction_id, text from intermediate.interactions where deleted"
        assert [row[0] for row in hub.query(gone)] == [question]
        assert json.dumps(second.state)

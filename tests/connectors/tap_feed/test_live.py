"""Held to the feed of a real WordPress."""

from pathlib import Path

import httpx
import pytest

from connectors.tap_base.testing import run
from connectors.tap_feed.tap import TapFeed
from tests import live

pytestmark = pytest.mark.live
URL = "http://127.0.0.1:8081/feed/"


@pytest.mark.parametrize("query", ["", "atom/"])
def test_entries_come_once_and_an_unchanged_feed_is_not_sent_again(
    shared: Path, query: str
) -> None:
    live.start(shared, "wordpress")
    first = run(TapFeed, {"url": URL + query})
    assert first.error is None, first.error
    entries = first.records("entries")
    assert len({entry["id"] for entry in entries}) == len(entries) == 10
    assert all(entry["published_at"].endswith("Z") and entry["content"] for entry in entries)
    validators = first.state["bookmarks"]["entries"]["validators"]
    assert validators.keys() == {"etag", "last-modified"}
    second = run(TapFeed, {"url": URL + query}, first.state)
    assert (second.error, second.records("entries")) == (None, [])
    told = {"If-None-Match": validators["etag"], "If-Modified-Since": validators["last-modified"]}
    with httpx.Client(trust_env=False) as client:
        assert client.get(URL + query, headers=told).status_code == 304

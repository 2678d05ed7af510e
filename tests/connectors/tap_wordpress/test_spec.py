"""Held to what WordPress says of itself: every field that is read and every parameter asked for."""

import json
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import pytest

from connectors.tap_wordpress.tap import TapWordPress

KNOWN = {"base_url": "http://127.0.0.1:1", "user": "admin", "application_password": "none"}


@pytest.mark.parametrize("name", ["posts", "comments", "users"])
def test_fields_and_parameters_are_the_vendors(shared: Path, name: str) -> None:
    dump = shared / "specs" / "wordpress" / f"{name}.options.json"
    told: dict[str, Any] = json.loads(dump.read_text("utf-8"))
    stream = TapWordPress(config=KNOWN).streams[name]
    fields = {field for field in stream.schema["properties"] if not field.startswith("_sdc")}
    assert fields <= told["schema"]["properties"].keys()
    listed = next(point["args"] for point in told["endpoints"] if "GET" in point["methods"])
    (feed,) = stream.feeds()
    asked = dict(stream.paging.first(feed.request()).params)
    asked |= stream.since(datetime(2026, 1, 1, tzinfo=UTC))
    assert asked.keys() <= listed.keys()
    for parameter, value in asked.items():
        allowed = listed[parameter].get("enum")
        assert allowed is None or value in allowed, parameter
    assert asked["per_page"] <= listed["per_page"]["maximum"]

"""Held to a real WordPress."""

import base64
from collections.abc import Callable
from pathlib import Path
from typing import Any

import httpx
import pytest

from connectors.tap_base.testing import run
from connectors.tap_wordpress.tap import TapWordPress
from tests import live

pytestmark = pytest.mark.live
Site = tuple[dict[str, Any], Callable[..., Any]]


@pytest.fixture(scope="module")
def site(shared: Path) -> Site:
    """The tap's settings, and a way to change the site as its administrator."""
    live.start(shared, "wordpress")
    password = (live.folder() / "wordpress" / "app-password").read_text()
    url = "http://127.0.0.1:8081"
    pair = base64.b64encode(f"admin:{password}".encode()).decode()
    client = httpx.Client(
        base_url=f"{url}/wp-json/wp/v2", headers={"Authorization": f"Basic {pair}"}, timeout=60
    )

    def change(method: str, path: str, **fields: Any) -> Any:
        return client.request(method, path, json=fields).raise_for_status().json()

    return {"base_url": url, "user": "admin", "application_password": password}, change


def test_everything_comes_once_and_then_only_news(site: Site) -> None:
    config, change = site
    first = run(TapWordPress, config)
    assert first.error is None
    posts = first.records("posts")
    assert len({post["id"] for post in posts}) == len(posts) >= 121
    assert len(first.records("comments")) >= 361
    assert {post["author"] for post in posts} <= {user["id"] for user in first.records("users")}

    made = change("POST", "/posts", title="Novelty", content="New ☃", status="publish")
    said = change(
        "POST",
        "/comments",
        post=made["id"],
        content="First!",
        author_name="Zoë",
        author_email="z@e.test",
    )
    second = run(TapWordPress, config, first.state)
    assert [post["title"] for post in second.records("posts")] == ["Novelty"]
    assert [c["content"] for c in second.records("comments")] == ["First!"]

    change("POST", f"/comments/{said['id']}", content="First, edited")
    third = run(TapWordPress, config, second.state)
    assert third.records("posts") == []
    assert [c["content"] for c in third.records("comments")] == ["First, edited"]

    change("DELETE", f"/comments/{said['id']}?force=true")
    change("DELETE", f"/posts/{made['id']}")
    fourth = run(TapWordPress, config, third.state)
    assert [c["id"] for c in fourth.records("comments") if c["_sdc_deleted_at"]] == [
        str(said["id"])
    ]
    assert [p["id"] for p in fourth.records("posts") if p["_sdc_deleted_at"]] == [str(made["id"])]


def test_the_public_sees_no_addresses(site: Site) -> None:
    config, _ = site
    seen = run(TapWordPress, {"base_url": config["base_url"]})
    assert seen.error is None
    assert seen.records("comments")
    assert not any(comment.get("author_email") for comment in seen.records("comments"))


def test_a_wrong_password_is_told_with_the_fix(site: Site) -> None:
    config, _ = site
    refused = run(TapWordPress, config | {"application_password": "nope-nope"}, select={"comments"})
    assert "application password" in str(refused.error)
    assert "nope" not in str(refused.error)

"""A subreddit becomes contacts and conversations."""

from collections.abc import Callable

from .conftest import Warehouse


def test_a_mention_is_the_comment_it_is(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["r"] = {"tap": "tap-reddit"}
    types = {"ours": "boolean"}
    made = {"created_utc": "2025-03-04T12:00:00+00:00", "subreddit": "tea"}
    us, zoe = made | {"author": "shop", "ours": True}, made | {"author": "zoe"}
    hub.land(
        "r",
        "posts",
        [us | {"name": "t3_p", "title": "New", "selftext": "Tea"}],
        ("name",),
        types=types,
    )
    said = zoe | {"name": "t1_a", "body": "u/shop nice", "parent_id": "t3_p"}
    reply = us | {"name": "t1_b", "body": "Thanks", "parent_id": "t1_a", "link_id": "t3_p"}
    hub.land("r", "comments", [said | {"link_id": "t3_p"}, reply], ("name",), types=types)
    far = {"name": "t1_far", "context": "/r/food/comments/q/_/far/", "parent_id": "t1_x"}
    inbox = [said | {"context": "/r/tea/comments/p/_/a/"}, said | far]
    hub.land("r", "mentions", inbox, ("name",), types=types)
    hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
    contacts = "select source_record_id, platform, handle from intermediate.contacts"
    assert hub.query(contacts) == [("zoe", "reddit", "zoe")]
    rows = hub.query(
        "select interaction_id, thread_id, parent_id, kind, direction"
        " from intermediate.interactions order by 1"
    )
    assert rows == [
        ("t1_a", "t3_p", "t3_p", "mention", "inbound"),
        ("t1_b", "t3_p", "t1_a", "reply", "outbound"),
        ("t1_far", "t3_q", "t1_x", "mention", "inbound"),
        ("t3_p", "t3_p", None, "post", "outbound"),
    ]

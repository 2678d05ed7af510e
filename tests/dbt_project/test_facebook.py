"""A Page and its Instagram account become contacts and conversations."""

from collections.abc import Callable

from .conftest import Warehouse


def test_comments_and_messages_become_threads(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["fb"] = {"tap": "tap-facebook"}
    at = "2025-03-04T12:00:00+00:00"
    hub.land("fb", "pages", [{"id": "100", "name": "Shop", "username": "shop"}])
    us = {"author_id": "100", "author_name": "Shop", "created_time": at}
    zoe = {"author_id": "7", "author_name": "Zoe", "created_time": at}
    hub.land("fb", "posts", [us | {"id": "100_1", "message": "New"}])
    said = {"post_id": "100_1", "message": "Nice"}
    hub.land(
        "fb", "comments", [zoe | said | {"id": "c1"}, us | said | {"id": "c2", "parent_id": "c1"}]
    )
    asked = zoe | {"id": "m1", "conversation_id": "t1", "message": "Open?", "to": [{"id": "100"}]}
    hub.land("fb", "messages", [asked], types={"to": "array"})
    hub.land("fb", "ratings", [zoe | {"id": "s1", "review_text": "Good"}])
    ours = {"id": "i1", "username": "shop", "caption": "Tea", "timestamp": at}
    hub.land("fb", "instagram_media", [ours])
    theirs = {"id": "ic1", "media_id": "i1", "username": "zoe", "text": "Yum", "timestamp": at}
    hub.land("fb", "instagram_comments", [theirs])
    hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
    contacts = (
        "select source_record_id, platform, handle, full_name from intermediate.contacts order by 1"
    )
    assert hub.query(contacts) == [
        ("7", "facebook", None, "Zoe"),
        ("instagram:zoe", "instagram", "zoe", None),
    ]
    rows = hub.query(
        "select interaction_id, thread_id, parent_id, kind, direction, recipient_record_ids"
        " from intermediate.interactions order by 1"
    )
    assert rows == [
        ("100_1", "100_1", None, "post", "outbound", []),
        ("c1", "100_1", "100_1", "comment", "inbound", []),
        ("c2", "100_1", "c1", "reply", "outbound", []),
        ("instagram:i1", "instagram:i1", None, "post", "outbound", []),
        ("instagram:ic1", "instagram:i1", "instagram:i1", "comment", "inbound", []),
        ("m1", "t1", None, "message", "inbound", ["100"]),
        ("rating:s1", "rating:s1", None, "review", "inbound", []),
    ]

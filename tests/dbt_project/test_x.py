"""Posts on X become contacts and conversations."""

from collections.abc import Callable

from .conftest import Warehouse


def test_a_post_is_one_interaction_whatever_streams_show_it(
    warehouse: Callable[[], Warehouse],
) -> None:
    hub = warehouse()
    hub.sources["x"] = {"tap": "tap-x"}
    at = "2025-03-04T12:00:00+00:00"
    users = [
        {"id": "1", "username": "shop", "name": "Shop", "ours": True},
        {"id": "2", "username": "zoe", "name": "Zoë", "public_metrics": {"followers_count": 5}},
    ]
    types = {
        "ours": "boolean", "public_metrics": "object", "referenced_tweets": "array",
        "edit_history_tweet_ids": "array", "like_count": "integer",
    }  # fmt: skip
    hub.land("x", "users", users, types=types)
    news = {"id": "10", "author_id": "1", "text": "News", "created_at": at, "conversation_id": "10"}
    hub.land("x", "posts", [news])
    said = {
        "author_id": "2", "created_at": at, "conversation_id": "10", "in_reply_to_user_id": "1",
        "referenced_tweets": [{"type": "quoted", "id": "9"}, {"type": "replied_to", "id": "10"}],
        "edit_history_tweet_ids": ["11", "12"], "public_metrics": {"like_count": 3},
    }  # fmt: skip
    first = said | {"id": "11", "text": "Nyce", "edit_history_tweet_ids": ["11"]}
    edited = said | {"id": "12", "text": "Nice"}
    hub.land("x", "mentions", [first, edited], types=types)
    hub.land("x", "search", [edited], types=types)
    old = {"id": "5", "author_id": "1", "text": "Old", "created_at": at, "like_count": 7}
    hub.land("x", "archive_posts", [old, old | {"id": "10", "text": "News"}], types=types)
    hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
    contacts = "select source_record_id, handle, platform, followers from intermediate.contacts"
    assert hub.query(contacts) == [("2", "zoe", "x", 5)]
    rows = hub.query(
        "select interaction_id, thread_id, parent_id, kind, direction, text, metrics->>'likes'"
        " from intermediate.interactions order by 1"
    )
    assert rows == [
        ("10", "10", None, "post", "outbound", "News", None),
        ("11", "10", "10", "reply", "inbound", "Nice", "3"),
        ("5", "5", None, "post", "outbound", "Old", "7"),
    ]

"""A forum becomes contacts and conversations."""

from collections.abc import Callable

from .conftest import Warehouse


def test_posts_become_threads(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["forum"] = {"tap": "tap-discourse"}
    hub.land("forum", "users", [{"id": "4", "username": "zoe", "name": "", "email": "z@e.test"}])
    post = {
        "topic_id": "9",
        "topic_title": "Help",
        "post_type": "1",
        "user_id": "4",
        "version": "1",
    }
    hub.land(
        "forum",
        "posts",
        [
            post | {"id": "1", "post_number": "1", "raw": "Why?"},
            post | {"id": "2", "post_number": "2", "raw": "So.", "user_id": "5"},
            post | {"id": "3", "post_number": "3", "raw": "Oh", "reply_to_post_number": "2"},
            post | {"id": "6", "post_number": "4", "raw": "moved", "post_type": "3"},
        ],
    )
    hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
    contacts = "select source_record_id, full_name, handle, emails from intermediate.contacts"
    assert hub.query(contacts) == [("4", "zoe", "zoe", ["z@e.test"])]
    said = hub.query(
        "select interaction_id, thread_id, parent_id, recipient_record_ids, text"
        " from intermediate.interactions order by 1"
    )
    assert said == [
        ("1", "topic:9", None, [], "Help\n\nWhy?"),
        ("2", "topic:9", "1", ["4"], "So."),
        ("3", "topic:9", "2", ["5"], "Oh"),
    ]

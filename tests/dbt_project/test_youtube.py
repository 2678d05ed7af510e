"""A channel becomes contacts and conversations."""

from collections.abc import Callable

from .conftest import Warehouse


def test_comments_become_threads(warehouse: Callable[[], Warehouse]) -> None:
    hub = warehouse()
    hub.sources["tube"] = {"tap": "tap-youtube"}
    at = "2025-03-04T12:00:00+00:00"
    hub.land("tube", "channels", [{"id": "UCshop", "title": "Shop", "custom_url": "@shop"}])
    hub.land("tube", "videos", [{"id": "v1", "channel_id": "UCshop", "title": "New"}])
    zoe = {"author_channel_id": "UCzoe", "author_display_name": "@zoe", "updated_at": at}
    said = {"video_id": "v1", "channel_id": "UCshop", "published_at": at, **zoe}
    hub.land("tube", "comment_threads", [said | {"id": "c1", "text_display": "Nice<br>one"}])
    hub.land("tube", "replies", [said | {"id": "c1.1", "parent_id": "c1", "text_original": "Yes"}])
    hub.dbt("run", "--quiet", "--select", "staging", "int_contacts", "int_interactions")
    contacts = "select source_record_id, handle, platform from intermediate.contacts order by 1"
    assert hub.query(contacts) == [("UCshop", "shop", "youtube"), ("UCzoe", "zoe", "youtube")]
    rows = hub.query(
        "select interaction_id, thread_id, parent_id, text"
        " from intermediate.interactions order by 1"
    )
    assert rows == [
        ("c1", "video:v1", "video:v1", "Nice\none"),
        ("c1.1", "video:v1", "c1", "Yes"),
        ("video:v1", "video:v1", None, "New"),
    ]
